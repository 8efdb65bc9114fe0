"""Date columns become instants: what a cell leaves open its file decides, or nobody (design.md, section 7).

Two things are never guessed:

- **Which number is the day.** One cell of the file with a number above 12 decides for all of them, or the
  setting ``[exports] date_order``; two cells that disagree, or a date that nothing decides, are refused.
- **Which instant a clock time is.** The setting ``[exports] time_zone`` says, or the row's twins
  (``WhenChanged`` beside ``WhenChangedUTC``); failing both it is taken at the earliest instant it can mean,
  so that a deadline can come out too early but never too late, and the row carries a note.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import pandas as pd

from audit.dates import DateOrder, Reading, SlashDate, read_date
from audit.errors import InputError
from audit.values import ABSENT, Absent

TWINS = (("WhenChanged", "WhenChangedUTC"), ("WhenCreated", "WhenCreatedUTC"))
"""Columns Exchange gives both ways: side by side they betray the offset of the machine that exported them."""

_EARLIEST = timedelta(hours=14)
"""The zone that is furthest ahead, UTC+14: no clock shows a given time earlier."""
_FURTHEST_BEHIND = timedelta(hours=-12)
_QUARTER = timedelta(minutes=15)
_LONGHAND = len("2025-11-02T14:03:22Z")
_OFFSET = re.compile(r"[+-]\d\d:\d\d")
_REMEDY = (
    "Export again with the script `mailbox-audit export-script` prints (it writes UTC), "
    'or say how the dates are written: [exports] date_order = "dmy" or "mdy".'
)


Moments = dict[str, list[datetime | None]]
"""Columns of instants, or of clock times on their way there."""


@dataclass(frozen=True, slots=True)
class DateHabits:
    """How the dates of a file are to be read where they leave it open."""

    order: DateOrder | None = None
    zone: ZoneInfo | None = None


@dataclass(frozen=True, slots=True)
class DateCells:
    """The date cells of one file, by column name; a name ending in UTC is read as UTC."""

    columns: Mapping[str, Sequence[Any]]
    habits: DateHabits
    where: Callable[[int, str], str]
    """Names the place of a row's cell: file, line and column."""


def read_clean(cells: Sequence[Any]) -> pd.DatetimeIndex | None:
    """Read a column in which every date is ISO 8601 with its offset; null where one is not."""
    kinds = set(map(type, cells))
    if not kinds <= {str, type(None), Absent}:
        return None
    dates: Any = [None if cell is ABSENT else cell for cell in cells] if Absent in kinds else list(cells)
    said = list(filter(None, dates))
    joined = "\n".join(["", *said, ""])
    is_longhand = min(map(len, said), default=_LONGHAND) >= _LONGHAND
    if not is_longhand or "\n0001-" in joined or not _say_offsets(joined, said):
        return None
    try:
        return pd.DatetimeIndex(pd.to_datetime(dates, format="ISO8601", utc=True)).as_unit("us")
    except ValueError:
        return None


def _say_offsets(joined: str, dates: list[str]) -> bool:
    """Tell whether every date has its offset: pandas reads one without as UTC and says nothing."""
    if joined.count("Z\n") + joined.count("+00:00\n") == len(dates):
        return True
    return all(date[-1] == "Z" or _OFFSET.fullmatch(date[-6:]) for date in dates)


def read_doubtful(dates: DateCells, wanted: Sequence[str]) -> tuple[Moments, list[list[str]]]:
    """Read the wanted columns of one file cell by cell, with the notes each row earns."""
    readings = {name: list(_readings(dates, name)) for name in dates.columns}
    order = dates.habits.order or _order(dates, readings)
    settled = {
        name: [_settle(dates, name, index, reading, order) for index, reading in enumerate(column)]
        for name, column in readings.items()
    }
    notes: list[list[str]] = [[] for _ in next(iter(settled.values()), [])]
    instants = {
        name: [_instant(dates, settled, name, index, doubts) for index, doubts in enumerate(notes)]
        for name in wanted
    }
    return instants, notes


def _readings(dates: DateCells, name: str) -> Iterator[Reading]:
    for index, cell in enumerate(dates.columns[name]):
        try:
            yield None if cell is ABSENT else read_date(cell)
        except (ValueError, OverflowError):
            if not _is_twin(name):
                _refuse(dates, index, name)
            yield None


def _order(dates: DateCells, readings: dict[str, list[Reading]]) -> DateOrder | None:
    """Find the order that all dates of the file allow; raises InputError where two of them disagree."""
    first: dict[DateOrder, str] = {}
    for name, column in readings.items():
        for index, reading in enumerate(column):
            if isinstance(reading, SlashDate) and reading.order and reading.order not in first:
                first[reading.order] = f"{dates.where(index, name)}: {dates.columns[name][index]!r}"
    if len(first) > 1:
        raise InputError(
            f"The dates of one file contradict each other: the day comes first in {first['dmy']}, "
            f"the month in {first['mdy']}.",
            "Export again with the script `mailbox-audit export-script` prints; "
            "a spreadsheet may have rewritten some of them.",
        )
    return next(iter(first), None)


def _settle(
    dates: DateCells, name: str, index: int, reading: Reading, order: DateOrder | None
) -> datetime | None:
    if not isinstance(reading, SlashDate):
        return reading
    if order is None and reading.is_ambiguous:
        if _is_twin(name):
            return None
        raise InputError(
            f"{dates.where(index, name)}: {dates.columns[name][index]!r} can mean "
            f"{reading.read('dmy'):%d %B %Y} or {reading.read('mdy'):%d %B %Y}, "
            "and no other date of the file decides which.",
            _REMEDY,
        )
    try:
        return reading.read(order or "dmy")
    except ValueError:
        if _is_twin(name):
            return None
        _refuse(dates, index, name)


def _instant(dates: DateCells, settled: Moments, name: str, index: int, notes: list[str]) -> datetime | None:
    if (utc := _at(settled, f"{name}UTC", index)) is not None:
        return utc.astimezone(UTC) if utc.tzinfo else utc.replace(tzinfo=UTC)
    local = settled[name][index]
    try:
        if local is None or local.tzinfo is not None:
            return local and local.astimezone(UTC)
        if dates.habits.zone is not None:
            return _in_zone(local, dates.habits.zone)
        shown = (_offset(settled, twins, index) for twins in TWINS)
        offset = max((offset for offset in shown if offset is not None), default=None)
        notes.append(_note(name, offset))
        return (local - (_EARLIEST if offset is None else offset)).replace(tzinfo=UTC)
    except OverflowError:
        _refuse(dates, index, name)


def _in_zone(local: datetime, zone: ZoneInfo) -> datetime:
    """Read a clock time in its zone; one that a clock change skips or repeats at its earliest."""
    return min(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _offset(settled: Moments, twins: tuple[str, str], index: int) -> timedelta | None:
    local, utc = (_at(settled, name, index) for name in twins)
    if local is None or utc is None or local.tzinfo is not None:
        return None
    distance = local - (utc.astimezone(UTC) if utc.tzinfo else utc).replace(tzinfo=None)
    offset = round(distance / _QUARTER) * _QUARTER
    is_one = abs(distance - offset) <= timedelta(minutes=1) and _FURTHEST_BEHIND <= offset <= _EARLIEST
    return offset if is_one else None


def _note(name: str, offset: timedelta | None) -> str:
    if offset is None:
        return f"{name} has no UTC offset: read at the earliest instant it can mean"
    sign, minutes = "-" if offset < timedelta() else "+", abs(offset) // timedelta(minutes=1)
    zone = f"UTC{sign}{minutes // 60:02}:{minutes % 60:02}"
    return f"{name} has no UTC offset: read at {zone}, as the row's other dates show; a clock change moves it"


def _at(settled: Moments, name: str, index: int) -> datetime | None:
    return settled[name][index] if name in settled else None


def _is_twin(name: str) -> bool:
    return any(name in twins for twins in TWINS)


def _refuse(dates: DateCells, index: int, name: str) -> NoReturn:
    raise InputError(f"{dates.where(index, name)}: {dates.columns[name][index]!r} is not a date.", _REMEDY)
