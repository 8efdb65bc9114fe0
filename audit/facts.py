"""The facts that split scenarios into branches, each true, false or not known.

A mailbox disconnected by its license is seen in two ways (needs-and-peers.md F7): it is listed as
soft-deleted by Disable, or, as Microsoft's article says, it is not listed and only the account's plans tell.
"""

import numpy as np
import pandas as pd

from audit.join import Joined, Positions, Trits, marked
from audit.licenses import LicenseState, license_state
from audit.snapshot import Snapshot
from audit.windows import Windows


def read_licenses(joined: Joined) -> dict[int, LicenseState]:
    """Read the plans of the accounts whose mailbox is missing, or was disabled rather than removed."""
    wanted = (joined.account >= 0) & ((joined.mailbox < 0) | (joined.trits_of_mailbox("by_disable") == 1))
    plans = joined.of_account("assignedPlans")
    return {int(case): license_state(plans[case]) for case in np.flatnonzero(wanted)}


def read_facts(
    snapshot: Snapshot,
    joined: Joined,
    other: Positions,
    licenses: dict[int, LicenseState],
    complete: set[str],
    windows: Windows,
) -> dict[str, Trits]:
    """Read every fact of every case, by the names of `audit.decision_table.FACTS`.

    `other` is the duplicate user of each case, or -1; `complete` names the listings that were seen whole.
    """
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
        if joined.mailbox[case] >= 0:
            held = facts["is_inactive_mailbox"][case] == 1
            facts["license_removed"][case] = not held and state.has_license is not True
        else:
            facts["license_removed"][case] = -1 if state.had_plan is None else state.removed and not too_old
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
    listed = marked(joined.mailboxes["inactive_rows"] > 0, joined.mailbox)
    said = np.where((said == -1) & listed, 1, said)
    said = np.where((said == -1) & ("inactive_mailboxes" in complete), 0, said)
    return np.where((said == 0) & listed, -1, said).astype(np.int8)


def _has_active_mailbox(joined: Joined, complete: set[str]) -> Trits:
    with_active = np.zeros(len(joined.accounts) + 1, dtype=bool)
    with_active[joined.account[joined.is_active()]] = True
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
