import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from audit.findings import FIELDS
from reports import to_json
from reports.glossary import CLASSES, OUTCOMES, URGENCIES
from tests.builders_findings import make_finding, make_result, make_run


def write_and_load(folder: Path, *findings: dict[str, Any], **overrides: Any) -> dict[str, Any]:
    """Write findings.json and read it back."""
    to_json.write(make_result(*findings, **overrides), make_run(), folder / "findings.json")
    loaded: dict[str, Any] = json.loads((folder / "findings.json").read_text("utf-8"))
    return loaded


@pytest.mark.parametrize(
    "finding",
    [
        make_finding(),
        make_finding(
            holds=({"kind": "litigation", "id": None, "retains": True, "token": "x"},),
            conflicts=({"code": "smtp_in_use", "with": "y", "note": None},),
            date_source=None,
            kb=None,
        ),
        make_finding(
            scenario=None, scenario_candidates=(), act_by=None, days_left=None, is_inactive_mailbox=None
        ),
    ],
    ids=["dull", "with records", "with nulls"],
)
def test_document_is_valid_by_the_shipped_schema(tmp_path: Path, finding: dict[str, Any]) -> None:
    """Programs may rely on the schema, so the writer obeys it."""
    document = write_and_load(tmp_path, finding)

    jsonschema.Draft202012Validator(to_json.schema()).validate(document)


def test_empty_result_is_valid_too(tmp_path: Path) -> None:
    """No findings is an empty list, not a missing key."""
    document = write_and_load(tmp_path)

    jsonschema.Draft202012Validator(to_json.schema()).validate(document)
    assert document["findings"] == []


def test_schema_refuses_an_unknown_key(tmp_path: Path) -> None:
    """A field that nobody declared is an error, not an extension."""
    document = write_and_load(tmp_path, make_finding())
    document["findings"][0]["surprise"] = 1

    with pytest.raises(jsonschema.ValidationError, match="surprise"):
        jsonschema.Draft202012Validator(to_json.schema()).validate(document)


def test_finding_has_every_field_in_order(tmp_path: Path) -> None:
    """The fields of the contract, no more and no less; `steps` stays in the workbook."""
    document = write_and_load(tmp_path, make_finding())

    assert list(document["findings"][0]) == [field.name for field in FIELDS]


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 11, 20, 2, tzinfo=UTC), "2026-11-20T02:00:00Z"),
        (datetime(2026, 11, 20, 2, 0, 0, 120, tzinfo=UTC), "2026-11-20T02:00:00.000120Z"),
        (None, None),
    ],
)
def test_instants_end_in_z(tmp_path: Path, instant: datetime | None, text: str | None) -> None:
    """Microseconds are written only where there are any."""
    document = write_and_load(tmp_path, make_finding(act_by=instant))

    assert document["findings"][0]["act_by"] == text


def test_unknown_is_null_never_an_empty_text(tmp_path: Path) -> None:
    """An empty text of a source is not a value."""
    document = write_and_load(tmp_path, make_finding(display_name="", days_left=None))

    assert (document["findings"][0]["display_name"], document["findings"][0]["days_left"]) == (None, None)


def test_half_a_surrogate_pair_does_not_stop_the_run(tmp_path: Path) -> None:
    """A broken name is shown as broken; the other findings are reported all the same."""
    document = write_and_load(tmp_path, make_finding(display_name="half \ud800"), make_finding())

    assert [finding["display_name"] for finding in document["findings"]] == ["half \ufffd", "Ada Lovelace"]


def test_gaps_make_the_run_incomplete(tmp_path: Path) -> None:
    """A program sees at once whether it may trust absences."""
    document = write_and_load(tmp_path, gaps=("mailboxes were cut",))

    assert (document["run"]["complete"], document["run"]["gaps"]) == (False, ["mailboxes were cut"])


def test_run_json_is_findings_json_without_the_findings(tmp_path: Path) -> None:
    """Both files tell the same run."""
    document = write_and_load(tmp_path, make_finding())
    to_json.write_run(make_result(make_finding()), make_run(), tmp_path / "run.json")

    run = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert {**run, "findings": document["findings"]} == document


def test_counts_name_every_declared_value(tmp_path: Path) -> None:
    """A count of zero is written, so that its absence cannot be misread."""
    document = write_and_load(tmp_path, make_finding())

    assert document["counts"]["findings"] == 1
    assert document["counts"]["by_urgency"]["high"] == 1
    assert document["counts"]["by_urgency"]["overdue"] == 0


def test_schema_declares_the_fields_of_a_finding() -> None:
    """Schema and code cannot drift apart."""
    finding = to_json.schema()["$defs"]["finding"]

    assert list(finding["properties"]) == finding["required"] == [field.name for field in FIELDS]


@pytest.mark.parametrize(
    ("field", "values"), [("orphan_class", CLASSES), ("outcome", OUTCOMES), ("urgency", URGENCIES)]
)
def test_schema_allows_what_the_glossary_explains(field: str, values: dict[str, str]) -> None:
    """Every value that may appear has a meaning, and no other may."""
    assert to_json.schema()["$defs"]["finding"]["properties"][field]["enum"] == list(values)
