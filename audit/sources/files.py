"""One exported file becomes pages of rows, whichever of Microsoft's tools wrote it (facts/exchange.md, 2.4).

Nothing is passed over: a file that is cut off, not decodable or not a table is refused with the place and the
remedy, because a row that is not read looks exactly like a mailbox that is not there.
"""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from audit.errors import InputError
from audit.sources.csv_text import read_csv

Row = dict[str, Any]

EXPORT_AGAIN = "Export it again with the script `mailbox-audit export-script` prints."
_UTF8_AGAIN = "Export it again as UTF-8: Export-Csv -Encoding UTF8, or Out-File -Encoding utf8."
_AS_TEXT = "Export it again as CSV UTF-8 or JSON; Excel saves a workbook as CSV UTF-8."
_WORKBOOKS = {b"PK\x03\x04": "starts with PK, as .xlsx does", b"\xd0\xcf\x11\xe0": "starts as .xls does"}
_EMPTY = (
    "A listing without rows is `[]`, or a line of headers: export it again, an empty file proves nothing."
)
_SPACE = re.compile(r"\s*")
_MORE_RESULTS = "more results available than are currently displayed"


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a listing, with what the service said about them."""

    rows: list[Row]
    has_next: bool = False
    """The service had more rows, on a next page."""
    count: int | None = None
    """How many rows the service said there are on this page and those that follow it."""
    trouble: str | None = None
    """What the service said went wrong, though it answered."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """What one file holds."""

    name: str
    pages: list[Page]
    is_one_list: bool
    """One array or table, as a cmdlet's output is exported: a default -ResultSize cuts it without a word."""
    lines: tuple[int, ...] = ()
    """The line of each row, in a CSV file."""
    headers: tuple[str, ...] = ()
    """The headers of a CSV file."""

    @property
    def rows(self) -> list[Row]:
        """The rows of all pages."""
        return (
            self.pages[0].rows if len(self.pages) == 1 else [row for page in self.pages for row in page.rows]
        )


def read_file(path: Path) -> ExportFile:
    """Read one file; raises `InputError` where it is not whole and readable."""
    content = _load(path)
    _refuse_workbook(content, path.name)
    text = _decode(content, path.name)
    if not text or text.isspace():
        raise InputError(f"{path.name} is empty.", _EMPTY)
    if "\0" in text:
        raise InputError(
            f"{path.name}: NUL byte at character {text.index(chr(0))}; it is not a text file.", _AS_TEXT
        )
    if path.suffix.lower() == ".csv":
        headers, rows, lines = read_csv(text, path.name)
        return ExportFile(path.name, [Page(rows)], True, lines, headers)  # noqa: FBT003
    return _read_json(text, path.name)


def _load(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError as error:
        raise InputError(
            f"{path.name} is a folder, not a file.", "Move its files up or rename it."
        ) from error
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be read: {error.strerror}.", "Check who may read it."
        ) from error


def _refuse_workbook(content: bytes, name: str) -> None:
    """Refuse a workbook that was given another name; no text begins like one."""
    if sign := _WORKBOOKS.get(content[:4]):
        raise InputError(f"{name} looks like an Excel workbook: it {sign}.", _AS_TEXT)


def _decode(content: bytes, name: str) -> str:
    encoding = _encoding(content)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}: byte {error.start} is not {encoding.removesuffix('-sig').upper()}.", _UTF8_AGAIN
        ) from error


def _encoding(content: bytes) -> str:
    """Tell the encoding: by its mark, or by the NUL that UTF-16 puts beside each Latin letter."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(content) % 2 == 0 and len(content) > 1 and (content[0] == 0) != (content[1] == 0):
        return "utf-16-be" if content[0] == 0 else "utf-16-le"
    return "utf-8-sig"


def _read_json(text: str, name: str) -> ExportFile:
    values = _values(text, name)
    # An array may be the rows, or an array of pages.
    listed = values[0] if len(values) == 1 and isinstance(values[0], list) else values
    _check_rows(listed, name)
    if listed and all(isinstance(item.get("value"), list) for item in listed):
        # Windows PowerShell 5.1 may wrap any array as {"value": […], "Count": 2}.
        return ExportFile(name, [_page(item, name) for item in listed], is_one_list="Count" in listed[0])
    for item in listed:
        if "error" in item and all("@" in key for key in item if key != "error"):
            raise InputError(
                f"{name} holds an error of the service, not a listing: {str(item['error'])[:200]}",
                EXPORT_AGAIN,
            )
    return ExportFile(name, [Page(listed)], is_one_list=True)


def _check_rows(rows: list[Any], name: str) -> None:
    for index, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise InputError(f"{name}: row {index} is not an object but {str(row)[:60]!r}.", EXPORT_AGAIN)


def _values(text: str, name: str) -> list[Any]:
    """Decode one JSON value, or several: one a line, or one after another."""
    try:
        return [orjson.loads(text)]
    except orjson.JSONDecodeError:
        pass
    try:
        return [orjson.loads(line) for line in text.split("\n") if line.strip()]
    except orjson.JSONDecodeError:
        pass
    try:
        return list(_one_after_another(text))
    except json.JSONDecodeError as error:
        raise InputError(
            f"{name} is not valid JSON: {error.msg}, line {error.lineno}, column {error.colno} "
            f"(character {error.pos} of {len(text)}).",
            f"It may have been cut off. {EXPORT_AGAIN}",
        ) from error


def _one_after_another(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    place = _after_space(text, 0)
    while place < len(text):
        value, end = decoder.raw_decode(text, place)
        yield value
        place = _after_space(text, end)


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place


def _page(page: Row, name: str) -> Page:
    _check_rows(page["value"], name)
    count = page.get("@odata.count")
    has_next = bool(page.get("@odata.nextLink"))
    return Page(page["value"], has_next, count if isinstance(count, int) else None, _trouble(page))


def _trouble(page: Row) -> str | None:
    """Say what the service said went wrong: it answers 200 with part of the rows and a remark."""
    if errors := page.get("@adminapi.errors"):
        return f"the service reported errors: {str(errors)[:200]}"
    if _MORE_RESULTS in str(page.get("@adminapi.warnings")):
        return "the service warned that there are more results than it listed"
    return None
