"""The three axes and the facts of every case: what the listings show, and what they cannot rule out.

An axis is kept as the set of states *not ruled out*, three bits in the order of `audit.decision_table.AXES`;
one bit is an answer, several are "not known". `hard_deleted` and `not_present` are never seen, only inferred,
so they become the one remaining bit only where every listing that could show otherwise was complete
(design.md, section 6).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from audit.facts import read_facts, read_licenses
from audit.join import Joined, Positions, Trits, marked
from audit.licenses import LicenseState
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
    """By name, as `audit.decision_table.FACTS`."""
    subject: Mask
    """Position in SUBJECTS."""
    other_account: Positions
    """The KB's "duplicate user", by which the case is judged (`_duplicate_users`); or -1."""
    claimed_by: Positions
    """Any account with a lost mailbox's source anchor, but not its object id; or -1."""
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
    entra = _entra_axis(snapshot, joined, complete)
    claimed_by = _accounts_with_same_anchor(joined, entra)
    other = _duplicate_users(joined, claimed_by, mailbox, complete)
    entra = np.where(other >= 0, _observed(joined, other), entra).astype(np.int8)
    entra[np.isin(subject, NOT_OF_A_USER)] = 0
    licenses = read_licenses(joined)
    return States(
        on_premises=_on_premises_axis(snapshot, joined, anchor, complete),
        entra=entra,
        mailbox=mailbox,
        facts=read_facts(snapshot, joined, other, licenses, complete, windows),
        subject=subject,
        other_account=other,
        claimed_by=claimed_by,
        anchor=anchor,
        licenses=licenses,
    )


def _subjects(joined: Joined) -> Mask:
    of_type = [_SUBJECT_OF_TYPE.get(kind, 0) for kind in joined.of_mailbox("RecipientTypeDetails")]
    guest = [kind is not None and kind.lower() == "guest" for kind in joined.of_account("userType")]
    return np.where((joined.mailbox < 0) & np.array(guest, dtype=bool), 4, of_type).astype(np.int8)


def _observed(joined: Joined, account: Positions) -> Mask:
    deleted = marked(joined.accounts["deleted_rows"] > 0, account)
    present = marked(joined.accounts["present_rows"] > 0, account)
    return (deleted * ENTRA_SOFT_DELETED + present * ENTRA_PRESENT).astype(np.int8)


def _entra_axis(snapshot: Snapshot, joined: Joined, complete: Iterable[str]) -> Mask:
    """Seen in a listing: that state. Not seen: whatever an incomplete listing may hide.

    A blank id means that the account was purged (facts/exchange.md 2.2), but a mailbox is called ownerless
    only where the recycle bin was listed whole: its advice makes a second account where the first could
    still be restored. Nor is it while the present accounts were cut short; where nobody asked for them, the
    blank id is an answer of its own.
    """
    unseen = ENTRA_HARD_DELETED
    if "deleted_users" not in complete:
        unseen |= ENTRA_SOFT_DELETED
    blank = unseen
    if "users" in snapshot.tables and "users" not in complete:
        blank |= ENTRA_PRESENT
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
    seen = np.where(joined.is_active(), MAILBOX_PRESENT, MAILBOX_SOFT_DELETED)
    return np.where(joined.mailbox >= 0, seen, unseen).astype(np.int8)


def _anchors(joined: Joined) -> npt.NDArray[np.object_]:
    of_account, of_mailbox = joined.of_account("onPremisesImmutableId"), joined.of_mailbox("ImmutableId")
    return np.array([a or m or None for a, m in zip(of_account, of_mailbox, strict=True)], dtype=object)


def _on_premises_axis(
    snapshot: Snapshot, joined: Joined, anchor: npt.NDArray[np.object_], complete: set[str]
) -> Mask:
    """Return managed, or if synchronized what Active Directory says; without its listings both stay open."""
    synced = joined.trits_of_account("synced")
    of_mailbox = joined.trits_of_mailbox("synced")
    # An account that seems never to have been synchronized, with a mailbox that is: tools that leave out what
    # they were not asked for write the same null, so nobody has answered yet.
    contradicted = (synced == 0) & (of_mailbox == 1)
    synced = np.where(synced == -1, of_mailbox, synced)
    synced = np.where(contradicted, -1, synced)
    tenant_synced = _tenant_is_synced(snapshot)
    synced = np.where((synced == -1) & (tenant_synced is False), 0, synced)
    mask = np.select([synced == 0, synced == 1], [MANAGED, AD_PRESENT | AD_DELETED], ANY)
    if "ad_users" in snapshot.tables or "ad_deleted_users" in snapshot.tables:
        by_anchor = states_by_anchor(snapshot)
        # Absent from the present accounts means deleted only if both kinds of anchor were looked at.
        whole = "ad_users" in complete and "mS-DS-ConsistencyGuid" in snapshot.tables["ad_users"].known
        unseen = AD_DELETED if whole else AD_PRESENT | AD_DELETED
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


def _accounts_with_same_anchor(joined: Joined, entra: Mask) -> Positions:
    """Find, for mailboxes whose account is lost, another with the same source anchor, a present one first."""
    claimed_by = np.full(len(joined.account), -1, dtype=np.int64)
    anchors = joined.of_mailbox("ImmutableId")
    lost = [i for i in np.flatnonzero(entra == ENTRA_HARD_DELETED) if anchors[i]]
    if not lost:
        return claimed_by
    ids, present = joined.accounts["id"].tolist(), (joined.accounts["present_rows"] > 0).tolist()
    by_anchor: dict[str, list[int]] = {}
    for position, anchor in enumerate(joined.accounts["onPremisesImmutableId"]):
        if anchor:
            by_anchor.setdefault(anchor, []).append(position)
    for case in lost:
        if found := by_anchor.get(anchors[case]):
            claimed_by[case] = min(found, key=lambda position: (not present[position], ids[position]))
    return claimed_by


def _duplicate_users(joined: Joined, claimed_by: Positions, mailbox: Mask, complete: set[str]) -> Positions:
    """Keep the claims that are the KB's "duplicate user" (object ids that do not match).

    Only where the mailbox carries an id that certainly no account has. An active mailbox beside a *present*
    account is left to the conflicts: the guide's question does not arise there.
    """
    if not {"users", "deleted_users"} <= complete:
        return np.full(len(claimed_by), -1, dtype=np.int64)
    carries_id = joined.of_mailbox("ExternalDirectoryObjectId").astype(bool)
    present = marked(joined.accounts["present_rows"] > 0, claimed_by)
    is_duplicate = carries_id & ~((mailbox == MAILBOX_PRESENT) & present)
    return np.where(is_duplicate, claimed_by, -1)
