"""The decision table: whole, faithful to the articles, and safe to run."""

import json
import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from audit.advice import WARNINGS_BY_FACT
from audit.decision_table import states_of_all_scenarios
from audit.scenarios import TableError, load_table, parse_table

ANCHORS = json.loads((Path(__file__).parents[1] / "data" / "kb-anchors.json").read_text(encoding="utf-8"))
TABLE = load_table()
BRANCHES = [(scenario, branch) for scenario in TABLE.scenarios.values() for branch in scenario.branches]
BRANCH_IDS = [f"{scenario.id}/{branch.id or '-'}" for scenario, branch in BRANCHES]

# Read off the "Solution" lines of KB 20804 (and of KB 3158794 for license_removed): the outcome by scenario
# and branch.
OUTCOMES: dict[str, dict[str | None, str]] = {
    "managed-present-present": {None: "healthy"},
    "managed-present-soft_deleted": {"not_inactive": "recoverable"},
    "managed-present-not_present": {
        "no_license_removed": "not_recoverable",
        "license_removed": "recoverable",
    },
    "managed-soft_deleted-present": {None: "contact_support"},
    "managed-soft_deleted-soft_deleted": {"object_ids_match": "recoverable"},
    "managed-soft_deleted-not_present": {"no_license_removed": "not_recoverable"},
    "managed-hard_deleted-present": {None: "contact_support"},
    "managed-hard_deleted-soft_deleted": {"inactive": "recoverable", "not_inactive": "recoverable"},
    "managed-hard_deleted-not_present": {None: "not_recoverable"},
    "present-present-present": {None: "healthy"},
    "present-present-soft_deleted": {"not_inactive": "recoverable", "object_ids_differ": "contact_support"},
    "present-present-not_present": {"unlicensed": "not_recoverable", "licensed": "not_recoverable"},
    "present-soft_deleted-present": {
        "object_ids_match": "recoverable",
        "object_ids_differ": "contact_support",
    },
    "present-soft_deleted-soft_deleted": {"object_ids_match": "recoverable"},
    "present-soft_deleted-not_present": {"licensed": "recoverable", "unlicensed": "not_recoverable"},
    "present-hard_deleted-present": {None: "contact_support"},
    "present-hard_deleted-soft_deleted": {"inactive": "recoverable", "not_inactive": "recoverable"},
    "present-hard_deleted-not_present": {"hybrid": "not_recoverable", "not_hybrid": "not_recoverable"},
    "deleted-present-present": {None: "contact_support"},
    "deleted-present-soft_deleted": {"no_active_mailbox": "recoverable"},
    "deleted-present-not_present": {"no_license_removed": "contact_support"},
    "deleted-soft_deleted-present": {
        "object_ids_match": "recoverable",
        "object_ids_differ": "contact_support",
    },
    "deleted-soft_deleted-soft_deleted": {"object_ids_match": "recoverable"},
    "deleted-soft_deleted-not_present": {"no_license_removed": "contact_support"},
    "deleted-hard_deleted-present": {None: "recoverable"},
    "deleted-hard_deleted-soft_deleted": {
        "inactive_federated": "recoverable",
        "inactive_not_federated": "recoverable",
    },
    "deleted-hard_deleted-not_present": {None: "not_recoverable"},
}


def _data() -> dict[str, Any]:
    return tomllib.loads(files("audit").joinpath("scenarios.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("scenario", list(states_of_all_scenarios()))
def test_the_outcome_is_the_articles(scenario: str) -> None:
    """Each scenario and branch promises what its Solution line promises."""
    outcomes = {branch.id: branch.outcome for branch in TABLE.scenarios[scenario].branches}

    assert OUTCOMES[scenario].items() <= outcomes.items()


@pytest.mark.parametrize(("scenario", "branch"), BRANCHES, ids=BRANCH_IDS)
def test_every_anchor_exists_in_its_article(scenario: Any, branch: Any) -> None:
    """A link from the report must lead to the page's own section."""
    assert scenario.anchor in ANCHORS["20804"]
    assert branch.plan.anchor in ANCHORS[str(branch.plan.kb)]


def test_the_27_scenarios_have_27_anchors() -> None:
    """The guide has one section for each state."""
    assert 27 == len({scenario.anchor for scenario in TABLE.scenarios.values()})


@pytest.mark.parametrize(("scenario", "branch"), BRANCHES, ids=BRANCH_IDS)
def test_what_reads_comes_before_what_changes(scenario: Any, branch: Any) -> None:
    """The first step of every plan looks; nothing is changed before something was looked at."""
    kinds = [TABLE.steps[step].kind for step in branch.plan.steps]

    assert scenario.unobservable or branch.outcome == "healthy" or kinds[0] == "read"


@pytest.mark.parametrize(("scenario", "branch"), BRANCHES, ids=BRANCH_IDS)
def test_a_case_for_support_changes_nothing(scenario: Any, branch: Any) -> None:
    """Where the guide says contact support, the steps only gather evidence."""
    kinds = {TABLE.steps[step].kind for step in branch.plan.steps}

    assert branch.outcome != "contact_support" or kinds == {"read"}, scenario.id


@pytest.mark.parametrize("step", list(TABLE.steps.values()), ids=lambda step: step.id)
def test_a_destructive_command_asks_before_it_acts(step: Any) -> None:
    """Remove- cmdlets carry -Confirm, and none deletes permanently."""
    removing = [command for command in step.commands if command.startswith("Remove-")]

    assert all("-Confirm" in command for command in removing)
    assert not any(
        "PermanentlyDelete" in command or "RemoveFromRecycleBin" in command for command in step.commands
    )


def test_no_retired_command_is_printed() -> None:
    """MSOnline and AzureAD stopped working in 2025."""
    text = json.dumps([step.commands for step in TABLE.steps.values()])

    assert "Msol" not in text
    assert "AzureAD" not in text
    assert "AllowLegacyDNMismatch" not in text


def test_everything_defined_is_used() -> None:
    """A step or warning nobody names would rot."""
    plans = [branch.plan for _, branch in BRANCHES] + [row.plan for row in TABLE.classes if row.plan]
    plans += [TABLE.undetermined, TABLE.ambiguous, *(other.plan for other in TABLE.others.values())]

    assert set(TABLE.steps) == {step for plan in plans for step in plan.steps}
    assert set(TABLE.warnings) == {warning for plan in plans for warning in plan.warnings} | set(
        WARNINGS_BY_FACT
    )


def _without_a_scenario(data: dict[str, Any]) -> None:
    data["scenario"].pop(4)


def _with_a_scenario_twice(data: dict[str, Any]) -> None:
    data["scenario"].append(data["scenario"][4])


def _with_a_one_sided_branch(data: dict[str, Any]) -> None:
    data["scenario"][7]["branch"].pop()


def _with_overlapping_branches(data: dict[str, Any]) -> None:
    data["scenario"][7]["branch"].append(data["scenario"][7]["branch"][0])


def _with_an_unknown_step(data: dict[str, Any]) -> None:
    data["scenario"][7]["branch"][0]["steps"].append("pray")


def _with_an_unknown_fact(data: dict[str, Any]) -> None:
    data["scenario"][7]["branch"][0]["when"] = {"is_lucky": True}


def _with_an_unknown_placeholder(data: dict[str, Any]) -> None:
    data["step"]["undo"]["commands"] = ["Undo-SoftDeletedMailbox {alias}"]


def _with_an_uncovered_state(data: dict[str, Any]) -> None:
    data["class"] = [row for row in data["class"] if row.get("id") != "ownerless"]


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (_without_a_scenario, "managed-soft_deleted-soft_deleted is missing"),
        (_with_a_scenario_twice, "managed-soft_deleted-soft_deleted stands twice"),
        (_with_a_one_sided_branch, "fits 0 branches"),
        (_with_overlapping_branches, "fits 2 branches"),
        (_with_an_unknown_step, "step pray is not defined"),
        (_with_an_unknown_fact, "fact is_lucky is not known"),
        (_with_an_unknown_placeholder, "placeholder {alias} is not known"),
        (_with_an_uncovered_state, "managed-hard_deleted-soft_deleted is not covered"),
    ],
)
def test_a_table_that_is_not_whole_is_refused(damage: Callable[[dict[str, Any]], None], named: str) -> None:
    """And the message names what is wrong."""
    data = _data()
    damage(data)

    with pytest.raises(TableError) as error:
        parse_table(data)

    assert named in error.value.message
