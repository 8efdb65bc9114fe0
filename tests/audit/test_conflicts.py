"""Who else claims the same identity; names warn, they never join."""

from typing import Any

import pytest

from audit.findings import AuditResult
from audit.names import without_id_prefix
from tests.builders import (
    Row,
    audit,
    guid,
    make_deleted_mailbox,
    make_deleted_user,
    make_mailbox,
    make_user,
    only_finding,
)


def _codes(finding: Any) -> dict[str, str | None]:
    return {conflict["code"]: conflict["with"] for conflict in finding["conflicts"]}


def _returned(**old: Any) -> AuditResult:
    """Bring a person whose account was purged back with a new account, mailbox, and the old names."""
    names = {"userPrincipalName": "person1@contoso.example"}
    addresses = {
        "EmailAddresses": ["SMTP:Person1@contoso.example"],
        "PrimarySmtpAddress": "person1@contoso.example",
    }
    return audit(
        users=[make_user(2, **names)],
        mailboxes=[make_mailbox(2, **addresses)],
        soft_deleted_mailboxes=[make_deleted_mailbox(1, ExternalDirectoryObjectId="", **old)],
    )


def test_a_returner_is_named_and_joined_to_nothing() -> None:
    """The old mailbox stays ownerless; the new account is evidence."""
    finding = only_finding(_returned())

    assert "ownerless" == finding["orphan_class"]
    assert {"upn_in_use": guid(2), "smtp_in_use": guid(2)} == _codes(finding)


def test_a_name_is_no_reason_to_give_somebody_another_persons_mail() -> None:
    """The copy asks for its target; a namesake's mailbox is not printed, nor the name that is taken."""
    commands = only_finding(_returned())["commands"]

    assert not any(guid(0x1002) in command for command in commands)
    assert not any("person1@contoso.example" in command for command in commands)


def test_the_old_content_is_copied_to_the_account_with_the_same_source_anchor() -> None:
    """An anchor is an id: the person has come back, and recovering would make a second account."""
    anchor = "7w4nC0mUS0qk8VnQ6p8Zqg=="
    finding = only_finding(
        audit(
            users=[make_user(2, onPremisesImmutableId=anchor, onPremisesSyncEnabled=True)],
            mailboxes=[make_mailbox(2)],
            soft_deleted_mailboxes=[
                make_deleted_mailbox(1, ExternalDirectoryObjectId="", ImmutableId=anchor)
            ],
        )
    )

    assert any(f"-TargetMailbox '{guid(0x1002)}'" in command for command in finding["commands"])
    assert not any(command.startswith("Undo-") for command in finding["commands"])
    assert "claimed_by_another_account" in finding["blockers"]


def test_an_account_in_the_recycle_bin_with_the_same_name_comes_first() -> None:
    """A blank object id says purged; the same name in the recycle bin is a reason to look first."""
    finding = (
        audit(
            deleted_users=[make_deleted_user(1)],
            soft_deleted_mailboxes=[make_deleted_mailbox(1, ExternalDirectoryObjectId="")],
        )
        .findings.set_index("orphan_class")
        .loc["ownerless"]
    )

    assert "restorable_account" in _codes(finding)
    assert "account_still_restorable" in finding["blockers"]
    assert not any(command.startswith("Undo-") for command in finding["commands"])


def test_two_accounts_with_one_exchange_guid_are_two_findings_without_commands() -> None:
    """One row must not hide the other, and no command could tell them apart."""
    result = audit(
        deleted_users=[make_deleted_user(1), make_deleted_user(2)],
        soft_deleted_mailboxes=[
            make_deleted_mailbox(1, ExchangeGuid=guid(0xAAAA)),
            make_deleted_mailbox(2, ExchangeGuid=guid(0xAAAA)),
        ],
    )

    assert ["restorable", "restorable"] == result.findings["orphan_class"].tolist()
    assert [(), ()] == result.findings["commands"].tolist()


@pytest.mark.parametrize("column", ["ExchangeGuid", "ArchiveGuid"])
def test_a_guid_on_an_active_mailbox_is_found(column: str) -> None:
    """Licensing or synchronizing such a person can hard-delete the old mailbox."""
    same: Row = {column: guid(0xAAAA)}
    result = audit(
        users=[make_user(2)],
        mailboxes=[make_mailbox(2, **same)],
        soft_deleted_mailboxes=[make_deleted_mailbox(1, ExternalDirectoryObjectId="", **same)],
    )

    finding = only_finding(result)
    assert {f"{column[:-4].lower()}_guid_in_use"} <= set(_codes(finding))


def test_no_command_is_printed_where_it_could_reach_the_wrong_mailbox() -> None:
    """Two mailboxes with one ExchangeGuid cannot be told apart."""
    result = audit(
        users=[make_user(2)],
        mailboxes=[make_mailbox(2, ExchangeGuid=guid(0xAAAA))],
        soft_deleted_mailboxes=[
            make_deleted_mailbox(1, ExternalDirectoryObjectId="", ExchangeGuid=guid(0xAAAA))
        ],
    )

    finding = only_finding(result)
    assert () == finding["commands"]
    assert "Microsoft Support" in finding["action"]


def test_all_zero_archives_are_not_a_shared_archive() -> None:
    """The all-zero GUID means that there is none."""
    result = audit(
        users=[make_user(2)],
        mailboxes=[make_mailbox(2)],
        soft_deleted_mailboxes=[make_deleted_mailbox(1, ExternalDirectoryObjectId="")],
    )

    assert {} == _codes(only_finding(result))


def test_a_mailbox_does_not_conflict_with_its_own_account() -> None:
    """A present account rightly has the address of its own soft-deleted mailbox."""
    finding = only_finding(audit(users=[make_user()], soft_deleted_mailboxes=[make_deleted_mailbox()]))

    assert {} == _codes(finding)
    assert "reconnectable" == finding["orphan_class"]


def test_the_same_source_anchor_under_another_id_is_the_guides_duplicate_user() -> None:
    """The mailbox's own id has no account; the guide says contact support."""
    anchor = {"onPremisesImmutableId": "7w4nC0mUS0qk8VnQ6p8Zqg==", "onPremisesSyncEnabled": True}
    mailbox = make_deleted_mailbox(1, ImmutableId="7w4nC0mUS0qk8VnQ6p8Zqg==", IsDirSynced=True)

    finding = only_finding(audit(users=[make_user(2, **anchor)], soft_deleted_mailboxes=[mailbox]))

    assert "contact_support" == finding["outcome"]
    assert {"object_id_mismatch": guid(2)} == _codes(finding)
    assert all(command.startswith("Get-") for command in finding["commands"])


@pytest.mark.parametrize(
    ("name", "object_id", "expected"),
    [
        (
            "0000000100004000800000000000000aperson@contoso.example",
            "00000001-0000-4000-8000-00000000000a",
            "person@contoso.example",
        ),
        (
            "0000000100004000800000000000000aperson@contoso.example",
            "00000001-0000-4000-8000-00000000000b",
            None,
        ),
        ("person@contoso.example", "00000001-0000-4000-8000-00000000000a", None),
    ],
)
def test_the_prefix_of_a_deleted_name_goes_only_if_it_is_its_own_id(
    name: str, object_id: str, expected: str | None
) -> None:
    """A name may begin with 32 hex digits of its own."""
    assert (expected or name) == without_id_prefix(name, object_id)


def test_an_address_is_compared_without_case_and_only_among_smtp() -> None:
    """A SIP address is nobody's mailbox."""
    result = audit(
        users=[make_user(2, proxyAddresses=["sip:person1@contoso.example", "smtp:other@contoso.example"])],
        deleted_users=[make_deleted_user(1)],
        soft_deleted_mailboxes=[make_deleted_mailbox(1)],
    )

    assert {} == _codes(only_finding(result))
