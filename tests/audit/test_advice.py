"""Advice: blockers first, nothing after a refused step, nothing dangerous on weak evidence."""

import base64
import uuid
from typing import Any

import pytest

from audit.findings import AuditResult
from tests.builders import (
    ago,
    audit,
    guid,
    make_deleted_mailbox,
    make_deleted_user,
    make_mailbox,
    make_snapshot,
    make_user,
    only_finding,
)

SHARDS = {"MailboxLocations": [f"1;{guid(8)};AuxPrimary;x;{guid(9)}"]}
EXPANDING = {"AutoExpandingArchiveEnabled": True, "ArchiveGuid": guid(7)}
FOLLOWERS = ("Start-ADSyncSyncCycle", "Set-MgUserLicense", "Update-MgUser", "$sku")


def _anchor(id_: str) -> str:
    return base64.b64encode(uuid.UUID(id_).bytes_le).decode()


def _purged(on_premises: str, **mailbox: Any) -> AuditResult:
    """Audit a purged account's mailbox; its on-premises account is there, deleted, or there never was one."""
    row = {"objectGUID": guid(0x77), "mS-DS-ConsistencyGuid": None}
    synced: dict[str, Any] = {"ImmutableId": _anchor(guid(0x77)), "IsDirSynced": True}
    rows = {name: [row] if name == on_premises else [] for name in ("ad_users", "ad_deleted_users")}
    deleted = make_deleted_mailbox(
        ExternalDirectoryObjectId="", **((synced if on_premises != "managed" else {}) | mailbox)
    )
    return audit(make_snapshot(rows, soft_deleted_mailboxes=[deleted]))


@pytest.mark.parametrize("on_premises", ["managed", "ad_users", "ad_deleted_users"])
@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("blocker", [SHARDS, EXPANDING, {"ExchangeGuid": None}])
def test_nothing_follows_a_refused_step(on_premises: str, *, held: bool, blocker: dict[str, Any]) -> None:
    """Synchronizing or licensing a person whose mailbox was not recovered can hard-delete that mailbox."""
    finding = only_finding(_purged(on_premises, IsInactiveMailbox=held, **blocker))

    assert not any(command.startswith(FOLLOWERS) for command in finding["commands"])


@pytest.mark.parametrize("on_premises", ["ad_users", "ad_deleted_users"])
def test_a_recovered_account_is_synchronized_after_it_was_recovered(on_premises: str) -> None:
    """Before, the old mailbox could be hard-deleted."""
    commands = only_finding(_purged(on_premises))["commands"]

    undo = next(n for n, command in enumerate(commands) if command.startswith("Undo-"))
    sync = next(n for n, command in enumerate(commands) if command.startswith("Start-ADSyncSyncCycle"))
    assert undo < sync


def test_a_mailbox_with_shards_can_be_copied_and_the_action_says_so() -> None:
    """It cannot be recovered, but its content can be saved."""
    finding = only_finding(_purged("managed", **SHARDS))

    assert any(command.startswith("New-MailboxRestoreRequest") for command in finding["commands"])
    assert "cannot be recovered" in finding["action"]


def test_an_overdue_finding_does_not_speak_of_a_deadline_to_come() -> None:
    """It may vanish at any time."""
    action = only_finding(_purged("managed", WhenSoftDeleted=ago(31)))["action"]

    assert action.startswith("Overdue, act now: Recover the mailbox into a new account,")


def test_a_mailbox_nothing_can_save_says_ediscovery() -> None:
    """Neither recovering nor restoring works with an auto-expanding archive."""
    finding = only_finding(_purged("managed", **EXPANDING))

    assert "eDiscovery" in finding["action"]
    assert any("eDiscovery" in step.say for step in finding["steps"])


def test_an_archive_that_may_be_auto_expanding_is_warned_of() -> None:
    """An absent column is not known, never False."""
    mailbox = make_deleted_mailbox(ExternalDirectoryObjectId="", ArchiveGuid=guid(7))
    del mailbox["AutoExpandingArchiveEnabled"]

    finding = only_finding(audit(soft_deleted_mailboxes=[mailbox]))

    assert any("auto-expanding is not known" in warning for warning in finding["warnings"])


def test_on_premises_commands_use_the_object_guid_not_the_anchor() -> None:
    """An anchor may be the ms-DS-ConsistencyGuid; Restore-ADObject knows objectGUIDs."""
    row = {"objectGUID": guid(0x999), "mS-DS-ConsistencyGuid": _anchor(guid(0x77))}
    user = make_deleted_user(onPremisesSyncEnabled=True, onPremisesImmutableId=_anchor(guid(0x77)))

    finding = only_finding(
        audit(
            deleted_users=[user],
            soft_deleted_mailboxes=[make_deleted_mailbox()],
            ad_users=[],
            ad_deleted_users=[row],
        )
    )

    assert f"Restore-ADObject -Identity '{guid(0x999)}' -Confirm" in finding["commands"]


def test_an_export_without_consistency_guids_never_means_deleted_on_premises() -> None:
    """The anchor may be the column that was not exported."""
    user = make_user(onPremisesSyncEnabled=True, onPremisesImmutableId=_anchor(guid(0x77)))

    result = audit(users=[user], mailboxes=[make_mailbox()], ad_users=[{"objectGUID": guid(0x999)}])

    assert result.findings.empty


def test_a_mailbox_is_removed_only_once_its_hold_is_on_and_nobody_claims_it() -> None:
    """The command itself looks first; a second account with the same anchor withholds it."""
    anchor = _anchor(guid(0x77))
    row = {"objectGUID": guid(0x77), "mS-DS-ConsistencyGuid": None}
    mailbox = make_mailbox(1, ImmutableId=anchor, IsDirSynced=True)
    directory = {"ad_users": [], "ad_deleted_users": [row]}
    twin = make_user(2, onPremisesImmutableId=anchor, onPremisesSyncEnabled=True)

    alone = only_finding(audit(make_snapshot(directory, mailboxes=[mailbox])))
    claimed = audit(make_snapshot(directory, mailboxes=[mailbox], users=[twin])).findings
    both = claimed.set_index("finding_id").loc[f"mailbox:{guid(0x1001)}"]

    (remove,) = [command for command in alone["commands"] if "Remove-Mailbox" in command]
    assert remove.startswith("if ((Get-Mailbox -Identity")
    assert not any("Remove-Mailbox" in command for command in both["commands"])
    assert "claimed_by_another_account" in both["blockers"]


def test_an_account_is_not_deleted_and_restored_while_two_mailboxes_would_compete() -> None:
    """Only one of them could reconnect."""
    user = make_user(onPremisesSyncEnabled=True, onPremisesImmutableId=_anchor(guid(0x77)))
    row = {"objectGUID": guid(0x77), "mS-DS-ConsistencyGuid": None}
    mailboxes = [
        make_deleted_mailbox(IsDirSynced=True),
        make_deleted_mailbox(IsDirSynced=True, ExchangeGuid=guid(5)),
    ]

    findings = audit(users=[user], soft_deleted_mailboxes=mailboxes, ad_users=[row]).findings

    assert not any("Remove-MgUser" in command for commands in findings["commands"] for command in commands)


def test_an_object_id_that_no_account_has_is_looked_for_first() -> None:
    """While Exchange keeps the id, recovering the mailbox alone may be refused."""
    finding = only_finding(audit(soft_deleted_mailboxes=[make_deleted_mailbox()]))

    assert finding["commands"][0].startswith(f"Get-MgUser -UserId '{guid(1)}'")
    assert any("still carries the id" in warning for warning in finding["warnings"])


def test_a_sign_in_name_is_asked_for_where_nobody_looked_whether_it_is_free() -> None:
    """Without the present accounts a printed name would be a guess."""
    mailbox = make_deleted_mailbox(ExternalDirectoryObjectId="")

    finding = only_finding(audit(make_snapshot(soft_deleted_mailboxes=[mailbox], without=["users"])))

    undo = next(command for command in finding["commands"] if command.startswith("Undo-"))
    assert "person1@contoso.example" not in undo
