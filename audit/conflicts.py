"""Who else claims the same identity.

Names and addresses are evidence here, never keys: a conflict warns, it joins nothing.
(facts/exchange.md 7, traps 10 and 11; needs-and-peers.md F7, F8 and pains 14 to 17.)
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit.join import Joined
from audit.states import SUBJECTS, States

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
    "exchange_guid_in_use": "An active mailbox has the same ExchangeGuid; no command can tell the two apart.",
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
    cases: npt.NDArray[np.int64], side: npt.NDArray[np.int64], marked: npt.NDArray[np.bool_]
) -> list[int]:
    """Return the cases whose record on this side is marked."""
    if not marked.any():
        return []
    hits = np.append(marked, np.False_)[side[cases]]
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
        yield from ((case, "several_mailboxes", key) for key in groups[ids.iloc[position]] if key != own)


def _other_owners(joined: Joined, states: States, cases: npt.NDArray[np.int64]) -> _Found:
    """Find who uses a finding's sign-in name, addresses or source anchor today."""
    upns = _sign_in_names(joined, cases)
    addresses = _addresses(joined, cases)
    upn_owners = _owners_of_names(joined, {upn for upn in upns if upn})
    smtp_owners = _owners_of_addresses(joined, {address for own in addresses for address in own})
    own_ids = _own_ids(joined, cases)
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
        other = states.other_account[case]
        same_anchor = {str(joined.accounts["id"].iloc[other])} if other >= 0 else set()
        if joined.account[case] < 0 and joined.mailbox[case] >= 0:
            yield from ((case, "object_id_mismatch", id_) for id_ in sorted(same_anchor | set(names)))


def _sign_in_names(joined: Joined, cases: npt.NDArray[np.int64]) -> list[str | None]:
    of_account, of_mailbox = (
        joined.of_account("userPrincipalName")[cases],
        joined.of_mailbox("UserPrincipalName")[cases],
    )
    ids = joined.of_account("id")[cases]
    names = (without_id_prefix(a, i) or m for a, i, m in zip(of_account, ids, of_mailbox, strict=True))
    return [name.lower() if name else None for name in names]


def without_id_prefix(user_principal_name: str | None, object_id: str | None) -> str | None:
    """Remove the 32 hex digits Entra puts before a deleted user's name, only where they are its own id."""
    if not user_principal_name or not object_id:
        return user_principal_name or None
    prefix = object_id.replace("-", "")
    has_prefix = user_principal_name[:32].lower() == prefix
    return user_principal_name[32:] if has_prefix else user_principal_name


def _addresses(joined: Joined, cases: npt.NDArray[np.int64]) -> list[set[str]]:
    """Return each case's SMTP addresses, lower case, those of the service's own domains left out."""
    sources = (
        joined.of_mailbox("EmailAddresses")[cases],
        joined.of_account("proxyAddresses")[cases],
        [(a,) if a else None for a in joined.of_mailbox("PrimarySmtpAddress")[cases]],
    )
    return [
        {address for values in row for address in smtp_addresses(values)}
        for row in zip(*sources, strict=True)
    ]


def smtp_addresses(values: Iterable[str] | None) -> Iterator[str]:
    """Yield the SMTP addresses among proxy addresses, lower case and without prefix."""
    for value in values or ():
        prefix, colon, address = value.partition(":")
        if not colon:
            yield value.lower()
        elif prefix.lower() == "smtp":
            yield address.lower()


def _own_ids(joined: Joined, cases: npt.NDArray[np.int64]) -> list[set[str | None]]:
    """Return what counts as the case itself: its object id and its mailbox."""
    ids = zip(
        joined.of_account("id")[cases], joined.of_mailbox("ExternalDirectoryObjectId")[cases], strict=True
    )
    keys = joined.of_mailbox("key")[cases]
    return [{id_ for id_ in (a or m, key) if id_} for (a, m), key in zip(ids, keys, strict=True)]


def _owners_of_names(joined: Joined, wanted: set[str]) -> dict[str, list[_Owner]]:
    owners: dict[str, list[_Owner]] = defaultdict(list)
    present = joined.accounts[(joined.accounts["present_rows"] > 0).to_numpy()]
    for name, id_ in zip(present["userPrincipalName"], present["id"], strict=True):
        if name and (lower := name.lower()) in wanted:
            owners[lower].append(_Owner(id_, id_))
    return owners


def _owners_of_addresses(joined: Joined, wanted: set[str]) -> dict[str, list[_Owner]]:
    """Find present accounts and active mailboxes that hold one of the wanted addresses."""
    owners: dict[str, list[_Owner]] = defaultdict(list)
    present = joined.accounts[(joined.accounts["present_rows"] > 0).to_numpy()]
    active = joined.mailboxes[joined.mailboxes["active"].to_numpy(dtype=bool)]
    records: list[tuple[Sequence[object], Sequence[str], Sequence[str]]] = [
        (present["proxyAddresses"].tolist(), present["id"].tolist(), present["id"].tolist()),
        (
            active["EmailAddresses"].tolist(),
            active["ExternalDirectoryObjectId"].tolist(),
            active["key"].tolist(),
        ),
    ]
    for addresses, object_ids, record_ids in records:
        for values, object_id, record_id in zip(addresses, object_ids, record_ids, strict=True):
            for address in smtp_addresses(values):  # type: ignore[arg-type]  # a tuple or None, by the declared kind
                if address in wanted:
                    # A person's account and mailbox are one owner: it is named by its object id.
                    owners[address].append(_Owner(object_id or None, object_id or record_id))
    return owners


def _reused_guids(joined: Joined, cases: npt.NDArray[np.int64]) -> _Found:
    """Find active mailboxes that carry a deleted mailbox's ExchangeGuid or ArchiveGuid."""
    active = joined.mailboxes[joined.mailboxes["active"].to_numpy(dtype=bool)]
    for column, code in (("ExchangeGuid", "exchange_guid_in_use"), ("ArchiveGuid", "archive_guid_in_use")):
        held = pd.Series(active["key"].to_numpy(), index=active[column].to_numpy())
        held = held[held.index.astype(bool)]
        own = joined.of_mailbox(column)
        is_deleted = ~np.append(joined.mailboxes["active"].to_numpy(dtype=bool), np.True_)[joined.mailbox]
        for case in cases[is_deleted[cases]].tolist() if len(held) else ():
            if own[case] and own[case] in held.index:
                yield case, code, str(held.loc[[own[case]]].iloc[0])


def _disagreements(joined: Joined, states: States, cases: npt.NDArray[np.int64]) -> _Found:
    mailboxes = joined.mailboxes
    differ = ((mailboxes["inactive"] == 0) & (mailboxes["inactive_rows"] > 0)).to_numpy()
    for case in _where(cases, joined.mailbox, differ):
        yield case, "inactive_listings_differ", None
    group_ids = joined.of_mailbox("ExternalDirectoryObjectId")
    for case in cases[states.subject[cases] == SUBJECTS.index("GroupMailbox")].tolist():
        yield case, "not_a_user", group_ids[case] or None
