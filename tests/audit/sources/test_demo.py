"""The demo tenant: one person for every state, and the audit says what the table expects of each."""

from datetime import timedelta
from typing import Any

import pytest

from audit.conflicts import NOTES
from audit.scenarios import load_table
from audit.sources.demo import DemoSource
from audit.sources.demo_tenant import guid, people
from tests.builders import AS_OF, audit

RESULT = audit(DemoSource().collect(AS_OF))
FINDINGS = {finding["finding_id"]: finding for finding in RESULT.findings.to_dict("records")}
TABLE = load_table()


@pytest.mark.parametrize("person", people(), ids=lambda person: ascii(person["name"]))
def test_each_person_is_classified_as_the_guide_says(person: dict[str, Any]) -> None:
    """Class, scenario and branch as written beside the person."""
    has_mailbox = person["mailbox"] != "none"
    id_ = (
        f"mailbox:{guid('mailbox', person['name'])}"
        if has_mailbox
        else f"account:{guid('user', person['name'])}"
    )

    finding = FINDINGS[id_]

    expected = [*person["expect"], None, None][:3]
    assert expected == [finding["orphan_class"], finding["scenario"], finding["branch"]]


def test_every_observable_scenario_and_branch_has_a_person() -> None:
    """A branch nobody shows is a branch nobody has seen work."""
    shown = {(finding["scenario"], finding["branch"]) for finding in FINDINGS.values()}
    expected = {
        (scenario.id, branch.id)
        for scenario in TABLE.scenarios.values()
        if not scenario.unobservable
        for branch in scenario.branches
        if branch.outcome != "healthy"
    }
    # A present account without a mailbox and without a license taken away is no orphan: it is counted,
    # not reported.
    no_orphans = {
        ("managed-present-not_present", "no_license_removed"),
        ("present-present-not_present", "unlicensed"),
        ("present-present-not_present", "licensed"),
    }

    assert expected - no_orphans == {pair for pair in shown if pair[0]} & expected
    assert RESULT.tie_out["users"].excluded["healthy"] > 0
    assert RESULT.tie_out["users"].excluded["present_without_mailbox"] > 0


@pytest.mark.parametrize("clock", ["soft_deleted", "hold_released", "license_removed", "held", "none"])
def test_every_clock_runs_somewhere(clock: str) -> None:
    """And none is only written down."""
    assert clock in {finding["mailbox_clock"] for finding in FINDINGS.values()}


@pytest.mark.parametrize("urgency", ["overdue", "critical", "high", "soon", "ok", "held", "none"])
def test_every_urgency_is_shown(urgency: str) -> None:
    """The newcomer sees each band."""
    assert urgency in {finding["urgency"] for finding in FINDINGS.values()}


@pytest.mark.parametrize(
    "orphan_class", sorted({row.id for row in TABLE.classes if row.id} | {"undetermined"})
)
def test_every_class_is_shown(orphan_class: str) -> None:
    """Each has its findings."""
    assert orphan_class in {finding["orphan_class"] for finding in FINDINGS.values()}


@pytest.mark.parametrize("code", sorted(NOTES))
def test_every_conflict_is_shown(code: str) -> None:
    """Each with the other object named."""
    assert code in {conflict["code"] for finding in FINDINGS.values() for conflict in finding["conflicts"]}


@pytest.mark.parametrize("blocker", sorted(TABLE.blockers))
def test_every_blocker_is_shown(blocker: str) -> None:
    """Each takes its commands away."""
    assert blocker in {blocker for finding in FINDINGS.values() for blocker in finding["blockers"]}


def test_the_demo_never_goes_stale() -> None:
    """A year later the same people have the same days left."""
    later = AS_OF + timedelta(days=365, hours=5)
    aged = audit(DemoSource().collect(later))
    from audit.pipeline import run_audit  # noqa: PLC0415 - beside its only use

    moved = run_audit(DemoSource().collect(later), later)

    assert (
        RESULT.findings["urgency"].value_counts().to_dict()
        == moved.findings["urgency"].value_counts().to_dict()
    )
    assert len(aged.findings) == len(RESULT.findings)


def test_several_hundred_ordinary_rows_surround_the_cases() -> None:
    """So that the report looks like a tenant's."""
    assert RESULT.tie_out["users"].rows_in > 300
    assert RESULT.tie_out["mailboxes"].rows_in > 300


def test_the_demo_is_complete() -> None:
    """Nothing it leaves open is for want of a listing."""
    assert RESULT.complete
