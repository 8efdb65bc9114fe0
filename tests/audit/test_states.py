"""The three axes: what was seen, and what an incomplete listing may hide.

The most important tests of the project.
"""

import base64
import uuid
from typing import Any

import pytest

from audit.findings import AuditResult
from tests.builders import (
    Row,
    audit,
    guid,
    make_deleted_mailbox,
    make_deleted_user,
    make_snapshot,
    make_user,
    only_finding,
)

LISTINGS = ("deleted_users", "users", "soft_deleted_mailboxes", "mailboxes")


def _anchor(id_: str) -> str:
    return base64.b64encode(uuid.UUID(id_).bytes_le).decode()


def _lone_mailbox(*, incomplete: str, object_id: str) -> AuditResult:
    mailbox = make_deleted_mailbox(ExternalDirectoryObjectId=object_id)
    return audit(
        make_snapshot(soft_deleted_mailboxes=[mailbox], incomplete={incomplete: "page 2 is missing"})
    )


@pytest.mark.parametrize("incomplete", ["deleted_users", "users"])
def test_an_incomplete_account_listing_never_means_hard_deleted(incomplete: str) -> None:
    """The account may be on the page that is missing."""
    finding = only_finding(_lone_mailbox(incomplete=incomplete, object_id=guid(7)))

    assert finding["entra"] is None
    assert finding["scenario"] is None
    assert "undetermined" == finding["orphan_class"]


def test_a_blank_object_id_means_hard_deleted_where_the_recycle_bin_was_listed_whole() -> None:
    """Exchange empties the id once the account is purged; two exported files are enough to say so."""
    mailbox = make_deleted_mailbox(ExternalDirectoryObjectId="")

    result = audit(make_snapshot(soft_deleted_mailboxes=[mailbox], without=["users", "mailboxes"]))

    assert "hard_deleted" == only_finding(result)["entra"]


@pytest.mark.parametrize("cut", ["deleted_users", "users"])
def test_a_blank_object_id_is_not_enough_while_accounts_were_cut_short(cut: str) -> None:
    """A second account must not be advised while the first may still be there."""
    finding = only_finding(_lone_mailbox(incomplete=cut, object_id=""))

    assert finding["entra"] is None
    assert not any("Undo-SoftDeletedMailbox" in command for command in finding["commands"])


@pytest.mark.parametrize("without", ["deleted_users", "users"])
def test_an_account_listing_that_is_absent_counts_as_incomplete(without: str) -> None:
    """Not provided is not empty."""
    mailbox = make_deleted_mailbox(ExternalDirectoryObjectId=guid(7))

    finding = only_finding(audit(make_snapshot(soft_deleted_mailboxes=[mailbox], without=[without])))

    assert finding["entra"] is None


@pytest.mark.parametrize("cut", ["soft_deleted_mailboxes", "mailboxes"])
@pytest.mark.parametrize("how", ["incomplete", "without"])
def test_an_incomplete_mailbox_listing_never_means_not_present(cut: str, how: str) -> None:
    """A restorable account is not turned into one whose mailbox is gone."""
    arguments: dict[str, Any] = {"incomplete": {cut: "cut"}} if how == "incomplete" else {"without": [cut]}

    finding = only_finding(audit(make_snapshot(deleted_users=[make_deleted_user()], **arguments)))

    assert finding["mailbox"] is None
    assert "undetermined" == finding["orphan_class"]
    assert finding["restore_account_by"] is not None


def test_complete_listings_do_prove_absence() -> None:
    """Otherwise nothing could ever be called purged."""
    gone = make_deleted_mailbox(2, ExternalDirectoryObjectId=guid(2))

    result = audit(deleted_users=[make_deleted_user(1)], soft_deleted_mailboxes=[gone])

    states = {f["display_name"]: (f["entra"], f["mailbox"]) for _, f in result.findings.iterrows()}
    assert {
        "Person 1": ("soft_deleted", "not_present"),
        "Person 2": ("hard_deleted", "soft_deleted"),
    } == states


@pytest.mark.parametrize(
    ("sync", "expected"),
    [
        ({"onPremisesSyncEnabled": None}, "managed"),
        ({"onPremisesSyncEnabled": False}, "managed"),
        ({"onPremisesSyncEnabled": True}, None),
    ],
)
def test_the_on_premises_axis_without_active_directory(sync: dict[str, Any], expected: str | None) -> None:
    """Null means never synchronized; a synchronized account may be there or not."""
    finding = only_finding(
        audit(deleted_users=[make_deleted_user(**sync)], soft_deleted_mailboxes=[make_deleted_mailbox()])
    )

    assert expected == finding["on_premises"]


def test_both_scenarios_stay_candidates_where_active_directory_was_not_read() -> None:
    """And the finding says what would decide."""
    user = make_deleted_user(onPremisesSyncEnabled=True)

    finding = only_finding(audit(deleted_users=[user], soft_deleted_mailboxes=[make_deleted_mailbox()]))

    assert ("present-soft_deleted-soft_deleted", "deleted-soft_deleted-soft_deleted") == finding[
        "scenario_candidates"
    ]
    assert "restorable" == finding["orphan_class"]
    assert "recoverable" == finding["outcome"]
    assert any("ad-users" in missing for missing in finding["missing_evidence"])


@pytest.mark.parametrize(("listing", "expected"), [("ad_users", "present"), ("ad_deleted_users", "deleted")])
@pytest.mark.parametrize("column", ["objectGUID", "mS-DS-ConsistencyGuid"])
def test_active_directory_is_matched_by_source_anchor(listing: str, expected: str, column: str) -> None:
    """By objectGUID or ms-DS-ConsistencyGuid, base64 in Windows byte order; never by name."""
    user = make_deleted_user(onPremisesSyncEnabled=True, onPremisesImmutableId=_anchor(guid(0x77)))
    row = {"objectGUID": guid(0x77) if column == "objectGUID" else guid(0x78), "mS-DS-ConsistencyGuid": None}
    row |= {column: guid(0x77) if column == "objectGUID" else _anchor(guid(0x77))}
    directory: dict[str, list[Row]] = {"ad_users": [], "ad_deleted_users": []} | {listing: [row]}

    finding = only_finding(
        audit(deleted_users=[user], soft_deleted_mailboxes=[make_deleted_mailbox()], **directory)
    )

    assert expected == finding["on_premises"]


def test_an_account_not_among_the_deleted_ones_is_not_deleted_where_the_present_ones_were_cut() -> None:
    """Absence from Active Directory counts only where it was listed whole."""
    user = make_deleted_user(onPremisesSyncEnabled=True, onPremisesImmutableId=_anchor(guid(0x77)))
    snapshot = make_snapshot(
        deleted_users=[user],
        soft_deleted_mailboxes=[make_deleted_mailbox()],
        ad_users=[],
        incomplete={"ad_users": "size limit"},
    )

    assert only_finding(audit(snapshot))["on_premises"] is None


@pytest.mark.parametrize(
    ("organization", "expected"),
    [({"onPremisesSyncEnabled": None}, "managed"), ({"onPremisesSyncEnabled": True}, None), ({}, None)],
)
def test_the_organization_answers_only_where_the_mailbox_does_not(
    organization: dict[str, Any], expected: str | None
) -> None:
    """A tenant that never synchronized has only managed accounts."""
    mailbox = make_deleted_mailbox(ExternalDirectoryObjectId="")
    del mailbox["IsDirSynced"]

    finding = only_finding(
        audit(soft_deleted_mailboxes=[mailbox], organization=[{"id": guid(9), **organization}])
    )

    assert expected == finding["on_premises"]


@pytest.mark.parametrize(
    ("said", "listed", "expected"),
    [
        (True, None, True),
        (False, None, False),
        ("absent", None, None),
        ("absent", True, True),
        ("absent", False, False),
        (False, True, None),
    ],
)
def test_whether_a_hold_keeps_the_mailbox(
    said: bool | str, listed: bool | None, expected: bool | None
) -> None:
    """Its own flag, else the complete inactive listing; where both speak and disagree it is not known."""
    mailbox = make_deleted_mailbox(ExternalDirectoryObjectId="", IsInactiveMailbox=said)
    if said == "absent":
        del mailbox["IsInactiveMailbox"]
    inactive: dict[str, list[Row]] = {}
    if listed is not None:
        inactive["inactive_mailboxes"] = [mailbox] if listed else []

    finding = only_finding(audit(soft_deleted_mailboxes=[mailbox], **inactive))

    actual = finding["is_inactive_mailbox"]
    assert (None if expected is None else expected) == (
        None if actual is None or str(actual) == "<NA>" else bool(actual)
    )


def test_an_account_listed_as_present_and_deleted_is_neither() -> None:
    """It changed while the listings were read."""
    result = audit(
        users=[make_user()],
        deleted_users=[make_deleted_user()],
        soft_deleted_mailboxes=[make_deleted_mailbox()],
    )

    finding = only_finding(result)
    assert finding["entra"] is None
    assert "present_and_deleted" in [conflict["code"] for conflict in finding["conflicts"]]
