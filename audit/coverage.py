"""Cross-checks between listings, and what was not seen that matters (design.md, section 6)."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from audit.join import Joined
from audit.records import LISTINGS, Coverage
from audit.snapshot import Snapshot

NOT_PROVIDED = "not provided"
"""The reason of a listing that the source does not have."""


def cross_check(snapshot: Snapshot, joined: Joined) -> Snapshot:
    """Return the snapshot with coverage corrected: inactive mailboxes must be among the soft-deleted ones.

    Where one listing lacks mailboxes the other has, the one that lacks them was not whole
    (facts/exchange.md 2.1).
    """
    if "inactive_mailboxes" not in snapshot.tables or "soft_deleted_mailboxes" not in snapshot.tables:
        return snapshot
    mailboxes = joined.mailboxes
    soft, inactive = mailboxes["soft_rows"] > 0, mailboxes["inactive_rows"] > 0
    coverage = dict(snapshot.coverage)
    lacking = {
        "soft_deleted_mailboxes": (
            int((inactive & ~soft).sum()),
            "of the inactive-mailboxes listing are missing from it",
        ),
        "inactive_mailboxes": (
            int((soft & ~inactive & (mailboxes["inactive"] == 1)).sum()),
            "with IsInactiveMailbox True are missing from it",
        ),
    }
    for listing, (number, what) in lacking.items():
        if number:
            reason = "; ".join(filter(None, [coverage[listing].reason, f"{number} mailboxes {what}"]))
            coverage[listing] = replace(coverage[listing], complete=False, reason=reason)
    return replace(snapshot, coverage=coverage)


def gaps_of(coverage: Iterable[Coverage], findings: pd.DataFrame) -> tuple[str, ...]:
    """Return what was not seen and matters.

    That is: listings cut short, and absent ones that would have decided a finding.
    """
    gaps = []
    for line in coverage:
        if line.complete:
            continue
        title = LISTINGS[line.query].title
        if line.reason != NOT_PROVIDED:
            gaps.append(f"{title.capitalize()} were not seen whole: {line.reason}.")
        elif number := _left_open(line.query, findings):
            cases = "1 finding" if number == 1 else f"{number} findings"
            gaps.append(
                f"{title.capitalize()} were not provided, and {cases} could not be decided without them."
            )
    return tuple(gaps)


def _left_open(listing: str, findings: pd.DataFrame) -> int:
    """Count the findings that name a listing as missing evidence."""
    needle = f"{LISTINGS[listing].title.capitalize()}: {NOT_PROVIDED}."
    return sum(needle in missing for missing in findings["missing_evidence"])
