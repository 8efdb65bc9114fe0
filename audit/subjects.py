"""What advice needs to know of each finding, gathered from all stages of the audit."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from audit.advice import Subject
from audit.identity import initial_domain
from audit.judged import Cases, Judged
from audit.names import smtp_addresses
from audit.states import AD_DELETED, AD_PRESENT, ENTRA_SOFT_DELETED, MAILBOX_SOFT_DELETED, SUBJECTS


def subjects_of(judged: Judged, cases: Cases, columns: dict[str, Any]) -> Iterator[Subject]:
    """Yield one subject a case; `columns` are the finding fields made so far, by name."""
    soft_deleted = (judged.states.mailbox[cases] == MAILBOX_SOFT_DELETED) & (
        judged.joined.mailbox[cases] >= 0
    )
    in_bin = (judged.states.entra[cases] & ENTRA_SOFT_DELETED > 0) & (judged.joined.account[cases] >= 0)
    is_user = judged.states.subject[cases] == SUBJECTS.index("user")
    federated = judged.fact("is_federated", cases)
    upns, names = columns["user_principal_name"], columns["display_name"]
    values: dict[str, Any] = {
        "decision": judged.decisions_of(cases),
        "object_id": columns["external_directory_object_id"],
        "exchange_guid": columns["exchange_guid"],
        "other_object_id": columns["other_object_id"],
        "claimed": (judged.states.claimed_by[cases] >= 0).tolist(),
        "target_guid": _targets(judged, cases),
        "has_returned": [any(c["code"] == "upn_in_use" for c in own) for own in columns["conflicts"]],
        "anchor_guid": columns["anchor_guid"],
        "ad_guid": columns["ad_guid"],
        "legacy_dn": judged.of_mailbox("LegacyExchangeDN", cases),
        "upn": upns,
        "new_upn": _new_sign_in_names(judged, cases, columns, federated),
        "name": [name or upn or "Recovered mailbox" for name, upn in zip(names, upns, strict=True)],
        "recipient_type": columns["recipient_type"],
        "has_archive": [bool(guid) for guid in judged.of_mailbox("ArchiveGuid", cases)],
        "auto_expanding_archive": _flags(judged, cases, "AutoExpandingArchiveEnabled"),
        "mailbox_locations": judged.of_mailbox("MailboxLocations", cases),
        "is_federated": federated,
        "account_known": (judged.joined.account[cases] >= 0).tolist(),
        "account_in_recycle_bin": in_bin.tolist(),
        "mailbox_is_soft_deleted": soft_deleted.tolist(),
        "may_be_synced": (
            is_user & (judged.states.on_premises[cases] & (AD_PRESENT | AD_DELETED) > 0)
        ).tolist(),
        "notes": columns["notes"],
        "holds": columns["holds"],
        "conflicts": columns["conflicts"],
        "garbage": [flag is True for flag in _flags(judged, cases, "IncludeInGarbageCollection")],
        "mailbox_clock": columns["mailbox_clock"],
        "urgency": columns["urgency"],
        "account_overdue": (columns["restore_account_by"] < pd.Timestamp(judged.snapshot.as_of)).tolist(),
        "inactive_known": [held is not None for held in judged.fact("is_inactive_mailbox", cases)],
        "was_inactive_known": (judged.joined.trits_of_mailbox("was_inactive")[cases] >= 0).tolist(),
        "purge_known": columns["mailbox_purge_after"].notna().tolist(),
        "restore_known": columns["restore_account_by"].notna().tolist(),
    }
    return (Subject(**dict(zip(values, row, strict=True))) for row in zip(*values.values(), strict=True))


def _flags(judged: Judged, cases: Cases, column: str) -> list[bool | None]:
    return [
        bool(flag) if flag is True or flag is False else None for flag in judged.of_mailbox(column, cases)
    ]


def _targets(judged: Judged, cases: Cases) -> list[str | None]:
    """Return the active mailbox to copy each deleted one into, where ids leave exactly one.

    It belongs to the same account, or to the account that has the same source anchor now. A name is no reason
    to give somebody another person's mail.
    """
    mailboxes = judged.joined.mailboxes
    guids: dict[str, list[str]] = {}
    active = mailboxes["active"].to_numpy(dtype=bool)
    for object_id, guid in zip(
        mailboxes["ExternalDirectoryObjectId"][active], mailboxes["ExchangeGuid"][active], strict=True
    ):
        if object_id and guid:
            guids.setdefault(object_id, []).append(guid)
    ids = [*judged.joined.accounts["id"], None]
    claimed_by, account = judged.states.claimed_by[cases], judged.joined.account[cases]
    owners = [ids[position] for position in np.where(account >= 0, account, claimed_by).tolist()]
    soft_deleted = judged.states.mailbox[cases] == MAILBOX_SOFT_DELETED
    found = [
        guids.get(owner or "", []) if deleted else []
        for owner, deleted in zip(owners, soft_deleted, strict=True)
    ]
    return [own[0] if len(own) == 1 else None for own in found]


def _new_sign_in_names(
    judged: Judged, cases: Cases, columns: dict[str, Any], federated: list[bool | None]
) -> list[str | None]:
    """Return a sign-in name for each recovered account: the old one, or one in the initial domain.

    The old one only where its domain is managed. A name that some present account or active mailbox uses is
    never returned, nor any where the present accounts were not seen whole; the command asks for one instead
    (facts/exchange.md 3.5).
    """
    used = _names_in_use(judged)
    domain = initial_domain(judged)
    synced = (judged.states.on_premises[cases] & (AD_PRESENT | AD_DELETED) > 0).tolist()
    claimed = (judged.states.claimed_by[cases] >= 0).tolist()
    rows = zip(columns["user_principal_name"], federated, synced, claimed, strict=True)
    names = [
        None if is_claimed else _new_sign_in_name(upn, domain, is_federated, is_synced)
        for upn, is_federated, is_synced, is_claimed in rows
    ]
    if not judged.snapshot.coverage["users"].complete:
        return [None] * len(names)
    return [None if name and name.lower() in used else name for name in names]


def _new_sign_in_name(
    upn: str | None, domain: str | None, is_federated: bool | None, is_synced: bool
) -> str | None:
    if not upn:
        return None
    local, _, own_domain = upn.rpartition("@")
    if (
        is_federated is False
        or own_domain.lower().endswith(".onmicrosoft.com")
        or (is_federated is None and not is_synced)
    ):
        return upn
    return f"{local}@{domain}" if domain else None


def _names_in_use(judged: Judged) -> set[str]:
    present, active = judged.joined.present_accounts, judged.joined.active_mailboxes
    names = [
        *present["userPrincipalName"],
        *present["mail"],
        *active["UserPrincipalName"],
        *active["PrimarySmtpAddress"],
    ]
    used = {name.lower() for name in names if name}
    for addresses in (*present["proxyAddresses"], *active["EmailAddresses"]):
        used.update(smtp_addresses(addresses))
    return used
