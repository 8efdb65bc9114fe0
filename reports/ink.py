"""The workbook's ink: a converter for each kind of column, chosen once, and the styles they use.

openpyxl's write-only sheets are slow where each cell carries a style of its own, so text is handed over
bare and one cell a column is used again for every row that needs a style.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from reports.excel_text import is_odd, shown
from reports.pages import Style
from reports.table import Column, Ink, Value

CellValue = str | int | Cell | None
Converter = Callable[[Iterable[Value]], Iterator[CellValue]]

INSTANT_FORMAT = "yyyy-mm-dd hh:mm"
FIRST_EXCEL_DATE = datetime(1900, 3, 1)  # noqa: DTZ001 - naive UTC; earlier ones Excel counts wrongly or not at all

_TOP = Alignment(vertical="top")
_LEFT = Alignment(vertical="top", horizontal="left")
_CENTRED = Alignment(vertical="top", horizontal="center")
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_LEFT_BELOW = Alignment(horizontal="left")
_WRAPPED_BELOW = Alignment(wrap_text=True)
_TEXT = "Calibri"
_CODE = Font(name="Consolas", size=10)

HEADER_FONT = Font(name=_TEXT, size=11, bold=True, color="FFFFFF")
HEADER_FILL = PatternFill("solid", fgColor="1F3864")

URGENCY_FILLS: dict[str, tuple[str, str]] = {
    "overdue": ("9C0006", "FFFFFF"),
    "critical": ("F4B6B6", "7A0000"),
    "high": ("F9D5A7", "6B3A00"),
    "soon": ("FFF2B3", "5C4A00"),
    "ok": ("D5EBD0", "1E4D17"),
    "held": ("D9E2F0", "1F3864"),
}
"""Fill and text colour by urgency; the word itself always stands in the cell."""

LINE_FONTS: dict[Style, Font] = {
    Style.GOOD: Font(name=_TEXT, bold=True, size=14, color="1E4D17"),
    Style.BAD: Font(name=_TEXT, bold=True, size=14, color="9C0006"),
    Style.HEADING: Font(name=_TEXT, bold=True, size=12, color="1F3864"),
    Style.HEADER: HEADER_FONT,
}


class _Pen(Cell):
    """A cell that is used again for every row of its column.

    openpyxl tells cells from values by an exception whose message shows the cell; showing it fully costs
    as much as writing it.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return "<Pen>"

    def put(self, value: str | int | datetime, data_type: str) -> None:
        """Set a value whose type is known: openpyxl would guess it, formulas and error values included."""
        self._value = value
        self.data_type = data_type


def pen_of(sheet: Worksheet, column: Column, *, on_top: bool) -> Converter:
    """Return the converter for one column of one sheet; `on_top` where rows are several lines tall."""
    match column.ink:
        case Ink.INSTANT:
            return _instants(_cell(sheet, _LEFT if on_top else _LEFT_BELOW))
        case Ink.NUMBER:
            return _styled(_cell(sheet, _CENTRED))
        case Ink.FLAG:
            return _flags
        case Ink.TEXT if column.code:
            return _styled(_cell(sheet, _WRAPPED_BELOW if column.wrap else None, _CODE))
        case Ink.TEXT if column.wrap or on_top:
            return _styled(_cell(sheet, _WRAPPED if column.wrap else _TOP))
        case _:
            return _texts(_cell(sheet, None))


def page_cell(sheet: Worksheet, style: Style, value: Value, *, wrap: bool) -> Cell:
    """Return a cell of a free-form page."""
    cell = _cell(sheet, _WRAPPED if wrap else _LEFT, LINE_FONTS.get(style))
    if style is Style.HEADER:
        cell.fill = HEADER_FILL
    if isinstance(value, datetime):
        cell.number_format = INSTANT_FORMAT
    _put(cell, _YES[value] if isinstance(value, bool) else value)
    return cell


def header_cell(sheet: Worksheet, column: Column) -> Cell:
    """Return a column's header, which says UTC where there are times below."""
    cell = _cell(sheet, _WRAPPED, HEADER_FONT)
    cell.fill = HEADER_FILL
    _put(cell, header(column))
    return cell


def header(column: Column) -> str:
    """Return the text of a column's header."""
    return f"{column.name} (UTC)" if column.ink is Ink.INSTANT else column.name


_YES = {True: "yes", False: "no", None: None}


def _cell(sheet: Worksheet, alignment: Alignment | None, font: Font | None = None) -> _Pen:
    cell = _Pen(sheet, row=1, column=1)
    if alignment is not None:
        cell.alignment = alignment
    if font is not None:
        cell.font = font
    return cell


def _put(cell: _Pen, value: Value) -> None:
    """Set a value so that text stays text."""
    if isinstance(value, str):
        cell.put(shown(value) if is_odd(value) else value, "s")
    elif value is not None:
        cell.put(value, "d" if isinstance(value, datetime) else "n")


def _texts(cell: _Pen) -> Converter:
    cell.quotePrefix = True

    def ink(values: Iterable[str | None]) -> Iterator[CellValue]:
        for value in values:
            if value is None or not is_odd(value):
                yield value
            else:
                _put(cell, value)
                yield cell

    return ink  # type: ignore[return-value]


def _styled(cell: _Pen) -> Converter:
    def ink(values: Iterable[Value]) -> Iterator[CellValue]:
        for value in values:
            if value is None:
                yield None
            else:
                _put(cell, value)
                yield cell

    return ink


def _instants(cell: _Pen) -> Converter:
    cell.number_format = INSTANT_FORMAT

    def ink(values: Iterable[Value]) -> Iterator[CellValue]:
        for value in values:
            if value is None:
                yield None
            elif isinstance(value, datetime) and value >= FIRST_EXCEL_DATE:
                cell.put(value, "d")
                yield cell
            else:
                _put(cell, str(value))
                yield cell

    return ink


def _flags(values: Iterable[Value]) -> Iterator[CellValue]:
    return (_YES[value] for value in values)  # type: ignore[index]
