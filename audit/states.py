"""The three axes and the facts of every case: what the listings show, and what they cannot rule out.

An axis is kept as the set of states *not ruled out*, three bits in the order of `audit.scenarios.AXES`; one
bit is an answer, several are "not known". `hard_deleted` and `not_present` are never seen, only inferred, so
they become the one remaining bit only where every listing that could show otherwise was complete (design.md,
section 6).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit.join import Joined, Positions, Trits
from audit.licenses import LicenseState, license_state
from audit.on_premises import DELETED, PRESENT, guid_of_anchor, states_by_anchor
from audit.snapshot import Snapshot
from audit.windows import Windows

Mask = npt.NDArray[np.int8]

MANAGED, AD_PRESENT, AD_DELETED = 1, 2, 4
ENTRA_PRESENT, ENTRA_SOFT_DELETED, ENTRA_HARD_DELETED = 1, 2, 4
MAILBOX_PRESENT, MAILBOX_SOFT_DELETED, MAILBOX_NOT_PRESENT = 1, 2, 4
ANY = 7

SYSTEM_TYPES = (
    "ArbitrationMailbox",
    "AuditLogMailbox",
    "AuxAuditLogMailbox",
    "DiscoveryMailbox",
    "MonitoringMailbox",
    "SupervisoryReviewPolicyMailbox",
    "SystemAttendantMailbox",
    "SystemMailbox",
)
"""Mailboxes of the service itself; never orphans (facts/exchange.md 5)."""

SUBJECTS = ("user", "GroupMailbox", "PublicFolderMailbox", "system_mailbox", "guest")
"""Whose case it is."""

NOT_OF_A_USER = (SUBJECTS.index("GroupMailbox"), SUBJECTS.index("PublicFolderMailbox"))
"""A group mailbox's ExternalDirectoryObjectId is the group's, a public-folder one's means nothing."""

_SUBJECT_OF_TYPE = {"GroupMailbox": 1, "PublicFolderMailbox": 2, **dict.fromkeys(SYSTEM_TYPES, 3)}


@dataclass(frozen=True, slots=True)
class States:
    """Axes and facts, one entry a case."""

    on_premises: Mask
    entra: Mask
    """0 where the mailbox belongs to no user (group and public-folder mailboxes)."""
    mailbox: Mask
    facts: dict[str, Trits]
    """By name, as `audit.scenarios.FACTS`."""
    subject: Mask
    """Position in SUBJECTS."""
    other_account: Positions
    """The account that has the mailbox's source anchor while the mailbox's own object id has none; or -1."""
    anchor: npt.NDArray[np.object_]
    """The account's source anchor as it was written, or None."""
    licenses: dict[int, LicenseState]
    """By case, where it matters: no mailbox, or one disconnected by its license."""


def read_states(snapshot: Snapshot, joined: Joined, windows: Windows) -> States:
    """Read the axes and facts of every case from the joined listings."""
    complete = {query for query, coverage in snapshot.coverage.items() if coverage.complete}
    subject = _subjects(joined)
    anchor = _anchors(joined)
    mailbox = _mailbox_axis(joined, complete)
    entra = _entra_axis(joined, complete)
    other = _accounts_with_same_anchor(joined, entra, mailbox, complete)
    entra = np.where(other >= 0, _observed(joined, other), entra).astype(np.int8)
    entra[np.isin(subject, NOT_OF_A_USER)] = 0
    licenses = _licenses(joined)
    return States(
        on_premises=_on_premises_axis(snapshot, joined, anchor, complete),
        entra=entra,
        mailbox=mailbox,
        facts=_facts(snapshot, joined, other, licenses, complete, windows),
        subject=subject,
        other_account=other,
        anchor=anchor,
        licenses=licenses,
    )


def _subjects(joined: Joined) -> Mask:
    of_type = [_SUBJECT_OF_TYPE.get(kind, 0) for kind in joined.of_mailbox("RecipientTypeDetails")]
    guest = [kind is not None and kind.lower() == "guest" for kind in joined.of_account("userType")]
    return np.where((joined.mailbox < 0) & np.array(guest, dtype=bool), 4, of_type).astype(np.int8)


def _observed(joined: Joined, account: Positions) -> Mask:
    deleted = np.append(joined.accounts["deleted_rows"].to_numpy() > 0, np.False_)[account]
    present = np.append(joined.accounts["present_rows"].to_numpy() > 0, np.False_)[account]
    return (deleted * ENTRA_SOFT_DELETED + present * ENTRA_PRESENT).astype(np.int8)


def _entra_axis(joined: Joined, complete: Iterable[str]) -> Mask:
    """Seen in a listing: that state. Not seen: whatever an incomplete listing may hide.

    A blank id means that the account was purged (facts/exchange.md 2.2), but a mailbox is called ownerless
    only where the recycle bin was listed whole: its advice makes a second account where the first could still
    be restored.
    """
    unseen = ENTRA_HARD_DELETED
    if "deleted_users" not in complete:
        unseen |= ENTRA_SOFT_DELETED
    blank = unseen
    if "users" not in complete:
        unseen |= ENTRA_PRESENT
    ids = joined.of_mailbox("ExternalDirectoryObjectId")
    inferred = np.array(
        [blank if id_ == "" else ANY if id_ is None else unseen for id_ in ids], dtype=np.int8
    )
    return np.where(joined.account >= 0, _observed(joined, joined.account), inferred).astype(np.int8)


def _mailbox_axis(joined: Joined, complete: Iterable[str]) -> Mask:
    unseen = MAILBOX_NOT_PRESENT
    if "soft_deleted_mailboxes" not in complete:
        unseen |= MAILBOX_SOFT_DELETED
    if "mailboxes" not in complete:
        unseen |= MAILBOX_PRESENT
    active = np.append(joined.mailboxes["active"].to_numpy(dtype=bool), np.False_)[joined.mailbox]
    seen = np.where(active, MAILBOX_PRESENT, MAILBOX_SOFT_DELETED)
    return np.where(joined.mailbox >= 0, seen, unseen).astype(np.int8)


def _anchors(joined: Joined) -> npt.NDArray[np.object_]:
    of_account, of_mailbox = joined.of_account("onPremisesImmutableId"), joined.of_mailbox("ImmutableId")
    return np.array([a or m or None for a, m in zip(of_account, of_mailbox, strict=True)], dtype=object)


def _on_premises_axis(
    snapshot: Snapshot, joined: Joined, anchor: npt.NDArray[np.object_], complete: set[str]
) -> Mask:
    """Return managed, or if synchronized what Active Directory says; without its listings both stay open."""
    synced = joined.trits_of_account("synced")
    synced = np.where(synced == -1, joined.trits_of_mailbox("synced"), synced)
    tenant_synced = _tenant_is_synced(snapshot)
    synced = np.where((synced == -1) & (tenant_synced is False), 0, synced)
    mask = np.select([synced == 0, synced == 1], [MANAGED, AD_PRESENT | AD_DELETED], ANY)
    if "ad_users" in snapshot.tables or "ad_deleted_users" in snapshot.tables:
        by_anchor = states_by_anchor(snapshot)
        unseen = AD_DELETED if "ad_users" in complete else AD_PRESENT | AD_DELETED
        said = {
            0: unseen,
            PRESENT: AD_PRESENT,
            DELETED: AD_DELETED,
            PRESENT | DELETED: AD_PRESENT | AD_DELETED,
        }
        guids = [guid_of_anchor(text) for text in anchor]
        told = np.array(
            [0 if guid is None else said[by_anchor.get(guid, 0)] for guid in guids], dtype=np.int64
        )
        mask = np.where((synced == 1) & (told > 0), told, mask)
    return mask.astype(np.int8)


def _tenant_is_synced(snapshot: Snapshot) -> bool | None:
    table = snapshot.tables.get("organization")
    if table is None or table.frame.empty or "onPremisesSyncEnabled" not in table.known:
        return None
    return bool(table.frame["onPremisesSyncEnabled"].fillna(value=False).any())


def _accounts_with_same_anchor(joined: Joined, entra: Mask, mailbox: Mask, complete: set[str]) -> Positions:
    """Find the KB's "duplicate user": an account with the mailbox's source anchor, but not its object id.

    Only where the mailbox carries an id that certainly no account has. An active mailbox beside a *present*
    account of the same person is left to the conflicts: the guide's question does not arise there.
    """
    other = np.full(len(joined.account), -1, dtype=np.int64)
    ids, anchors = joined.of_mailbox("ExternalDirectoryObjectId"), joined.of_mailbox("ImmutableId")
    lost = [i for i in np.flatnonzero(entra == ENTRA_HARD_DELETED) if ids[i] and anchors[i]]
    if not lost or not {"users", "deleted_users"} <= complete:
        return other
    by_anchor: dict[str, list[int]] = {}
    for position, anchor in enumerate(joined.accounts["onPremisesImmutableId"]):
        if anchor:
            by_anchor.setdefault(anchor, []).append(position)
    present = joined.accounts["present_rows"].to_numpy() > 0
    for case in lost:
        candidates = sorted(
            by_anchor.get(anchors[case], []), key=lambda p: (not present[p], joined.accounts["id"].iloc[p])
        )
        if mailbox[case] == MAILBOX_PRESENT:
            candidates = [position for position in candidates if not present[position]]
        if candidates:
            other[case] = candidates[0]
    return other


def _licenses(joined: Joined) -> dict[int, LicenseState]:
    """Read the plans of the accounts whose mailbox is missing, or was disabled rather than removed."""
    wanted = (joined.account >= 0) & ((joined.mailbox < 0) | (joined.trits_of_mailbox("by_disable") == 1))
    plans = joined.of_account("assignedPlans")
    return {int(case): license_state(plans[case]) for case in np.flatnonzero(wanted)}


def _facts(
    snapshot: Snapshot,
    joined: Joined,
    other: Positions,
    licenses: dict[int, LicenseState],
    complete: set[str],
    windows: Windows,
) -> dict[str, Trits]:
    facts = {
        "is_inactive_mailbox": _is_inactive(joined, complete),
        "was_inactive_mailbox": np.maximum(joined.trits_of_mailbox("was_inactive"), 0).astype(np.int8),
        "object_ids_match": np.where(other >= 0, 0, 1).astype(np.int8),
        "has_active_mailbox": _has_active_mailbox(joined, complete),
        "is_federated": _is_federated(snapshot, joined, complete),
        "is_hybrid": np.full(len(joined.account), -1, dtype=np.int8),
        "has_exchange_license": np.full(len(joined.account), -1, dtype=np.int8),
        "license_removed": np.zeros(len(joined.account), dtype=np.int8),
        "had_mailbox": np.ones(len(joined.account), dtype=np.int8),
    }
    addresses, mails = joined.of_account("proxyAddresses"), joined.of_account("mail")
    present = joined.accounts["present_rows"].to_numpy() > 0
    limit = pd.Timestamp(snapshot.as_of) - pd.Timedelta(days=windows.license_removed)
    for case, state in licenses.items():
        facts["has_exchange_license"][case] = _trit(state.has_license)
        facts["had_mailbox"][case] = _trit(_had_mailbox(state, addresses[case], mails[case]))
        # A plan taken away longer ago than the window left nothing to reconnect, and so does one a present
        # account lost at a time not known: its plans stay listed for years.
        undated = state.removed_at is None and present[joined.account[case]]
        too_old = undated or (state.removed_at is not None and state.removed_at < limit)
        disabled = joined.mailbox[case] >= 0 and facts["is_inactive_mailbox"][case] != 1
        facts["license_removed"][case] = disabled or (state.removed and not too_old)
    return facts


def _trit(value: bool | None) -> int:
    return -1 if value is None else int(value)


def _had_mailbox(state: LicenseState, addresses: tuple[str, ...] | None, mail: str | None) -> bool | None:
    """Whether an account shows signs of a mailbox: a mailbox plan in any state, or an address."""
    has_address = bool(mail) or any(address.lower().startswith("smtp:") for address in addresses or ())
    if state.had_plan or has_address:
        return True
    known = state.had_plan is not None or (addresses is not None and mail is not None)
    return False if known else None


def _is_inactive(joined: Joined, complete: set[str]) -> Trits:
    """Return what the mailbox says of itself; where it does not say, whether the inactive listing has it.

    Where the two contradict each other nothing is known: the case stays open (audit.conflicts says why).
    """
    said = joined.trits_of_mailbox("inactive")
    listed = np.append(joined.mailboxes["inactive_rows"].to_numpy() > 0, np.False_)[joined.mailbox]
    said = np.where((said == -1) & listed, 1, said)
    said = np.where((said == -1) & ("inactive_mailboxes" in complete), 0, said)
    return np.where((said == 0) & listed, -1, said).astype(np.int8)


def _has_active_mailbox(joined: Joined, complete: set[str]) -> Trits:
    active_cases = joined.mailbox >= 0
    active_cases &= np.append(joined.mailboxes["active"].to_numpy(dtype=bool), np.False_)[joined.mailbox]
    with_active = np.zeros(len(joined.accounts) + 1, dtype=bool)
    with_active[joined.account[active_cases]] = True
    with_active[-1] = False  # position -1: no account
    has = with_active[joined.account]
    return np.where(has, 1, 0 if "mailboxes" in complete else -1).astype(np.int8)


def _is_federated(snapshot: Snapshot, joined: Joined, complete: set[str]) -> Trits:
    table = snapshot.tables.get("domains")
    names = joined.of_mailbox("UserPrincipalName")
    if table is None or "domains" not in complete:
        return np.full(len(names), -1, dtype=np.int8)
    federated = {
        domain.lower(): int(kind.lower() == "federated")
        for domain, kind in zip(table.frame["id"], table.frame["authenticationType"], strict=True)
        if domain and kind
    }
    return np.array(
        [federated.get((name or "").rpartition("@")[2].lower(), -1) for name in names], dtype=np.int8
    )
