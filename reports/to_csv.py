"""`findings.csv`: one row a finding, for Excel and for scripts alike.

UTF-8 with a byte order mark, without which Excel takes it for the local code page; dates in ISO 8601 with Z,
which no locale misreads; and no text that a spreadsheet would run as a formula. A text that could is given
an apostrophe before the dangerous character - after line breaks and semicolons too, because a spreadsheet
with another list separator starts a new cell there.
"""

import csv
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from audit.findings import AuditResult
from reports.table import Ink
from reports.tables import all_findings
from reports.values import iso_text

_FORMULA = re.compile(r"(\A|[;\t\r\n])([\s\"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])|\A(?=[\t\r\n])")


def write(result: AuditResult, path: Path) -> None:
    """Write every field of every finding, in the order of `FIELDS`."""
    table = all_findings(result.findings)
    with path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([column.name for column in table.columns])
        for chunk in table.chunks():
            columns = zip(table.columns, chunk, strict=True)
            writer.writerows(
                zip(*(map(_INKS[column.ink], values) for column, values in columns), strict=True)
            )


def safe(text: str) -> str:
    """Return the text with an apostrophe wherever a spreadsheet would begin a formula."""
    return _FORMULA.sub(lambda match: f"{match[1] or ''}{match[2] or ''}'", text)


def _text(value: str | None) -> str | None:
    return value and safe(value)


def _instant(value: datetime | None) -> str | None:
    return None if value is None else iso_text(value)


def _flag(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()


def _number(value: int | None) -> int | None:
    return value


_INKS: dict[Ink, Callable[[Any], Any]] = {
    Ink.TEXT: _text,
    Ink.INSTANT: _instant,
    Ink.FLAG: _flag,
    Ink.NUMBER: _number,
}
