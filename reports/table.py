"""A table: named columns, and rows made once for every writer (CSV, workbook) to ink in its own way."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Value = str | int | bool | datetime | None
"""What a cell holds. Instants are naive here and always UTC; None is "not known" or "does not apply"."""

Chunk = Sequence[Sequence[Value]]
"""Some rows of a table, column by column, so that each column is converted by one function."""


class Ink(StrEnum):
    """What a column's values are; a writer chooses its converter by this, once for the column."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    INSTANT = "instant"
    """May hold a text where no date is known ("deadline unknown")."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, declared once."""

    name: str
    ink: Ink = Ink.TEXT
    width: int = 16
    """In characters, as a spreadsheet counts them."""
    wrap: bool = False
    """Wrap the text: for columns that people read, not for those they filter."""
    code: bool = False
    """Set in a fixed-width face: something to copy."""


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table; `chunks` may be called again for each writer."""

    name: str
    columns: tuple[Column, ...]
    chunks: Callable[[], Iterator[Chunk]]
    freeze: int = 0
    """How many columns stay in view while the others scroll."""
    pages_wide: int = 1
    """Printed pages side by side."""
