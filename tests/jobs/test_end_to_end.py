"""The program as its users run it: exit code, output, files."""

import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest
from click.testing import CliRunner, Result

from audit.records import LISTINGS
from audit.scenarios import load_table
from audit.sources.demo import DemoSource
from audit.sources.demo_tenant import records_of
from jobs.cli import cli
from jobs.explanation import finding_text
from jobs.matching import rows
from reports.to_json import schema
from tests.builders import AS_OF, Row, audit, make_deleted_mailbox, make_deleted_user

FILES = {
    "mailbox-orphans.xlsx",
    "findings.json",
    "findings.csv",
    "run.json",
    "snapshot.jsonl.gz",
    "manifest.json",
}
NAMES = {
    "deleted_users": "deleted-users",
    "users": "users",
    "soft_deleted_mailboxes": "soft-deleted-mailboxes",
    "inactive_mailboxes": "inactive-mailboxes",
    "mailboxes": "mailboxes",
    "ad_users": "ad-users",
    "ad_deleted_users": "ad-deleted-users",
    "organization": "organization",
    "domains": "domains",
}
AS_OF_TEXT = AS_OF.isoformat()


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run where no configuration lies about."""
    monkeypatch.chdir(tmp_path)


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def _findings(folder: Path) -> list[dict[str, Any]]:
    findings: list[dict[str, Any]] = json.loads((folder / "findings.json").read_bytes())["findings"]
    return findings


def _export(folder: Path, rows: dict[str, list[Row]]) -> Path:
    folder.mkdir()
    for listing, own in rows.items():
        (folder / f"{NAMES[listing]}.json").write_text(json.dumps({"value": own}), encoding="utf-8")
    return folder


def _export_csv(folder: Path, rows: dict[str, list[Row]]) -> Path:
    folder.mkdir()
    for listing, own in rows.items():
        columns = [column.name for column in LISTINGS[listing].columns]
        with (folder / f"{NAMES[listing]}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(columns)
            writer.writerows([[_cell(row.get(column)) for column in columns] for row in own])
    return folder


def _cell(value: Any) -> Any:
    return (
        ";".join(value) if isinstance(value, list) and all(isinstance(part, str) for part in value) else value
    )


def test_the_demo_writes_every_file_and_says_where(tmp_path: Path) -> None:
    """One command, no tenant, a workbook."""
    result = _run("demo", "--out", tmp_path / "run", "--no-progress")

    assert 0 == result.exit_code, result.output
    assert FILES == {path.name for path in (tmp_path / "run").iterdir()}
    assert result.stdout.startswith("Coverage complete")
    assert "mailbox-orphans.xlsx" in result.stdout


def test_findings_json_is_what_its_schema_says(tmp_path: Path) -> None:
    """The contract for programs."""
    _run("demo", "--out", tmp_path / "run", "-q")

    jsonschema.validate(json.loads((tmp_path / "run" / "findings.json").read_bytes()), schema())


def test_the_workbook_opens_with_every_sheet(tmp_path: Path) -> None:
    """Verdict first; a name that begins with = is text."""
    _run("demo", "--out", tmp_path / "run", "-q")

    book = openpyxl.load_workbook(tmp_path / "run" / "mailbox-orphans.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert ["Summary", "Deadlines", "All findings", "Runbook", "Coverage", "Glossary"] == book.sheetnames
    assert "Coverage complete" == book["Summary"]["A1"].value
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)


def test_a_report_from_the_snapshot_has_exactly_the_same_findings(tmp_path: Path) -> None:
    """Replay, offline."""
    _run("demo", "--out", tmp_path / "run", "-q")

    result = _run("report", tmp_path / "run" / "snapshot.jsonl.gz", "--out", tmp_path / "again", "-q")

    assert 0 == result.exit_code, result.output
    assert _findings(tmp_path / "run") == _findings(tmp_path / "again")


def test_the_demo_people_as_exported_json_give_the_same_findings(tmp_path: Path) -> None:
    """Demo, exports folder and snapshot are one input."""
    _run("demo", "--as-of", AS_OF_TEXT, "--out", tmp_path / "demo", "-q")
    exports = _export(tmp_path / "exports", records_of(AS_OF))

    result = _run("nightly", "--exports", exports, "--as-of", AS_OF_TEXT, "--out", tmp_path / "run", "-q")

    assert 0 == result.exit_code, result.output
    assert _findings(tmp_path / "demo") == _findings(tmp_path / "run")


def test_the_demo_people_as_csv_are_classified_the_same(tmp_path: Path) -> None:
    """Only license plans, which CSV cannot carry, may be not known."""
    _run("demo", "--as-of", AS_OF_TEXT, "--out", tmp_path / "demo", "-q")
    exports = _export_csv(tmp_path / "exports", records_of(AS_OF))

    result = _run("nightly", "--exports", exports, "--as-of", AS_OF_TEXT, "--out", tmp_path / "run", "-q")

    kept = (
        "orphan_class",
        "scenario",
        "branch",
        "act_by",
        "mailbox_clock",
        "entra",
        "mailbox",
        "on_premises",
    )
    expected, actual = (
        {f["finding_id"]: [f[name] for name in kept] for f in _findings(folder) if f["exchange_guid"]}
        for folder in (tmp_path / "demo", tmp_path / "run")
    )
    license_dates = {id_ for id_, values in expected.items() if values[0] == "license_removed"}
    assert result.exit_code in (0, 5), result.output
    assert {id_: v for id_, v in expected.items() if id_ not in license_dates} == {
        id_: v for id_, v in actual.items() if id_ not in license_dates
    }


def test_two_exported_files_are_enough(tmp_path: Path) -> None:
    """Deleted users and soft-deleted mailboxes, and nothing is left open."""
    rows = {"deleted_users": [make_deleted_user()], "soft_deleted_mailboxes": [make_deleted_mailbox()]}
    exports = _export(tmp_path / "exports", rows)

    result = _run("nightly", "--exports", exports, "--as-of", AS_OF_TEXT, "--out", tmp_path / "run")

    assert 0 == result.exit_code, result.output
    assert ["restorable"] == [finding["orphan_class"] for finding in _findings(tmp_path / "run")]


def test_a_listing_cut_short_is_said_first_and_ends_with_5(tmp_path: Path) -> None:
    """The report is written, and nothing is called gone."""
    exports = _export(tmp_path / "exports", {"soft_deleted_mailboxes": [make_deleted_mailbox(2)]})
    page = {"value": [make_deleted_user()], "@odata.nextLink": "https://graph.example/next"}
    (exports / "deleted-users-1.json").write_text(json.dumps(page), encoding="utf-8")
    for name in ("users", "mailboxes"):
        (exports / f"{name}.json").write_text("[]", encoding="utf-8")

    result = _run(
        "nightly", "--exports", exports, "--as-of", AS_OF_TEXT, "--out", tmp_path / "run", "--fail-on", "soon"
    )

    assert 5 == result.exit_code
    assert result.stdout.startswith("INCOMPLETE")
    assert "hard_deleted" not in {finding["entra"] for finding in _findings(tmp_path / "run")}


@pytest.mark.parametrize(("level", "code"), [("soon", 13), ("critical", 13), ("overdue", 13)])
def test_fail_on_ends_with_the_level_that_was_reached(tmp_path: Path, level: str, code: int) -> None:
    """The demo has overdue findings."""
    assert code == _run("demo", "--out", tmp_path / "run", "-q", "--fail-on", level).exit_code


def test_verify_finds_a_changed_byte(tmp_path: Path) -> None:
    """Offline, file by file."""
    _run("demo", "--out", tmp_path / "run", "-q")
    untouched = _run("verify", tmp_path / "run")
    content = bytearray((tmp_path / "run" / "findings.csv").read_bytes())
    content[1000] ^= 1
    (tmp_path / "run" / "findings.csv").write_bytes(content)

    touched = _run("verify", tmp_path / "run")

    assert (0, 2) == (untouched.exit_code, touched.exit_code)
    assert "findings.csv" in touched.output


@pytest.mark.parametrize(
    "id_", ["priya.raman@contoso.example", "ROSA.JIMENEZ@contoso.example", "alma.abbott@contoso.example"]
)
def test_explain_finds_findings_and_people_who_are_no_orphans(id_: str) -> None:
    """By sign-in name in any case."""
    result = _run("explain", id_, "--demo")

    assert 0 == result.exit_code, result.output
    assert id_.partition(".")[0].lower() in result.stdout.lower()


def test_every_finding_of_the_demo_can_be_explained_in_words() -> None:
    """No value of the program's own shows: no null, no object of a class."""
    table = load_table()

    texts = [finding_text(row, AS_OF, table) for row in rows(audit(DemoSource().collect(AS_OF)).findings)]

    assert not [text for text in texts if "None" in text or "BlockerRule" in text or "NaT" in text]


def test_collect_writes_a_snapshot_and_nothing_else(tmp_path: Path) -> None:
    """It can be reported on later."""
    result = _run("collect", "--demo", "--out", tmp_path / "run", "-q")

    again = _run("report", tmp_path / "run" / "snapshot.jsonl.gz", "--out", tmp_path / "later", "-q")

    assert (0, 0) == (result.exit_code, again.exit_code), result.output + again.output
    assert "findings.json" not in {path.name for path in (tmp_path / "run").iterdir()}


def _truncated(folder: Path) -> None:
    (folder / "deleted-users.json").write_text('{"value": [{"id": "0000', encoding="utf-8")


def _empty(folder: Path) -> None:
    (folder / "deleted-users.json").write_text("", encoding="utf-8")


def _missing(folder: Path) -> None:
    (folder / "deleted-users.json").unlink()


def _without_key(folder: Path) -> None:
    (folder / "soft-deleted-mailboxes.json").unlink()
    (folder / "soft-deleted-mailboxes.csv").write_text(
        "DisplayName,WhenSoftDeleted\nAda,\n", encoding="utf-8"
    )


def _ambiguous(folder: Path) -> None:
    (folder / "soft-deleted-mailboxes.json").unlink()
    text = "ExternalDirectoryObjectId,WhenSoftDeleted\n,11/02/2026 08:00\n"
    (folder / "soft-deleted-mailboxes.csv").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (_truncated, "deleted-users.json"),
        (_empty, "deleted-users.json"),
        (_missing, "deleted-users"),
        (_without_key, "ExternalDirectoryObjectId"),
        (_ambiguous, "WhenSoftDeleted"),
    ],
)
def test_unreadable_input_ends_with_2_names_the_place_and_writes_nothing(
    tmp_path: Path, damage: Any, named: str
) -> None:
    """One clear error, nothing half-written."""
    rows = {"deleted_users": [make_deleted_user()], "soft_deleted_mailboxes": [make_deleted_mailbox()]}
    exports = _export(tmp_path / "exports", rows)
    damage(exports)

    result = _run(
        "nightly", "--exports", exports, "--as-of", AS_OF_TEXT, "--out", tmp_path / "run", "--no-progress"
    )

    assert 2 == result.exit_code, result.output
    assert named in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "run").exists() or not list((tmp_path / "run").iterdir())


def test_no_source_says_what_to_do() -> None:
    """The live tenant is not there yet."""
    result = _run("nightly")

    assert 2 == result.exit_code
    assert "--exports" in result.stderr
