"""A CSV text becomes rows, as PowerShell and spreadsheets in any country write it."""

import csv
import io

from audit.errors import InputError

DELIMITERS = ",;\t"
_CUT_OFF = "It may have been cut off, or a spreadsheet changed it: export it again as it was."

CsvTable = tuple[tuple[str, ...], list[dict[str, str]], tuple[int, ...]]
"""The headers, the rows, and the line each row begins on."""


def read_csv(text: str, name: str) -> CsvTable:
    """Read a table; raises `InputError` where a row does not fit the headers."""
    body, skipped, delimiter = _preamble(text)
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter or _sniff(body), strict=True)
    try:
        headers = tuple(next(reader, ()))
        _check_headers(headers, name)
        rows, lines, before = [], [], reader.line_num
        for cells in reader:
            if len(cells) == len(headers):
                rows.append(dict(zip(headers, cells, strict=True)))
                lines.append(before + skipped + 1)
            elif cells:
                raise InputError(
                    f"{name}, line {before + skipped + 1}: {len(cells)} cells under {len(headers)} headers.",
                    _CUT_OFF,
                )
            before = reader.line_num
    except csv.Error as error:
        raise InputError(f"{name}, line {reader.line_num + skipped}: {error}.", _CUT_OFF) from error
    return headers, rows, tuple(lines)


def _preamble(text: str) -> tuple[str, int, str]:
    """Take off the lines PowerShell (``#TYPE …``) and Excel (``sep=;``) put before the headers."""
    skipped, delimiter = 0, ""
    while text.startswith("#TYPE") or text[:4].lower() == "sep=":
        line, _, text = text.partition("\n")
        skipped += 1
        if not line.startswith("#"):
            delimiter = line[4:5] or ","
    return text, skipped, delimiter


def _sniff(body: str) -> str:
    """Find the delimiter: the one that occurs most in the header line, outside quotes."""
    header = "".join(body.partition("\n")[0].split('"')[::2])
    return max(DELIMITERS, key=header.count)


def _check_headers(headers: tuple[str, ...], name: str) -> None:
    if not any(header.strip() for header in headers):
        raise InputError(f"{name} has no line of headers.", _CUT_OFF)
    named = [header.strip().lower() for header in headers if header.strip()]
    if twice := next((header for header in named if named.count(header) > 1), None):
        raise InputError(f"{name} has the column {twice!r} twice.", "Remove one of them.")
