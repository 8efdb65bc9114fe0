"""One date cell, in any form Microsoft's tools write it (facts/exchange.md, section 2.4).

`Export-Csv` writes a date in the exporting machine's own culture and without an offset, so one cell may
leave open which number is the day, and always leaves open which instant it is.
This module reads the cell and says what it leaves open; `audit.instants` settles that from the whole file.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Literal

from audit.values import unwrap

DateOrder = Literal["dmy", "mdy"]

_YEAR_ONE_ENDS = -62_135_510_400_000
"""Milliseconds to 0001-01-02: .NET writes "no date" as the first instant of year 1, give or take a zone."""

_TIME = r"""
    (?:[T\s,]+ (?P<hour>\d\d?) [:.] (?P<minute>\d\d) (?: [:.] (?P<second>\d\d) (?:[.,](?P<fraction>\d+))? )?
       (?: \s* (?P<half>[AP]) \.? \s? M \.? )? )?
    \s* (?P<offset>Z|[+-]\d\d:?\d\d)?
"""
_FLAGS = re.VERBOSE | re.IGNORECASE
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4}) (?P<mark>[-/.]) (?P<a>\d\d?) (?P=mark) (?P<b>\d\d?)" + _TIME, _FLAGS
)
_YEAR_LAST = re.compile(
    r"(?P<a>\d\d?) (?P<mark>[-/.]) (?P<b>\d\d?) (?P=mark) (?P<year>\d{4})" + _TIME, _FLAGS
)
_MILLISECONDS = re.compile(r"\\?/Date\((-?\d+)(?:[+-]\d{4})?\)\\?/")


@dataclass(frozen=True, slots=True)
class SlashDate:
    """A date such as ``2/11/2025``: the second of November to some, the eleventh of February to others."""

    first: int
    second: int
    midnight_of_year: datetime
    """The first of January of its year at its time of day, with its offset if it has one."""

    @property
    def order(self) -> DateOrder | None:
        """The only order it can have, or null where both would do."""
        if self.first > 12:  # noqa: PLR2004 - months in a year
            return "dmy"
        return "mdy" if self.second > 12 else None  # noqa: PLR2004

    @property
    def is_ambiguous(self) -> bool:
        """Whether the two orders give two different days."""
        return self.order is None and self.first != self.second

    def read(self, order: DateOrder) -> datetime:
        """Read it in that order; raises ValueError where there is no such day."""
        day, month = (self.first, self.second) if order == "dmy" else (self.second, self.first)
        return self.midnight_of_year.replace(month=month, day=day)


Reading = datetime | SlashDate | None
"""What one cell says: an instant (aware), a clock time (naive), a date in doubt, or that there is none."""


def read_date(cell: Any) -> Reading:
    """Read one cell; raises ValueError (OverflowError beyond year 9999) where it is no date."""
    cell = unwrap(cell)
    if cell is None or cell == "":
        return None
    if not isinstance(cell, str):
        raise ValueError  # noqa: TRY004 - one error for whatever is no date
    text = cell.strip()
    if found := _MILLISECONDS.fullmatch(text):
        return _from_milliseconds(int(found[1]))
    if found := _YEAR_FIRST.fullmatch(text):
        moment = _start_of_year(found).replace(month=int(found["a"]), day=int(found["b"]))
        return None if moment.year == 1 else moment
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(found)
    if text:
        raise ValueError
    return None


def _year_last(found: re.Match[str]) -> Reading:
    date = SlashDate(int(found["a"]), int(found["b"]), _start_of_year(found))
    if date.midnight_of_year.year == 1:
        return None
    # No culture writes the month first between dots.
    return date.read("dmy") if found["mark"] == "." else date


def _start_of_year(found: re.Match[str]) -> datetime:
    hour = int(found["hour"] or 0)
    if half := found["half"]:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - hours on a clock face
            raise ValueError
        hour = hour % 12 + (12 if half in "Pp" else 0)
    microsecond = int(f"{found['fraction'] or '':0<6}"[:6])
    year, minute, second = int(found["year"]), int(found["minute"] or 0), int(found["second"] or 0)
    return datetime(year, 1, 1, hour, minute, second, microsecond, tzinfo=_offset(found["offset"]))


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    distance = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return timezone(-distance if text[0] == "-" else distance)


def _from_milliseconds(milliseconds: int) -> datetime | None:
    # The offset in ``/Date(1574202819000+0200)/`` is a remark: the number counts from 1970 in UTC either way.
    if milliseconds < _YEAR_ONE_ENDS:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
