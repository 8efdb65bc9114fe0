"""Cross-checks between listings, and what was not seen that matters (design.md, section 6)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pandas as pd

from audit.join import Joined
from audit.reasons import NOT_KNOWN
from audit.records import LISTINGS, Coverage
from audit.snapshot import Snapshot

NOT_PROVIDED = "not provided"
"""The reason of a listing that the source does not have."""


def cross_check(snapshot: Snapshot, joined: Joined) -> Snapshot:
    """Return the snapshot with coverage corrected by what the listings say of themselves and of each other.

    Rows that do not carry their key hide somebody. Inactive mailboxes must be among the soft-deleted ones:
    where one listing lacks mailboxes the other has, the one that lacks them was not whole
    (facts/exchange.md 2.1).
    """
    coverage = dict(snapshot.coverage)
    for listing, doubt in (*_rows_without_key(snapshot), *_lacking(snapshot, joined)):
        reason = "; ".join(filter(None, [coverage[listing].reason, doubt]))
        coverage[listing] = replace(coverage[listing], complete=False, reason=reason)
    return replace(snapshot, coverage=coverage)


def _rows_without_key(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Find listings some of whose rows cannot be told whose they are.

    For mailboxes only a missing ExternalDirectoryObjectId counts: an empty one is an answer.
    """
    for name, table in snapshot.tables.items():
        listing = LISTINGS[name]
        keys = table.frame[listing.key]
        nameless = keys.isna() if listing.side == "mailboxes" else ~keys.astype(bool)
        if number := int(nameless.sum()):
            yield name, f"{_counted(number, 'row')} without {listing.key}"


def _lacking(snapshot: Snapshot, joined: Joined) -> Iterator[tuple[str, str]]:
    if not {"inactive_mailboxes", "soft_deleted_mailboxes"} <= snapshot.tables.keys():
        return
    mailboxes = joined.mailboxes
    soft, inactive = mailboxes["soft_rows"] > 0, mailboxes["inactive_rows"] > 0
    if number := int((inactive & ~soft).sum()):
        yield (
            "soft_deleted_mailboxes",
            f"it lacks {_counted(number, 'mailbox')} of the inactive-mailboxes listing",
        )
    if number := int((soft & ~inactive & (mailboxes["inactive"] == 1)).sum()):
        yield "inactive_mailboxes", f"it lacks {_counted(number, 'mailbox')} with IsInactiveMailbox True"


def gaps_of(coverage: Iterable[Coverage], findings: pd.DataFrame) -> tuple[str, ...]:
    """Return what was not seen and matters.

    That is: listings cut short, absent ones that would have decided a finding, and columns not exported that
    left a finding undetermined.
    """
    gaps = []
    for line in coverage:
        heading = LISTINGS[line.query].heading
        if not line.complete and line.reason != NOT_PROVIDED:
            gaps.append(f"{heading} were not seen whole: {line.reason}.")
        elif not line.complete and (number := _naming(f"{heading}: {NOT_PROVIDED}.", findings)):
            cases = _counted(number, "finding")
            gaps.append(f"{heading} were not provided, and {cases} could not be decided without them.")
    return (*gaps, *_unsaid(findings))


def _naming(needle: str, findings: pd.DataFrame) -> int:
    """Count the findings that name something as missing evidence."""
    return sum(needle in missing for missing in findings["missing_evidence"])


def _unsaid(findings: pd.DataFrame) -> Iterator[str]:
    """Name what the listings do not say of findings that are undetermined for it.

    Not where they say it twice and differently: that is a conflict, and no column is missing.
    """
    disputed = [any(c["code"] == "inactive_listings_differ" for c in own) for own in findings["conflicts"]]
    open_ = findings[(findings["orphan_class"] == "undetermined") & ~pd.Series(disputed, dtype=bool)]
    unsaid = Counter(
        text for missing in open_["missing_evidence"] for text in missing if text.startswith(NOT_KNOWN)
    )
    for text, number in sorted(unsaid.items()):
        yield f"{_counted(number, 'finding')} could not be decided. {text}"


def _counted(number: int, noun: str) -> str:
    plural = noun + ("es" if noun.endswith("x") else "s")
    return f"{number:,} {noun if number == 1 else plural}"
