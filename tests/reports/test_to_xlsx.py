import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from audit.findings import FIELDS, Step
from reports import to_xlsx
from reports.excel_text import MAX_UNITS
from tests.builders_findings import make_finding, make_result, make_run

SHEETS = ["Summary", "Deadlines", "All findings", "Runbook", "Coverage", "Glossary"]


def save_and_reopen(
    folder: Path, *findings: dict[str, Any], sheet_rows: int = 100, **overrides: Any
) -> Workbook:
    """Write a workbook of these findings and read it back."""
    path = folder / "book.xlsx"
    to_xlsx.write(make_result(*findings, **overrides), make_run(), path, sheet_rows=sheet_rows)
    return load_workbook(path)


def rows_of(book: Workbook, name: str) -> list[dict[str, Any]]:
    """Return a sheet's rows by header."""
    header, *rows = book[name].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def texts_of(book: Workbook, name: str) -> list[Any]:
    """Return every value of a sheet that is not blank."""
    return [value for row in book[name].iter_rows(values_only=True) for value in row if value is not None]


def test_empty_result_still_has_headers_on_every_sheet(tmp_path: Path) -> None:
    """A night without findings gives the same sheets and columns as any other."""
    book = save_and_reopen(tmp_path)

    assert book.sheetnames == SHEETS
    assert [book[name].max_row for name in ("Deadlines", "All findings")] == [1, 1]
    assert book["Deadlines"]["A1"].value == "urgency"


def test_every_field_is_a_column_of_all_findings(tmp_path: Path) -> None:
    """The sheet keeps back nothing that findings.json has; instants say that they are UTC."""
    book = save_and_reopen(tmp_path, make_finding())

    header = [str(cell.value).removesuffix(" (UTC)") for cell in book["All findings"][1]]
    assert header == [field.name for field in FIELDS]


def test_dates_are_real_and_utc(tmp_path: Path) -> None:
    """A deadline is a date one can sort and compute with."""
    book = save_and_reopen(tmp_path, make_finding())

    cell = book["Deadlines"]["B2"]
    assert book["Deadlines"]["B1"].value == "act_by (UTC)"
    assert (cell.value, cell.number_format) == (datetime(2026, 11, 25, 2), "yyyy-mm-dd hh:mm")  # noqa: DTZ001


@pytest.mark.parametrize("sheet", ["Deadlines", "All findings", "Runbook", "Summary"])
@pytest.mark.parametrize(
    "name", ["=1+1", '=HYPERLINK("https://evil.example","x")', "#N/A", "#REF!", "=", "@x", "-1"]
)
def test_name_never_becomes_a_formula_or_an_error(tmp_path: Path, sheet: str, name: str) -> None:
    """People may be called anything; a spreadsheet must not run it."""
    book = save_and_reopen(tmp_path, make_finding(display_name=name))

    cells = [cell for row in book[sheet].iter_rows() for cell in row if cell.value == name]
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Bad\x00Name\x07", "Bad␀Name␇"),
        ("line\r\nbreak", "line␍\nbreak"),
        ("\x7f\ufffe", "␡\ufffd"),
        ("half \ud800", "half \ufffd"),
        ("_x0041_", "_x005F_x0041_"),
        (" kept ", " kept "),
        ("山田 \U0001f600", "山田 \U0001f600"),
    ],
)
def test_text_excel_cannot_hold_is_shown_not_dropped(tmp_path: Path, typed: str, stored: str) -> None:
    """What Excel would refuse, or read as something else, stays visible."""
    book = save_and_reopen(tmp_path, make_finding(display_name=typed))

    assert rows_of(book, "All findings")[0]["display_name"] == stored
    assert rows_of(book, "Deadlines")[0]["display_name"] == stored


@pytest.mark.parametrize("character", ["a", "\U0001f600", "_x0041_"])
def test_text_too_long_is_cut_with_a_visible_marker(tmp_path: Path, character: str) -> None:
    """A cell that could not hold everything says so and where the rest is."""
    book = save_and_reopen(tmp_path, make_finding(action=character * 40_000))

    action = rows_of(book, "All findings")[0]["action"]
    assert action.endswith("the whole text is in findings.json]")
    assert len(action.encode("utf-16-le")) // 2 <= MAX_UNITS


@pytest.mark.parametrize(
    ("findings", "sheets"),
    [
        (3, ["All findings"]),
        (4, ["All findings", "All findings (2)"]),
        (7, ["All findings", "All findings (2)", "All findings (3)"]),
    ],
)
def test_more_rows_than_a_sheet_holds_continue_on_the_next(
    tmp_path: Path, findings: int, sheets: list[str]
) -> None:
    """No row is lost at the limit, and every sheet has headers."""
    ids = [f"mailbox:{number}" for number in range(findings)]

    book = save_and_reopen(tmp_path, *[make_finding(finding_id=text) for text in ids], sheet_rows=4)

    assert [name for name in book.sheetnames if name.startswith("All findings")] == sheets
    assert [row["finding_id"] for name in sheets for row in rows_of(book, name)] == ids
    assert max(book[name].max_row for name in book.sheetnames if name not in {"Summary", "Coverage"}) == 4


def test_clock_with_an_unknown_end_comes_first(tmp_path: Path) -> None:
    """What may be lost at any moment is not hidden below what is lost next week."""
    unknown = make_finding(finding_id="mailbox:x", act_by=None, days_left=None, mailbox_purge_after=None)
    held = make_finding(finding_id="mailbox:h", act_by=None, mailbox_purge_after=None, mailbox_clock="held")

    book = save_and_reopen(tmp_path, make_finding(finding_id="mailbox:a"), unknown, held)

    rows = rows_of(book, "Deadlines")
    assert (rows[0]["finding_id"], rows[0]["act_by (UTC)"]) == ("mailbox:x", "deadline unknown")
    assert rows[0]["mailbox_purge_after (UTC)"] == "deadline unknown"
    assert len(rows) == 2


def test_runbook_is_a_script_with_warnings_first(tmp_path: Path) -> None:
    """One block can be pasted whole: all that is said stands in comments, commands are bare."""
    finding = make_finding(
        warnings=("Ask first.",), steps=(Step("Restore.", ("A", "B")), Step("License.", ()))
    )

    book = save_and_reopen(tmp_path, finding)

    assert [(row["kind"], row["text"]) for row in rows_of(book, "Runbook")[-6:]] == [
        ("finding", "# Ada Lovelace <ada@contoso.com>: Restore the account; the mailbox follows it."),
        ("warning", "# WARNING: Ask first."),
        ("step", "# 1. Restore."),
        ("command", "A"),
        ("command", "B"),
        ("step", "# 2. License."),
    ]


def test_runbook_begins_with_how_to_connect(tmp_path: Path) -> None:
    """The commands fail without a session, so the session comes first."""
    book = save_and_reopen(tmp_path)

    assert [row["text"] for row in rows_of(book, "Runbook") if row["kind"] == "command"] == [
        "Connect-MgGraph -Scopes 'User.ReadWrite.All', 'Organization.Read.All'",
        "Connect-ExchangeOnline",
    ]


def test_temporary_files_lie_beside_the_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed run must not leave names of people in the system's temporary folder."""
    elsewhere = str(tmp_path / "not there")
    monkeypatch.setattr("tempfile.tempdir", elsewhere)

    to_xlsx.write(make_result(make_finding()), make_run(), tmp_path / "book.xlsx")

    assert [path.name for path in tmp_path.iterdir()] == ["book.xlsx"]
    assert tempfile.tempdir == elsewhere


def test_summary_and_coverage_begin_with_the_verdict(tmp_path: Path) -> None:
    """A reader who reads one cell reads whether the rest can be relied on."""
    book = save_and_reopen(tmp_path, make_finding(), gaps=("mailboxes were cut after page 3",))

    assert book["Summary"]["A1"].value == "INCOMPLETE: mailboxes were cut after page 3"
    assert book["Coverage"]["A1"].value == "INCOMPLETE: mailboxes were cut after page 3"


def test_complete_coverage_says_so(tmp_path: Path) -> None:
    """Silence is not a verdict."""
    book = save_and_reopen(tmp_path, make_finding())

    assert book["Summary"]["A1"].value == "Coverage complete"


def test_several_gaps_are_all_named(tmp_path: Path) -> None:
    """None of the gaps hides behind the first."""
    book = save_and_reopen(tmp_path, gaps=("one", "two"))

    assert {"INCOMPLETE: 2 gaps", "• one", "• two"} <= set(texts_of(book, "Summary"))


def test_coverage_shows_the_tie_out_arithmetic(tmp_path: Path) -> None:
    """Rows in = in findings + excluded by reason, for each side."""
    book = save_and_reopen(tmp_path, make_finding())

    rows = [row[:2] for row in book["Coverage"].iter_rows(values_only=True)]
    start = rows.index(("Tie-out: users", None))
    assert rows[start + 1 : start + 5] == [
        ("rows in", 3),
        ("= in findings", 1),
        ("+ excluded: guest", 2),
        ("balanced", "yes"),
    ]


def test_glossary_explains_every_column(tmp_path: Path) -> None:
    """No header is left to guess."""
    book = save_and_reopen(tmp_path)

    words = {row["word"] for row in rows_of(book, "Glossary")}
    assert {field.name for field in FIELDS} <= words


@pytest.mark.parametrize("sheet", ["Deadlines", "All findings", "Runbook", "Glossary"])
def test_tables_are_frozen_filtered_and_fit_a_page(tmp_path: Path, sheet: str) -> None:
    """A table can be scrolled, filtered and printed as it is."""
    book = save_and_reopen(tmp_path, make_finding())

    assert str(book[sheet].freeze_panes).endswith("2")
    assert str(book[sheet].auto_filter.ref).startswith("A1:")
    assert (book[sheet].page_setup.orientation, book[sheet].page_setup.fitToHeight) == ("landscape", 0)


def test_document_properties_name_tenant_and_tool(tmp_path: Path) -> None:
    """A workbook that was mailed on still says where it came from."""
    book = save_and_reopen(tmp_path)

    assert book.properties.title == "Mailbox audit of contoso.onmicrosoft.com, as of 2026-11-20T02:00:00Z"
    assert book.properties.creator == "mailbox-audit 0.1.0"


def test_no_sheet_holds_a_formula(tmp_path: Path) -> None:
    """Nothing in the workbook computes, so nothing in it can be made to."""
    path = tmp_path / "book.xlsx"

    to_xlsx.write(make_result(make_finding(display_name="=1+1", action="=2")), make_run(), path)

    with ZipFile(path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "/worksheets/" in name]
    assert b"<f>" not in b"".join(sheets)
