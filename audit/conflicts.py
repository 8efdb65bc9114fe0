"""Who else claims the same identity.

Names and addresses are evidence here, never keys: a conflict warns, it joins nothing.
(facts/exchange.md 7, traps 10 and 11; needs-and-peers.md F7, F8 and pains 14 to 17.)
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from audit.join import Joined
from audit.names import sign_in_names, smtp_addresses, without_id_prefix
from audit.states import SUBJECTS, States

_MOST_NAMED = 20
"""How many others one conflict names; a listing gone wrong could give a thousand."""

Conflicts = dict[int, list[dict[str, str | None]]]
"""By case: records with code, with (the other object's id) and note."""

NOTES = {
    "duplicate_object_id": "The account is listed more than once; the earliest dates are used.",
    "duplicate_exchange_guid": "The mailbox is listed more than once; the earliest dates are used.",
    "present_and_deleted": (
        "The account is listed as present and as deleted: it changed while the listings were read."
    ),
    "several_mailboxes": (
        "Another mailbox carries the same object id; restoring the account can reconnect only one."
    ),
    "smtp_in_use": (
        "One of its addresses now belongs to another object; commands by address would reach that one."
    ),
    "upn_in_use": "Its sign-in name now belongs to another account; a recovered account needs a new one.",
    "restorable_account": (
        "A deleted account with the same sign-in name or address is in the recycle bin; it may be this "
        "mailbox's, and can still be restored."
    ),
    "exchange_guid_in_use": "Another mailbox has the same ExchangeGuid; no command can tell the two apart.",
    "archive_guid_in_use": (
        "An active mailbox has the same ArchiveGuid; licensing or synchronizing may hard-delete the old one."
    ),
    "object_id_mismatch": (
        "Its account is gone, and another account has the same source anchor or sign-in name "
        '(a "duplicate user").'
    ),
    "not_a_user": "Its object id belongs to a group, not to an account.",
    "inactive_listings_differ": (
        "The two mailbox listings disagree on whether a hold keeps it; it is treated as not known."
    ),
}
"""Every code and its consequence in plain words."""

AMBIGUOUS = frozenset({"exchange_guid_in_use"})
"""With these no printed command could be sure to reach the right object."""


class _Owner(NamedTuple):
    """Who holds a name or address today."""

    object_id: str | None
    record_id: str


def find_conflicts(joined: Joined, states: States, cases: npt.NDArray[np.int64]) -> Conflicts:
    """Return the conflicts of the given cases (the findings), in a stable order."""
    found: Conflicts = defaultdict(list)
    for case, code, other in [
        *_listed_twice(joined, cases),
        *_siblings(joined, cases),
        *_other_owners(joined, states, cases),
        *_reused_guids(joined, cases),
        *_disagreements(joined, states, cases),
    ]:
        found[case].append({"code": code, "with": other, "note": NOTES[code]})
    return {
        case: sorted(records, key=lambda r: (str(r["code"]), str(r["with"])))
        for case, records in found.items()
    }


_Found = Iterator[tuple[int, str, str | None]]


def _listed_twice(joined: Joined, cases: npt.NDArray[np.int64]) -> _Found:
    accounts, mailboxes = joined.accounts, joined.mailboxes
    both = (accounts["deleted_rows"] > 0) & (accounts["present_rows"] > 0)
    repeated = (accounts["deleted_rows"] > 1) | (accounts["present_rows"] > 1)
    rows = mailboxes[["soft_rows", "inactive_rows", "active_rows"]].max(axis=1).to_numpy()
    for case in _where(cases, joined.account, repeated.to_numpy()):
        yield case, "duplicate_object_id", str(accounts["id"].iloc[joined.account[case]])
    for case in _where(cases, joined.account, both.to_numpy()):
        yield case, "present_and_deleted", str(accounts["id"].iloc[joined.account[case]])
    for case in _where(cases, joined.mailbox, rows > 1):
        yield case, "duplicate_exchange_guid", str(mailboxes["key"].iloc[joined.mailbox[case]])


def _where(
    cases: npt.NDArray[np.int64], side: npt.NDArray[np.int64], marks: npt.NDArray[np.bool_]
) -> list[int]:
    """Return the cases whose record on this side is marked."""
    if not marks.any():
        return []
    hits = np.append(marks, np.False_)[side[cases]]
    return [int(case) for case in cases[hits]]


def _siblings(joined: Joined, cases: npt.NDArray[np.int64]) -> _Found:
    """Find mailboxes that share an object id, whether or not an account has it."""
    ids = joined.mailboxes["ExternalDirectoryObjectId"]
    shared = (ids.duplicated(keep=False) & ids.astype(bool)).to_numpy()
    if not shared.any():
        return
    groups = joined.mailboxes[shared].groupby(ids[shared], sort=True)["key"].apply(list)
    for case in _where(cases, joined.mailbox, shared):
        position = joined.mailbox[case]
        own = joined.mailboxes["key"].iloc[position]
        others = [key for key in groups[ids.iloc[position]] if key != own]
        yield from ((case, "several_mailboxes", key) for key in others[:_MOST_NAMED])


def _other_owners(joined: Joined, states: States, cases: npt.NDArray[np.int64]) -> _Found:
    """Find who uses a finding's sign-in name, addresses or source anchor today."""
    upns = [name and name.lower() for name in sign_in_names(joined, cases)]
    addresses = _addresses(joined, cases)
    upn_owners = _owners_of_names(joined, {upn for upn in upns if upn})
    smtp_owners = _owners_of_addresses(joined, {address for own in addresses for address in own})
    in_bin = _deleted_by_name(joined, {*filter(None, upns), *(a for own in addresses for a in own)})
    own_ids = _own_ids(joined, cases)
    account_ids = joined.accounts["id"].tolist()
    mailbox_ids = joined.of_mailbox("ExternalDirectoryObjectId")
    for case, upn, own_addresses, own in zip(cases.tolist(), upns, addresses, own_ids, strict=True):
        names = sorted({o.record_id for o in upn_owners.get(upn or "", ()) if own.isdisjoint(o)})
        yield from ((case, "upn_in_use", name) for name in names)
        holders = {
            o.record_id
            for address in own_addresses
            for o in smtp_owners.get(address, ())
            if own.isdisjoint(o)
        }
        yield from ((case, "smtp_in_use", holder) for holder in sorted(holders))
        claimed_by = states.claimed_by[case]
        others = {account_ids[claimed_by]} if claimed_by >= 0 else set()
        if joined.account[case] < 0 and mailbox_ids[case]:
            others |= set(names)
        yield from ((case, "object_id_mismatch", id_) for id_ in sorted(others))
        if joined.account[case] < 0:
            deleted = {id_ for name in (upn or "", *own_addresses) for id_ in in_bin.get(name, ())}
            yield from ((case, "restorable_account", id_) for id_ in sorted(deleted - others))


def _addresses(joined: Joined, cases: npt.NDArray[np.int64]) -> list[set[str]]:
    """Return each case's SMTP addresses, lower case."""
    sources = (
        joined.of_mailbox("EmailAddresses")[cases],
        joined.of_account("proxyAddresses")[cases],
        [(a,) if a else None for a in joined.of_mailbox("PrimarySmtpAddress")[cases]],
    )
    return [
        {address for values in row for address in smtp_addresses(values)}
        for row in zip(*sources, strict=True)
    ]


def _own_ids(joined: Joined, cases: npt.NDArray[np.int64]) -> list[set[str | None]]:
    """Return what counts as the case itself: its object id and its mailbox."""
    ids = zip(
        joined.of_account("id")[cases], joined.of_mailbox("ExternalDirectoryObjectId")[cases], strict=True
    )
    keys = joined.of_mailbox("key")[cases]
    return [{id_ for id_ in (a or m, key) if id_} for (a, m), key in zip(ids, keys, strict=True)]


def _owners_of_names(joined: Joined, wanted: set[str]) -> dict[str, list[_Owner]]:
    owners: dict[str, list[_Owner]] = defaultdict(list)
    present = joined.present_accounts
    for name, id_ in zip(present["userPrincipalName"], present["id"], strict=True):
        if name and (lower := name.lower()) in wanted:
            owners[lower].append(_Owner(id_, id_))
    return owners


def _deleted_by_name(joined: Joined, wanted: set[str]) -> dict[str, list[str]]:
    """Find the accounts in the recycle bin that had one of the wanted names or addresses."""
    found: dict[str, list[str]] = defaultdict(list)
    deleted = joined.accounts[(joined.accounts["deleted_rows"] > 0).to_numpy()]
    columns = (deleted[name] for name in ("id", "userPrincipalName", "mail", "proxyAddresses"))
    for id_, upn, mail, addresses in zip(*columns, strict=True):
        names = {
            (without_id_prefix(upn, id_) or "").lower(),
            (mail or "").lower(),
            *smtp_addresses(addresses),
        }
        for name in wanted & names:
            found[name].append(id_)
    return found


def _owners_of_addresses(joined: Joined, wanted: set[str]) -> dict[str, list[_Owner]]:
    """Find present accounts and active mailboxes that hold one of the wanted addresses."""
    owners: dict[str, list[_Owner]] = defaultdict(list)
    records = (
        (joined.present_accounts, "id", "id", "proxyAddresses", "mail"),
        (joined.active_mailboxes, "ExternalDirectoryObjectId", "key", "EmailAddresses", "PrimarySmtpAddress"),
    )
    for frame, object_id, record_id, *addresses in records:
        for own, record, several, primary in zip(
            *(frame[name] for name in (object_id, record_id, *addresses)), strict=True
        ):
            # A person's account and mailbox are one owner: it is named by its object id.
            owner = _Owner(own or None, own or record)
            for address in wanted.intersection(smtp_addresses((*(several or ()), *filter(None, (primary,))))):
                owners[address].append(owner)
    return owners


def _reused_guids(joined: Joined, cases: npt.NDArray[np.int64]) -> _Found:
    """Find mailboxes that share an ExchangeGuid, and active ones that carry a deleted one's ArchiveGuid."""
    mailboxes = joined.mailboxes
    for column, code in (("ExchangeGuid", "exchange_guid_in_use"), ("ArchiveGuid", "archive_guid_in_use")):
        guids = mailboxes[column]
        shared = (guids.duplicated(keep=False) & guids.astype(bool)).to_numpy()
        if not shared.any():
            continue
        holders: dict[str, list[int]] = defaultdict(list)
        for position in np.flatnonzero(shared).tolist():
            holders[guids.iloc[position]].append(position)
        keys, active = mailboxes["key"].tolist(), mailboxes["active"].tolist()
        for case in _where(cases, joined.mailbox, shared):
            own = int(joined.mailbox[case])
            others = [other for other in holders[guids.iloc[own]] if other != own]
            if code == "archive_guid_in_use":
                others = [other for other in others if active[other] and not active[own]]
            yield from ((case, code, keys[other]) for other in others[:_MOST_NAMED])


def _disagreements(joined: Joined, states: States, cases: npt.NDArray[np.int64]) -> _Found:
    mailboxes = joined.mailboxes
    differ = ((mailboxes["inactive"] == 0) & (mailboxes["inactive_rows"] > 0)).to_numpy()
    for case in _where(cases, joined.mailbox, differ):
        yield case, "inactive_listings_differ", None
    group_ids = joined.of_mailbox("ExternalDirectoryObjectId")
    for case in cases[states.subject[cases] == SUBJECTS.index("GroupMailbox")].tolist():
        yield case, "not_a_user", group_ids[case] or None
