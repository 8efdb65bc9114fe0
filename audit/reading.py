"""Rows of any source become a listing's table: headers are matched to its columns, cells are typed.

Every source ends here, an exported file and a page of the live tenant alike, so that all of them mean
the same by a GUID, by empty and by absent.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, chain
from operator import itemgetter
from typing import Any

import pandas as pd

from audit.errors import InputError
from audit.instants import TWINS, DateCells, DateHabits, read_clean, read_doubtful
from audit.memory import collector_paused
from audit.records import Column, Kind, Listing, Table
from audit.values import (
    ABSENT,
    RECIPIENT_TYPES,
    Where,
    read_flags,
    read_guids,
    read_items,
    read_text,
    read_texts,
)

_EXPORT_SCRIPT = "Export it again with the script `mailbox-audit export-script` prints."
_ENUMERATIONS = {"RecipientTypeDetails": RECIPIENT_TYPES}

_PART = 4096
"""Cells looked at together: few enough to stay in the processor's cache, and one odd cell slows no more."""

Layout = tuple[str, ...]
"""The keys of a row, in order."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that came from one place: a file, or a page of the live tenant."""

    rows: Sequence[dict[str, Any]]
    origin: str
    """What to call the place in a message."""
    lines: Sequence[int] = ()
    """The line of each row; empty where rows are counted instead."""
    headers: Sequence[str] = ()
    """The headers of a CSV file, which it has even without rows."""
    habits: DateHabits = field(default_factory=DateHabits)

    def where(self, index: int, column: str) -> str:
        """Name the place of a row's cell."""
        place = f"line {self.lines[index]}" if self.lines else f"row {index + 1}"
        return f"{self.origin}, {place}, column {column}"


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of all batches, and under which headers they have each column."""

    batches: Sequence[Batch]
    rows: list[dict[str, Any]]
    spellings: dict[str, list[str]]
    everywhere: frozenset[str]
    """Columns that every row has."""
    starts: list[int]
    steady: dict[str, list[Any]]
    """The cells of the columns every row has under one and the same header."""

    def cells(self, column: str) -> list[Any]:
        """Return the column's cell of every row, `ABSENT` where a row does not have it."""
        if column in self.steady:
            return self.steady[column]
        cells: list[Any] = [ABSENT] * len(self.rows)
        for header in self.spellings.get(column, ()):
            cells = [row.get(header, cell) for row, cell in zip(self.rows, cells, strict=True)]
        return cells

    def where(self, column: str, index: int) -> str:
        batch = bisect_right(self.starts, index) - 1
        return self.batches[batch].where(index - self.starts[batch], column)


def read_table(listing: Listing, batches: Sequence[Batch]) -> Table:
    """Type the rows of a listing.

    Raises `InputError` where the key column is missing, two headers mean one column or a cell cannot be read.
    """
    with collector_paused():
        return _read_table(listing, _gather(listing, batches))


def _read_table(listing: Listing, rows: _Rows) -> Table:
    instants, notes = _read_instants(listing, rows)
    columns = {
        c.name: instants[c.name] if c.kind is Kind.INSTANT else _read(c, rows) for c in listing.columns
    }
    known = frozenset(c.name for c in listing.columns if _is_known(c, rows, columns[c.name]))
    columns["notes"] = notes
    series = {n: pd.Series(c, dtype=object if isinstance(c, list) else None) for n, c in columns.items()}
    return Table(pd.DataFrame(series, copy=False), known)


def _is_known(column: Column, rows: _Rows, cells: Any) -> bool:
    said = not rows.rows or column.name in rows.everywhere or f"{column.name}UTC" in rows.everywhere
    return said and not (isinstance(cells, list) and type(None) in set(map(type, cells)))


def _gather(listing: Listing, batches: Sequence[Batch]) -> _Rows:
    meanings = _meanings(listing)
    layouts: dict[Layout, dict[str, str]] = {}
    for batch in batches:
        own = set(map(tuple, batch.rows)) | ({tuple(batch.headers)} if batch.headers else set())
        layouts.update((layout, _match(layout, meanings, batch)) for layout in own if layout not in layouts)
        if own and not any(listing.key in layouts[layout] for layout in own):
            raise InputError(f"{batch.origin} has no column {listing.key}.", _EXPORT_SCRIPT)
    spellings: dict[str, list[str]] = {}
    for name, header in sorted({pair for layout in layouts.values() for pair in layout.items()}):
        spellings.setdefault(name, []).append(header)
    everywhere = frozenset.intersection(*map(frozenset, layouts.values())) if layouts else frozenset[str]()
    rows = [row for batch in batches for row in batch.rows]
    starts = list(accumulate((len(batch.rows) for batch in batches), initial=0))[:-1]
    headers = {name: spellings[name][0] for name in sorted(everywhere) if len(spellings[name]) == 1}
    return _Rows(batches, rows, spellings, everywhere, starts, _transpose(rows, headers))


def _transpose(rows: list[dict[str, Any]], headers: dict[str, str]) -> dict[str, list[Any]]:
    """Turn rows into columns, looking at each row once: three times as fast as column by column."""
    if not headers:
        return {}
    # The first header is taken twice, because of a single one `itemgetter` makes no tuple.
    cells = list(chain.from_iterable(map(itemgetter(*headers.values(), next(iter(headers.values()))), rows)))
    return {name: cells[place :: len(headers) + 1] for place, name in enumerate(headers)}


def _meanings(listing: Listing) -> dict[str, str]:
    """Map each header, squeezed, to the column it means; dates also have a twin in UTC."""
    dates = [column.name for column in listing.columns if column.kind is Kind.INSTANT]
    helpers = [*(f"{name}UTC" for name in dates), *(name for twins in TWINS for name in twins if dates)]
    meanings = {_squeeze(name): name for name in helpers}
    for column in listing.columns:
        meanings |= dict.fromkeys(map(_squeeze, (column.name, *column.aliases)), column.name)
    return meanings


def _squeeze(header: str) -> str:
    return "".join(filter(str.isalnum, header)).lower()


def _match(layout: Layout, meanings: dict[str, str], batch: Batch) -> dict[str, str]:
    """Find the header of each column; keys with an ``@`` are the service's remarks about their neighbour."""
    headers: dict[str, str] = {}
    for header in layout:
        name = None if "@" in header else meanings.get(_squeeze(header))
        if name is None:
            continue
        if name in headers:
            raise InputError(
                f"{batch.origin}: the columns {headers[name]!r} and {header!r} both mean {name}.",
                "Remove one of them.",
            )
        headers[name] = header
    return headers


def _read(column: Column, rows: _Rows) -> Any:
    cells, where = rows.cells(column.name), partial(rows.where, column.name)
    if column.kind is Kind.FLAG:
        return read_flags(cells, where)
    typed: list[Any] = []
    for start in range(0, len(cells), _PART):
        typed += _read_part(column, cells[start : start + _PART], partial(_moved, where, start))
    return typed


def _moved(where: Where, start: int, index: int) -> str:
    return where(start + index)


def _read_part(column: Column, cells: list[Any], where: Where) -> Sequence[Any]:
    match column.kind:
        case Kind.GUID:
            return read_guids(cells, where)
        case Kind.TEXT:
            return read_text(cells, _ENUMERATIONS.get(column.name))
        case Kind.TEXTS:
            return read_texts(cells, column.name)
        case _:
            return read_items(cells)


def _read_instants(
    listing: Listing, rows: _Rows
) -> tuple[dict[str, pd.DatetimeIndex], list[tuple[str, ...]]]:
    names = [column.name for column in listing.columns if column.kind is Kind.INSTANT]
    notes: list[tuple[str, ...]] = [()] * len(rows.rows)
    clean = {name: read_clean(rows.cells(name)) for name in names if f"{name}UTC" not in rows.spellings}
    read: dict[str, pd.DatetimeIndex] = {name: dates for name, dates in clean.items() if dates is not None}
    doubtful = [name for name in names if name not in read]
    if doubtful:
        moments, notes = _read_doubtful(doubtful, rows)
        read |= {
            name: pd.DatetimeIndex(column, dtype="datetime64[us, UTC]") for name, column in moments.items()
        }
    return read, notes


def _read_doubtful(names: list[str], rows: _Rows) -> tuple[dict[str, list[Any]], list[tuple[str, ...]]]:
    """Read dates file by file: each file has its own habits."""
    helpers = [*(f"{name}UTC" for name in names), *(name for twins in TWINS for name in twins)]
    carried = [*names, *(name for name in helpers if name in rows.spellings)]
    cells = {name: rows.cells(name) for name in carried}
    moments: dict[str, list[Any]] = {name: [] for name in names}
    notes: list[tuple[str, ...]] = []
    for batch, start in zip(rows.batches, rows.starts, strict=True):
        own = {name: column[start : start + len(batch.rows)] for name, column in cells.items()}
        found, doubts = read_doubtful(DateCells(own, batch.habits, batch.where), names)
        notes += map(tuple, doubts)
        for name in names:
            moments[name] += found[name]
    return moments, notes
