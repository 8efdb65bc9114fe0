"""The workbook people act on, streamed through openpyxl's write-only mode so that memory stays flat.

Widths, frozen panes and print setup must be set before a sheet's first row is written; filters and
conditional formats after its last one, when its length is known.
"""

import contextlib
import errno
import tempfile
from collections.abc import Iterable, Iterator
from itertools import count, repeat
from pathlib import Path

from lxml import etree
from openpyxl import Workbook
from openpyxl.formatting.rule import CellIsRule, FormulaRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from audit.findings import AuditResult
from reports.ink import URGENCY_FILLS, header, header_cell, page_cell, pen_of
from reports.pages import Line, Page, Style, coverage, summary
from reports.run_info import RunInfo, iso_utc
from reports.table import Chunk, Table
from reports.tables import all_findings, deadlines, glossary, runbook

SHEET_ROWS = 1_048_576
"""Rows a sheet holds. openpyxl writes more without a word, and Excel then refuses the file."""

_ACROSS = frozenset({Style.GOOD, Style.BAD, Style.SENTENCE})
_LINE_HEIGHT = 15.0
_TALL_LINE_HEIGHT = 19.0
_A4 = 9
_BLOCK_FILL = PatternFill("solid", bgColor="D9E2F0", fgColor="D9E2F0")


def write(result: AuditResult, run: RunInfo, path: Path, *, sheet_rows: int = SHEET_ROWS) -> None:
    """Write the workbook; a table longer than `sheet_rows` continues on a second sheet and so on."""
    try:
        with _temporary_files_in(path.parent):
            _write(result, run, path, sheet_rows)
    except etree.SerialisationError as error:
        # What lxml says when openpyxl's temporary file cannot be written: a full disk, most often.
        raise OSError(errno.ENOSPC, "a temporary file could not be written", str(path.parent)) from error


@contextlib.contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Have openpyxl keep its sheets beside the workbook: a killed run leaves nobody's name in /tmp."""
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _write(result: AuditResult, run: RunInfo, path: Path, sheet_rows: int) -> None:
    book = Workbook(write_only=True)
    book.properties.title = f"Mailbox audit of {run.tenant}, as of {iso_utc(run.as_of)}"
    book.properties.creator = f"mailbox-audit {run.tool_version}"
    _write_page(book, summary(result, run))
    _write_table(book, deadlines(result.findings), sheet_rows)
    _write_table(book, all_findings(result.findings), sheet_rows)
    _write_table(book, runbook(result.findings), sheet_rows)
    _write_page(book, coverage(result))
    _write_table(book, glossary(), sheet_rows)
    book.save(path)


def _write_table(book: Workbook, table: Table, sheet_rows: int) -> None:
    number, sheet, used = 1, _new_sheet(book, table, 1), 1
    for chunk in table.chunks():
        for part in _parts(chunk, sheet_rows - used, sheet_rows - 1):
            if used == sheet_rows:
                _finish(sheet, table, used)
                number += 1
                sheet, used = _new_sheet(book, table, number), 1
            used += _append(sheet, table, part, used)
    _finish(sheet, table, used)


def _parts(chunk: Chunk, first: int, then: int) -> Iterator[Chunk]:
    """Cut a chunk where a sheet ends: `first` rows still fit, `then` on each new sheet."""
    rows = len(chunk[0])
    if rows <= first:
        yield chunk
        return
    for start in (*((0,) if first else ()), *range(first, rows, then)):
        end = first if start < first else start + then
        yield [column[start:end] for column in chunk]


def _append(sheet: Worksheet, table: Table, chunk: Chunk, used: int) -> int:
    """Append rows below the `used` ones and return how many."""
    on_top = any(column.wrap and not column.code for column in table.columns)
    inked = [
        pen_of(sheet, column, on_top=on_top)(values)
        for column, values in zip(table.columns, chunk, strict=True)
    ]
    for number, height, row in zip(
        count(used + 1), _heights(sheet, table, chunk), zip(*inked, strict=True), strict=False
    ):
        if height is None:
            sheet.append(row)
        else:
            sheet.row_dimensions[number] = height
            sheet.append(row)
            del sheet.row_dimensions[number]
    return len(chunk[0])


def _heights(sheet: Worksheet, table: Table, chunk: Chunk) -> Iterable[RowDimension | None]:
    """Return the height of each row: not every spreadsheet fits wrapped rows when it opens a file.

    Null where one line is enough. Rows of one height share one object; making them costs more than writing.
    """
    wrapped = [
        [-(-len(str(value)) // column.width) for value in values]
        for column, values in zip(table.columns, chunk, strict=True)
        if column.wrap
    ]
    if not wrapped:
        return repeat(None)
    lines = [max(row) for row in zip(*wrapped, strict=True)]
    tall = {number: RowDimension(sheet, ht=number * _LINE_HEIGHT) for number in set(lines) if number > 1}
    return map(tall.get, lines)


def _new_sheet(book: Workbook, table: Table, number: int) -> Worksheet:
    sheet: Worksheet = book.create_sheet(table.name if number == 1 else f"{table.name} ({number})")
    for index, column in enumerate(table.columns, 1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    sheet.freeze_panes = f"{get_column_letter(table.freeze + 1)}2"
    sheet.print_title_rows = "1:1"
    _set_up_print(sheet, table.pages_wide)
    if any(len(header(column)) > column.width for column in table.columns):
        sheet.row_dimensions[1].height = 2 * _LINE_HEIGHT
    sheet.append([header_cell(sheet, column) for column in table.columns])
    return sheet


def _finish(sheet: Worksheet, table: Table, rows: int) -> None:
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{rows}"
    names = [column.name for column in table.columns]
    if "urgency" in names:
        _colour_urgency(sheet, get_column_letter(names.index("urgency") + 1), 2, max(rows, 2))
    if "text" in names:
        _mark_blocks(
            sheet, get_column_letter(names.index("kind") + 1), get_column_letter(len(names)), max(rows, 2)
        )


def _write_page(book: Workbook, page: Page) -> None:
    sheet: Worksheet = book.create_sheet(page.name)
    for index, width in enumerate(page.widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    _set_up_print(sheet, 1)
    sheet.sheet_view.showGridLines = False
    last = get_column_letter(len(page.widths))
    for number, line in enumerate(page.lines, 1):
        if line.style in _ACROSS:
            sheet.merged_cells.add(f"A{number}:{last}{number}")
        sheet.row_dimensions[number].height = _height(line, page.widths)
        sheet.append(
            [
                page_cell(sheet, line.style, value, wrap=line.style in _ACROSS or index == len(page.widths))
                for index, value in enumerate(line.cells, 1)
            ]
        )
    _colour_urgency(sheet, "A", 1, len(page.lines))


def _height(line: Line, widths: tuple[int, ...]) -> float:
    """Return the height of a line, given how much text wraps in it."""
    if line.style in _ACROSS:
        tall = _LINE_HEIGHT if line.style is Style.SENTENCE else _TALL_LINE_HEIGHT
        return tall * (1 + int(len(str(line.cells[0])) * tall / _LINE_HEIGHT) // sum(widths))
    if line.style is Style.ROW and len(line.cells) == len(widths):
        return _LINE_HEIGHT * (1 + len(str(line.cells[-1])) // widths[-1])
    return _TALL_LINE_HEIGHT if line.style is Style.HEADING else _LINE_HEIGHT


def _colour_urgency(sheet: Worksheet, letter: str, first: int, last: int) -> None:
    for value, (fill, font) in URGENCY_FILLS.items():
        rule = CellIsRule(  # type: ignore[no-untyped-call]
            operator="equal",
            formula=[f'"{value}"'],
            fill=PatternFill("solid", bgColor=fill, fgColor=fill),
            font=Font(color=font, bold=value == "overdue"),
        )
        sheet.conditional_formatting.add(f"{letter}{first}:{letter}{last}", rule)


def _mark_blocks(sheet: Worksheet, kind: str, last: str, rows: int) -> None:
    """Make the first row of each block of the runbook stand out, and its warnings."""
    area = f"{kind}2:{last}{rows}"
    head = FormulaRule(formula=[f'${kind}2="finding"'], font=Font(bold=True), fill=_BLOCK_FILL)  # type: ignore[no-untyped-call]
    warning = FormulaRule(formula=[f'${kind}2="warning"'], font=Font(bold=True, color="9C0006"))  # type: ignore[no-untyped-call]
    sheet.conditional_formatting.add(area, head)
    sheet.conditional_formatting.add(area, warning)


def _set_up_print(sheet: Worksheet, pages_wide: int) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToWidth = pages_wide
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6, footer=0.3)
    if (footer := sheet.HeaderFooter.oddFooter) is not None and footer.center is not None:
        footer.center.text = "&A - page &P of &N"
