"""The two clocks, exact to the second."""

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.pipeline import run_audit
from audit.windows import UrgencyLimits, Windows
from tests.builders import (
    AS_OF,
    EXCHANGE_PLAN,
    ago,
    audit,
    guid,
    make_deleted_mailbox,
    make_deleted_user,
    make_snapshot,
    make_user,
    only_finding,
)

DAY = timedelta(days=1)


def _purged(**mailbox: Any) -> "pd.Series[Any]":
    return only_finding(
        audit(soft_deleted_mailboxes=[make_deleted_mailbox(ExternalDirectoryObjectId="", **mailbox)])
    )


def _removed_plan(days: float) -> dict[str, Any]:
    return {
        "assignedPlans": [
            {
                "servicePlanId": EXCHANGE_PLAN.upper(),
                "capabilityStatus": "Deleted",
                "assignedDateTime": ago(days),
            }
        ]
    }


def test_the_account_clock_is_deletion_plus_30_days() -> None:
    """To the second."""
    finding = only_finding(audit(deleted_users=[make_deleted_user(deletedDateTime="2026-11-01T13:45:59Z")]))

    assert pd.Timestamp("2026-12-01T13:45:59Z") == finding["restore_account_by"]


def test_the_mailbox_clock_is_soft_deletion_plus_30_days() -> None:
    """To the second, seven fractional digits included."""
    finding = _purged(WhenSoftDeleted="2026-11-02T08:07:47.1234567+00:00")

    assert pd.Timestamp("2026-12-02T08:07:47.123456Z") == finding["mailbox_purge_after"]
    assert "soft_deleted" == finding["mailbox_clock"]


def test_a_held_mailbox_has_no_clock() -> None:
    """However long ago it was soft-deleted."""
    finding = _purged(days=4000, IsInactiveMailbox=True)

    assert ("held", "held") == (finding["mailbox_clock"], finding["urgency"])
    assert finding[["mailbox_purge_after", "act_by", "days_left"]].isna().all()


def test_a_released_hold_starts_its_own_clock() -> None:
    """From InactiveMailboxRetireTime; WhenSoftDeleted may be years old."""
    finding = _purged(days=900, WasInactiveMailbox=True, InactiveMailboxRetireTime="2026-11-10T23:16:23Z")

    assert ("hold_released", "hold_released") == (finding["orphan_class"], finding["mailbox_clock"])
    assert pd.Timestamp("2026-12-10T23:16:23Z") == finding["mailbox_purge_after"]


def test_a_released_hold_without_its_date_has_a_deadline_not_known() -> None:
    """It is said, not guessed."""
    finding = _purged(days=900, WasInactiveMailbox=True)

    assert "hold_released" == finding["mailbox_clock"]
    assert pd.isna(finding["act_by"])
    assert any("deadline is unknown" in warning for warning in finding["warnings"])


def test_a_removed_license_starts_the_clock_of_a_present_account() -> None:
    """KB 3158794: within 30 days of the removal licensing reconnects the mailbox."""
    finding = only_finding(audit(users=[make_user(**_removed_plan(12))]))

    assert ("license_removed", "license_removed") == (finding["orphan_class"], finding["mailbox_clock"])
    assert AS_OF + 18 * DAY == finding["act_by"]
    assert {"license_removed_at": "assignedPlans.assignedDateTime"} == finding["date_source"]


def test_a_license_removed_longer_ago_is_no_finding() -> None:
    """Nothing is left to reconnect."""
    result = audit(users=[make_user(**_removed_plan(31))])

    assert {"present_without_mailbox": 1} == result.tie_out["users"].excluded


def test_a_mailbox_disabled_by_its_license_is_license_removed_where_exchange_lists_it() -> None:
    """The other reading of KB 3158794 (needs-and-peers.md F7)."""
    mailbox = make_deleted_mailbox(days=6, IsSoftDeletedByDisable=True, IsSoftDeletedByRemove=False)

    finding = only_finding(audit(users=[make_user(assignedPlans=[])], soft_deleted_mailboxes=[mailbox]))

    assert "license_removed" == finding["orphan_class"]
    assert AS_OF + 24 * DAY == finding["mailbox_purge_after"]


def test_a_public_folder_mailbox_is_kept_for_90_days() -> None:
    """facts/exchange.md 3.2."""
    finding = _purged(days=80, RecipientTypeDetails="PublicFolderMailbox")

    assert AS_OF + 10 * DAY == finding["mailbox_purge_after"]


@pytest.mark.parametrize(
    ("account_days", "mailbox_days", "at_stake"),
    [
        (20, 20, "account_and_mailbox"),
        (20, 19.9, "account_and_mailbox"),
        (20, 15, "account"),
        (15, 20, "mailbox"),
    ],
)
def test_what_is_at_stake_is_what_ends_on_that_day(
    account_days: float, mailbox_days: float, at_stake: str
) -> None:
    """Deadlines less than a day apart are lost together."""
    result = audit(
        deleted_users=[make_deleted_user(days=account_days)],
        soft_deleted_mailboxes=[make_deleted_mailbox(days=mailbox_days)],
    )

    finding = only_finding(result)
    assert at_stake == finding["at_stake"]
    assert AS_OF + timedelta(days=30 - max(account_days, mailbox_days)) == finding["act_by"]


@pytest.mark.parametrize(
    ("age", "days_left", "urgency"),
    [
        (timedelta(0), 30, "ok"),
        (timedelta(days=15, seconds=1), 14, "soon"),
        (timedelta(days=22, seconds=1), 7, "high"),
        (timedelta(days=26, seconds=1), 3, "critical"),
        (timedelta(days=29, hours=23), 0, "critical"),
        (timedelta(days=30), 0, "critical"),
        (timedelta(days=30, seconds=1), -1, "overdue"),
        (timedelta(days=31, seconds=1), -2, "overdue"),
    ],
)
def test_days_left_are_rounded_down_and_banded(age: timedelta, days_left: int, urgency: str) -> None:
    """A mailbox still listed past its deadline is overdue, not gone."""
    finding = _purged(WhenSoftDeleted=(AS_OF - age).isoformat())

    assert (days_left, urgency) == (finding["days_left"], finding["urgency"])


def test_a_clock_crossing_the_change_to_winter_time_is_not_an_hour_off() -> None:
    """All arithmetic is in UTC."""
    finding = _purged(WhenSoftDeleted="2026-10-24T23:30:00+02:00")

    assert pd.Timestamp("2026-11-23T21:30:00Z") == finding["mailbox_purge_after"]


def test_windows_and_limits_can_be_set() -> None:
    """Every window is a setting."""
    snapshot = make_snapshot(
        soft_deleted_mailboxes=[make_deleted_mailbox(days=10, ExternalDirectoryObjectId="")]
    )

    finding = only_finding(
        run_audit(snapshot, AS_OF, Windows(mailbox=183), UrgencyLimits(critical=200, high=200, soon=200))
    )

    assert (173, "critical") == (finding["days_left"], finding["urgency"])


@settings(max_examples=60)
@given(account=st.integers(0, 90 * 86_400), mailbox=st.integers(0, 90 * 86_400), held=st.booleans())
def test_act_by_is_the_earliest_deadline_that_applies(account: int, mailbox: int, *, held: bool) -> None:
    """For any two ages in seconds, held or not."""
    user = make_deleted_user(deletedDateTime=ago(0, seconds=account))
    own = make_deleted_mailbox(WhenSoftDeleted=ago(0, seconds=mailbox), IsInactiveMailbox=held)
    deadlines = [AS_OF - timedelta(seconds=account) + 30 * DAY]
    deadlines += [] if held else [AS_OF - timedelta(seconds=mailbox) + 30 * DAY]

    finding = only_finding(audit(deleted_users=[user], soft_deleted_mailboxes=[own]))

    assert min(deadlines) == finding["act_by"]
    assert (min(deadlines) - AS_OF) // DAY == finding["days_left"]


def test_a_missing_date_is_no_deadline_and_says_so() -> None:
    """Null is never a date of its own."""
    finding = _purged(WhenSoftDeleted=None)

    assert pd.isna(finding["act_by"])
    assert any("unknown" in warning for warning in finding["warnings"])


def test_whether_it_was_inactive_not_known_takes_the_earliest_deadline_and_says_so() -> None:
    """A listing without WasInactiveMailbox cannot tell the later clock from the earlier."""
    mailbox = make_deleted_mailbox(days=10, ExternalDirectoryObjectId="")
    del mailbox["WasInactiveMailbox"], mailbox["InactiveMailboxRetireTime"]

    finding = only_finding(audit(soft_deleted_mailboxes=[mailbox]))

    assert AS_OF + 20 * DAY == finding["act_by"]
    assert any("WasInactiveMailbox" in missing for missing in finding["missing_evidence"])
    assert any("earliest" in warning for warning in finding["warnings"])


def test_an_expired_account_still_listed_is_overdue() -> None:
    """It may be past restoring, but the report does not drop it."""
    finding = only_finding(
        audit(
            deleted_users=[make_deleted_user(days=33)], soft_deleted_mailboxes=[make_deleted_mailbox(days=2)]
        )
    )

    assert "overdue" == finding["urgency"]
    assert any("permanent deletion may have begun" in warning for warning in finding["warnings"])
    assert guid(1) == finding["external_directory_object_id"]
