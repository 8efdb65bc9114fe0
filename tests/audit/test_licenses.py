"""What an account's plans say about its mailbox (KB 3158794)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from audit.licenses import license_state
from tests.builders import (
    EXCHANGE_PLAN,
    ago,
    audit,
    make_deleted_user,
    make_snapshot,
    make_user,
    only_finding,
)

REMOVED = datetime(2026, 11, 1, tzinfo=UTC)


def _plan(
    status: str | None = "Deleted", date: str = "2026-11-01T00:00:00Z", plan: str = EXCHANGE_PLAN
) -> Any:
    return {"servicePlanId": plan, "capabilityStatus": status, "assignedDateTime": date}


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        (None, (None, None, None, False)),
        ([], (False, False, None, False)),
        ([_plan("Enabled")], (True, True, None, False)),
        ([_plan("Suspended")], (True, True, None, False)),
        ([_plan()], (True, False, REMOVED, True)),
        ([_plan(), _plan("Enabled")], (True, True, None, False)),
        ([_plan(), _plan(date="2025-01-01T00:00:00Z")], (True, False, REMOVED, True)),
        ([_plan(None)], (True, None, None, False)),
        ([_plan(date="rubbish")], (True, False, None, True)),
        ([_plan(date="/Date(1793491200000)/")], (True, False, REMOVED, True)),
        ([_plan(plan="113feb6c-3fe4-4440-bddc-54d774bf0318")], (False, False, None, False)),
        ([{key[0].upper() + key[1:]: value for key, value in _plan().items()}], (True, False, REMOVED, True)),
    ],
)
def test_the_state_of_the_exchange_plans(plans: Any, expected: tuple[Any, ...]) -> None:
    """In Graph's spelling and its PowerShell module's; Exchange Foundation is no mailbox."""
    assert expected == license_state(plans)


def test_plans_that_are_not_known_leave_the_outcome_open() -> None:
    """CSV cannot carry plans; whether the mailbox can be reconnected is then not known."""
    finding = only_finding(
        audit(deleted_users=[make_deleted_user(assignedPlans=None) | {"assignedPlans": "System.Object[]"}])
    )

    assert ("undetermined", "undetermined") == (finding["orphan_class"], finding["outcome"])
    assert any("assignedPlans" in missing for missing in finding["missing_evidence"])


def test_a_removed_license_stays_in_the_report_without_the_active_mailboxes() -> None:
    """With its deadline; only the class waits for the missing listing."""
    user = make_user(assignedPlans=[_plan(date=ago(25))])

    finding = only_finding(audit(make_snapshot(users=[user], without=["mailboxes"])))

    assert "undetermined" == finding["orphan_class"]
    assert 5 == finding["days_left"]
