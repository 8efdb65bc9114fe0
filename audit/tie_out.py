"""The tie-out: every row read is in exactly one finding or in exactly one counted exclusion.

Rows in are counted in the tables as they were read, rows accounted for in the cases as they were judged;
if the two differ the run fails, because then the report would be wrong in a way nobody could see.
"""

from collections import Counter
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from audit.errors import TieOutError
from audit.findings import TieOutSide
from audit.join import Joined
from audit.on_premises import accounts_of, guid_of_anchor
from audit.records import LISTINGS
from audit.snapshot import Snapshot
from audit.states import States

EXCLUSIONS = {
    "healthy": "A present account with its active mailbox.",
    "no_sign_of_an_orphan": (
        "Present or active, nothing suggests an orphan, "
        "but a listing that would confirm it was not whole or not provided."
    ),
    "present_without_mailbox": "A present account with no mailbox and no license removed within the window.",
    "never_had_a_mailbox": "A deleted account with no sign of a mailbox: no Exchange plan, no address.",
    "guest": "A guest account; its mailbox is elsewhere.",
    "system_mailbox": "A mailbox of the service itself, such as a discovery mailbox.",
    "GroupMailbox": "The active mailbox of a Microsoft 365 group.",
    "PublicFolderMailbox": "An active public-folder mailbox.",
    "no_object_id": "A row without an object id; it cannot be told whose it is.",
    "account_is_no_orphan": "The on-premises account of a cloud account that is no orphan.",
    "no_cloud_account": "An on-premises account that no cloud account or mailbox read here comes from.",
}
"""Why a row is no finding, in plain words."""


def tie_out(
    snapshot: Snapshot, joined: Joined, states: States, reasons: npt.NDArray[np.object_]
) -> dict[str, TieOutSide]:
    """Account for every row; `reasons` gives each case's exclusion, or None for a finding.

    Raises `TieOutError` where a side does not balance.
    """
    sides = {
        "users": _users(snapshot, joined, reasons),
        "mailboxes": _mailboxes(snapshot, joined, reasons),
        "on_premises": _on_premises(snapshot, states, reasons),
    }
    wrong = [
        f"{name}: {side.rows_in} rows in, {side.rows_accounted} accounted for"
        for name, side in sides.items()
        if not side.balanced
    ]
    if wrong:
        raise TieOutError(
            "The tie-out does not balance, nothing was written: " + "; ".join(wrong) + ".",
            "Please report this with the snapshot; it is a bug.",
        )
    return sides


def _rows_in(snapshot: Snapshot, side: str) -> int:
    return sum(len(table.frame) for name, table in snapshot.tables.items() if LISTINGS[name].side == side)


def _users(snapshot: Snapshot, joined: Joined, reasons: npt.NDArray[np.object_]) -> TieOutSide:
    """Count each account once: as a finding if any of its cases is one."""
    rows_in = _rows_in(snapshot, "users")
    reason_of: dict[int, str | None] = {}
    for account, reason in zip(joined.account.tolist(), reasons.tolist(), strict=True):
        if account >= 0:
            reason_of[account] = None if reason is None else reason_of.get(account, reason)
    rows = joined.accounts["rows"].to_numpy()
    tables = [table for name, table in snapshot.tables.items() if LISTINGS[name].side == "users"]
    unnamed = {"no_object_id": sum(int((~table.frame["id"].astype(bool)).sum()) for table in tables)}
    return _side(rows_in, ((reason, int(rows[account])) for account, reason in reason_of.items()), unnamed)


def _mailboxes(snapshot: Snapshot, joined: Joined, reasons: npt.NDArray[np.object_]) -> TieOutSide:
    rows = joined.mailboxes["rows"].to_numpy()
    pairs = zip(joined.mailbox.tolist(), reasons.tolist(), strict=True)
    counted = ((reason, int(rows[mailbox])) for mailbox, reason in pairs if mailbox >= 0)
    return _side(_rows_in(snapshot, "mailboxes"), counted, {})


def _on_premises(snapshot: Snapshot, states: States, reasons: npt.NDArray[np.object_]) -> TieOutSide:
    """Count an on-premises account with the cloud account or mailbox that comes from it."""
    rows_in = _rows_in(snapshot, "on_premises")
    if not rows_in:
        return TieOutSide(0, 0)
    is_finding: dict[str, bool] = {}
    for anchor, reason in zip(states.anchor.tolist(), reasons.tolist(), strict=True):
        if guid := guid_of_anchor(anchor):
            is_finding[guid] = is_finding.get(guid, False) or reason is None
    found = (
        [is_finding[anchor] for anchor in anchors if anchor in is_finding]
        for *_, anchors in accounts_of(snapshot)
    )
    reason = {True: None, False: "account_is_no_orphan", None: "no_cloud_account"}
    return _side(rows_in, ((reason[any(own) if own else None], 1) for own in found), {})


def _side(rows_in: int, counted: Iterable[tuple[str | None, int]], extra: dict[str, int]) -> TieOutSide:
    rows: Counter[str | None] = Counter(extra)
    for reason, number in counted:
        rows[reason] += number
    in_findings = rows.pop(None, 0)
    return TieOutSide(
        rows_in,
        in_findings,
        {str(reason): number for reason, number in sorted(rows.items(), key=str) if number},
    )
