"""The join on ExternalDirectoryObjectId."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.join import join
from tests.builders import (
    audit,
    guid,
    make_deleted_mailbox,
    make_deleted_user,
    make_mailbox,
    make_snapshot,
    make_user,
    only_finding,
)


def test_an_account_and_its_mailbox_become_one_case() -> None:
    """The object id brings the two halves together."""
    snapshot = make_snapshot(
        deleted_users=[make_deleted_user()], soft_deleted_mailboxes=[make_deleted_mailbox()]
    )

    joined = join(snapshot)

    assert [(0, 0)] == list(zip(joined.account.tolist(), joined.mailbox.tolist(), strict=True))


@pytest.mark.parametrize(
    "written", [guid(0xABCDEF).upper(), guid(0xABCDEF), "{" + guid(0xABCDEF).upper() + "}"]
)
def test_the_case_of_a_guid_does_not_matter(written: str) -> None:
    """Exchange and Graph may spell one id in two ways."""
    snapshot = make_snapshot(
        deleted_users=[make_deleted_user(id=guid(0xABCDEF))],
        soft_deleted_mailboxes=[make_deleted_mailbox(ExternalDirectoryObjectId=written)],
    )

    joined = join(snapshot)

    assert [0] == joined.account.tolist()


@given(
    blanks=st.lists(
        st.sampled_from(["", None, "00000000-0000-0000-0000-000000000000"]), min_size=1, max_size=8
    )
)
def test_blank_ids_never_join(blanks: list[str | None]) -> None:
    """Neither with each other nor with an account whose id is blank."""
    mailboxes = [
        make_deleted_mailbox(n, ExternalDirectoryObjectId=blank) for n, blank in enumerate(blanks, 1)
    ]
    snapshot = make_snapshot(deleted_users=[make_deleted_user(id="")], soft_deleted_mailboxes=mailboxes)

    joined = join(snapshot)

    assert [-1] * len(blanks) == joined.account.tolist()


def test_a_mailbox_in_both_listings_is_one_mailbox() -> None:
    """Inactive mailboxes are among the soft-deleted ones and must not be counted twice."""
    held = make_deleted_mailbox(IsInactiveMailbox=True)

    result = audit(soft_deleted_mailboxes=[held], inactive_mailboxes=[held])

    assert 1 == len(result.findings)
    assert 2 == result.tie_out["mailboxes"].in_findings


def test_an_inactive_mailbox_missing_from_the_soft_deleted_ones_makes_those_incomplete() -> None:
    """The second listing must be in the first; a difference is reported and closes the door on absence."""
    held = make_deleted_mailbox(IsInactiveMailbox=True)

    result = audit(soft_deleted_mailboxes=[], inactive_mailboxes=[held])

    coverage = {line.query: line for line in result.coverage}
    assert not coverage["soft_deleted_mailboxes"].complete
    assert "it lacks 1 mailbox of the inactive-mailboxes listing" == coverage["soft_deleted_mailboxes"].reason
    assert not result.complete


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_duplicates_are_one_finding_whatever_their_order(order: tuple[int, ...]) -> None:
    """The same account listed three times is one finding that says so, with the earliest date."""
    rows = [make_deleted_user(days=days) for days in (3, 12, 7)]

    result = audit(deleted_users=[rows[n] for n in order], soft_deleted_mailboxes=[make_deleted_mailbox()])

    finding = only_finding(result)
    assert ["duplicate_object_id"] == [conflict["code"] for conflict in finding["conflicts"]]
    assert "2026-11-08" == str(finding["account_deleted_at"].date())
    assert 3 == result.tie_out["users"].in_findings


def test_two_mailboxes_of_one_account_are_two_findings_that_name_each_other() -> None:
    """Restoring the account could reconnect only one of them."""
    second = make_deleted_mailbox(ExchangeGuid=guid(0x2222))

    result = audit(
        deleted_users=[make_deleted_user()], soft_deleted_mailboxes=[make_deleted_mailbox(), second]
    )

    others = {
        f["exchange_guid"]: [c["with"] for c in f["conflicts"] if c["code"] == "several_mailboxes"]
        for _, f in result.findings.iterrows()
    }
    assert {guid(0x1001): [guid(0x2222)], guid(0x2222): [guid(0x1001)]} == others


def test_a_mailbox_without_exchange_guid_keeps_its_id_from_run_to_run() -> None:
    """Its finding stays the same finding, and no command addresses it by a name."""
    mailbox = make_deleted_mailbox(ExternalDirectoryObjectId="")
    del mailbox["ExchangeGuid"]

    first, second = (only_finding(audit(soft_deleted_mailboxes=[dict(mailbox)])) for _ in range(2))

    assert first["finding_id"] == second["finding_id"]
    assert () == first["commands"]


def test_an_account_row_without_id_is_counted_and_not_judged() -> None:
    """A malformed row is never a person."""
    result = audit(users=[make_user(id=None), make_user(2)], mailboxes=[make_mailbox(2)])

    assert {"healthy": 1, "no_object_id": 1} == result.tie_out["users"].excluded
