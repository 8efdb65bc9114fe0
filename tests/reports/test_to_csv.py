import csv
from pathlib import Path
from typing import Any

import pytest

from audit.findings import FIELDS
from reports import to_csv
from tests.builders_findings import make_finding, make_result


def write_and_load(folder: Path, *findings: dict[str, Any]) -> list[dict[str, str]]:
    """Write findings.csv and read it back."""
    to_csv.write(make_result(*findings), folder / "findings.csv")
    with (folder / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_file_begins_with_a_byte_order_mark(tmp_path: Path) -> None:
    """Without it Excel reads UTF-8 as the local code page."""
    to_csv.write(make_result(), tmp_path / "findings.csv")

    assert (tmp_path / "findings.csv").read_bytes().startswith(b"\xef\xbb\xbffinding_id,")


def test_every_field_is_a_column(tmp_path: Path) -> None:
    """The columns are the fields of findings.json, under the same names."""
    rows = write_and_load(tmp_path, make_finding())

    assert list(rows[0]) == [field.name for field in FIELDS]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1+1", "'＝1+1"),
        ("\t=1", "\t'=1"),
        ("\rx", "'\rx"),
        (" =1", " '=1"),
        ('"=1', "\"'=1"),
        ("x;=1", "x;'=1"),
        ("x\n=1", "x\n'=1"),
        ("a-b, =c", "a-b, =c"),
    ],
)
def test_text_never_begins_a_formula(tmp_path: Path, typed: str, written: str) -> None:
    """Whatever the list separator of the reader's country, no cell begins like a formula."""
    rows = write_and_load(tmp_path, make_finding(display_name=typed))

    assert rows[0]["display_name"] == written


def test_numbers_stay_numbers_and_dates_say_z(tmp_path: Path) -> None:
    """A negative number is no formula; a date has one reading."""
    rows = write_and_load(tmp_path, make_finding(days_left=-3))

    assert (rows[0]["days_left"], rows[0]["act_by"]) == ("-3", "2026-11-25T02:00:00Z")


def test_unknown_is_an_empty_cell(tmp_path: Path) -> None:
    """Null is empty, false is false."""
    rows = write_and_load(tmp_path, make_finding(branch=None, is_inactive_mailbox=False, act_by=None))

    assert (rows[0]["branch"], rows[0]["is_inactive_mailbox"], rows[0]["act_by"]) == ("", "false", "")


def test_line_breaks_stay_inside_their_cell(tmp_path: Path) -> None:
    """Two commands are two lines of one cell, and the row stays one row."""
    rows = write_and_load(tmp_path, make_finding(commands=("A", "B")), make_finding())

    assert [row["commands"] for row in rows] == ["A\nB", make_finding()["commands"][0]]
