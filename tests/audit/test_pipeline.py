"""The whole audit: every row in one place, order irrelevant, an incomplete listing never means gone."""

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import join as join_module
from audit import tie_out as tie_out_module
from audit.errors import TieOutError
from audit.findings import FIELDS
from audit.records import LISTINGS
from audit.snapshot import Snapshot
from tests.builders import (
    EXCHANGE_PLAN,
    Row,
    ago,
    audit,
    guid,
    make_deleted_mailbox,
    make_deleted_user,
    make_mailbox,
    make_snapshot,
    make_user,
)

_numbers = st.integers(1, 6)
_blank_or_id = st.one_of(st.just(""), st.just(None), _numbers.map(guid))
_types = st.sampled_from(
    ["UserMailbox", "SharedMailbox", "GroupMailbox", "PublicFolderMailbox", "DiscoveryMailbox"]
)


def _plan(status: str, days: float) -> Row:
    return {"servicePlanId": EXCHANGE_PLAN, "capabilityStatus": status, "assignedDateTime": ago(days)}


@st.composite
def tenants(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Draw small tenants in which people, mailboxes and mistakes collide."""
    days = st.floats(0, 60, allow_nan=False)
    plans = st.sampled_from(
        [[], None, [_plan("Enabled", 900)], [_plan("Deleted", 12)], [_plan("Deleted", 400)]]
    )
    users = [
        make_user(n, userType=draw(st.sampled_from(["Member", "Guest"])), assignedPlans=draw(plans))
        for n in draw(st.lists(_numbers, max_size=5))
    ]
    deleted = [
        make_deleted_user(
            n,
            draw(days),
            assignedPlans=draw(plans),
            onPremisesSyncEnabled=draw(st.sampled_from([True, False, None])),
        )
        for n in draw(st.lists(_numbers, max_size=5))
    ]
    soft = [
        make_deleted_mailbox(
            n,
            draw(days),
            ExternalDirectoryObjectId=draw(_blank_or_id),
            IsInactiveMailbox=draw(st.sampled_from([True, False, None])),
            RecipientTypeDetails=draw(_types),
            IsSoftDeletedByRemove=draw(st.booleans()),
            IsSoftDeletedByDisable=draw(st.booleans()),
        )
        for n in draw(st.lists(_numbers, max_size=6))
    ]
    active = [
        make_mailbox(n, ExternalDirectoryObjectId=draw(_blank_or_id), RecipientTypeDetails=draw(_types))
        for n in draw(st.lists(_numbers, max_size=5))
    ]
    inactive = [row for row in soft if draw(st.booleans())]
    return {
        "users": users,
        "deleted_users": deleted,
        "soft_deleted_mailboxes": soft,
        "mailboxes": active,
        "inactive_mailboxes": inactive,
    }


def _as_data(result: Any) -> list[dict[str, Any]]:
    names = [field.name for field in FIELDS]
    return [{name: str(row[name]) for name in names} for row in result.findings.to_dict("records")]


@settings(max_examples=150, deadline=None)
@given(tenants())
def test_every_row_is_in_exactly_one_place(tenant: dict[str, list[Row]]) -> None:
    """The tie-out balances for any tenant, and finding ids are unique."""
    result = audit(**tenant)

    users = len(tenant["users"]) + len(tenant["deleted_users"])
    mailboxes = (
        len(tenant["soft_deleted_mailboxes"]) + len(tenant["mailboxes"]) + len(tenant["inactive_mailboxes"])
    )
    assert result.findings["finding_id"].is_unique
    assert users == result.tie_out["users"].rows_in == result.tie_out["users"].rows_accounted
    assert mailboxes == result.tie_out["mailboxes"].rows_in == result.tie_out["mailboxes"].rows_accounted


@settings(max_examples=80, deadline=None)
@given(tenants(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(tenant: dict[str, list[Row]], dice: random.Random) -> None:
    """Pages may come in any order."""
    shuffled = {name: dice.sample(rows, len(rows)) for name, rows in tenant.items()}

    assert _as_data(audit(**tenant)) == _as_data(audit(**shuffled))


@settings(max_examples=150, deadline=None)
@given(
    tenants(),
    st.sets(st.sampled_from(["users", "deleted_users", "soft_deleted_mailboxes", "mailboxes"]), min_size=1),
)
def test_an_incomplete_listing_never_means_gone(tenant: dict[str, list[Row]], cut: set[str]) -> None:
    """What a missing page may hold is never called purged or not present."""
    snapshot = make_snapshot(tenant, incomplete=dict.fromkeys(cut, "page 2 is missing"))

    findings = audit(snapshot).findings

    assert not (findings["entra"] == "hard_deleted").any() or not cut & {"users", "deleted_users"}
    assert not (findings["mailbox"] == "not_present").any() or not cut & {
        "soft_deleted_mailboxes",
        "mailboxes",
    }


@settings(max_examples=80, deadline=None)
@given(tenants(), st.sampled_from(["users", "deleted_users", "soft_deleted_mailboxes", "mailboxes"]))
def test_cutting_a_listing_never_makes_a_finding_disappear(tenant: dict[str, list[Row]], cut: str) -> None:
    """With the same rows, less certainty may withhold answers but drops no deadline."""
    whole = audit(make_snapshot(tenant)).findings
    less = audit(make_snapshot(tenant, incomplete={cut: "throttled"})).findings

    due = {f["finding_id"]: f["act_by"] for _, f in whole.iterrows() if str(f["act_by"]) != "NaT"}
    still_due = {f["finding_id"]: f["act_by"] for _, f in less.iterrows()}
    assert due.items() <= still_due.items()


def test_an_incomplete_listing_is_a_gap_and_an_absent_one_only_where_it_matters() -> None:
    """Two exported files are enough where they answer every question."""
    pair = {"deleted_users": [make_deleted_user()], "soft_deleted_mailboxes": [make_deleted_mailbox()]}
    lone = pair | {"soft_deleted_mailboxes": [make_deleted_mailbox(), make_deleted_mailbox(2)]}
    two_files = ["users", "mailboxes", "organization"]
    titles = ["Present accounts", "Active mailboxes"]

    answered, open_ = (audit(make_snapshot(rows, without=two_files)) for rows in (pair, lone))

    assert () == answered.gaps
    needed = [
        f"{what} were not provided, and 1 finding could not be decided without them." for what in titles
    ]
    assert needed == list(open_.gaps)
    assert (
        "A listing was cut" in audit(make_snapshot(pair, incomplete={"users": "A listing was cut"})).gaps[0]
    )


def test_a_run_that_does_not_tie_out_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report whose rows do not add up must not exist."""
    whole = join_module.accounts_of
    monkeypatch.setattr(join_module, "accounts_of", lambda snapshot: whole(snapshot).iloc[1:])

    with pytest.raises(TieOutError, match="users: 2 rows in, 1 accounted for"):
        audit(users=[make_user(1), make_user(2)], mailboxes=[make_mailbox(1), make_mailbox(2)])


def test_every_field_is_there_in_order_and_an_empty_tenant_gives_no_findings() -> None:
    """Nothing wrong is a result too."""
    result = audit()

    assert [*(field.name for field in FIELDS), "steps"] == list(result.findings.columns)
    assert result.findings.empty
    assert result.complete


def test_the_most_urgent_comes_first() -> None:
    """Overdue, then the nearest deadline, then what has none."""
    mailboxes = [
        make_deleted_mailbox(n, days, ExternalDirectoryObjectId="")
        for n, days in enumerate((5, 31, 29, 12), 1)
    ]
    held = make_deleted_mailbox(9, 90, ExternalDirectoryObjectId="", IsInactiveMailbox=True)

    findings = audit(soft_deleted_mailboxes=[held, *mailboxes]).findings

    assert ["overdue", "critical", "ok", "ok", "held"] == findings["urgency"].tolist()


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ({"users": [make_user()], "mailboxes": [make_mailbox()]}, "healthy"),
        ({"users": [make_user(userType="Guest")]}, "guest"),
        ({"deleted_users": [make_deleted_user(userType="Guest")]}, "guest"),
        (
            {"deleted_users": [make_deleted_user(assignedPlans=[], mail=None, proxyAddresses=[])]},
            "never_had_a_mailbox",
        ),
        ({"users": [make_user(assignedPlans=[])]}, "present_without_mailbox"),
    ],
)
def test_what_is_no_orphan_is_counted_with_its_reason(rows: dict[str, list[Row]], reason: str) -> None:
    """Nothing is dropped in silence."""
    result = audit(**rows)

    assert result.findings.empty
    assert {reason: 1} == result.tie_out["users"].excluded
    assert reason in result.excluded["reason"].tolist()
    assert reason in tie_out_module.EXCLUSIONS


@pytest.mark.parametrize("kind", ["DiscoveryMailbox", "ArbitrationMailbox", "AuditLogMailbox"])
def test_the_services_own_mailboxes_are_no_orphans(kind: str) -> None:
    """Their object id is blank without anyone having been deleted."""
    result = audit(mailboxes=[make_mailbox(ExternalDirectoryObjectId="", RecipientTypeDetails=kind)])

    assert {"system_mailbox": 1} == result.tie_out["mailboxes"].excluded


def test_signs_of_a_mailbox_that_are_not_known_keep_the_account_in_the_report() -> None:
    """A listing without plans and addresses cannot prove that there never was a mailbox."""
    bare = {
        key: value
        for key, value in make_deleted_user().items()
        if key in ("id", "deletedDateTime", "userPrincipalName")
    }

    result = audit(deleted_users=[bare])

    assert ["undetermined"] == result.findings["orphan_class"].tolist()
    assert any("proxyAddresses" in text for text in result.findings["missing_evidence"].iloc[0])


def test_the_input_is_not_changed() -> None:
    """The same snapshot may be audited twice."""
    snapshot: Snapshot = make_snapshot(
        deleted_users=[make_deleted_user()], soft_deleted_mailboxes=[make_deleted_mailbox()]
    )
    before = {name: table.frame.copy() for name, table in snapshot.tables.items()}

    audit(snapshot)

    assert all(before[name].equals(table.frame) for name, table in snapshot.tables.items())
    assert set(LISTINGS) == set(replace(snapshot).coverage)
