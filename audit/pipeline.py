"""The audit: a snapshot in, findings out.

Reads no clock and no network; the same input gives the same result.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd

from audit.assemble import findings_of
from audit.classify import classify
from audit.clocks import read_clocks
from audit.conflicts import find_conflicts
from audit.coverage import cross_check, gaps_of
from audit.decision_table import DecisionTable
from audit.findings import AuditResult
from audit.identity import excluded_of
from audit.join import join
from audit.judged import Judged
from audit.memory import collector_paused
from audit.scenarios import load_table
from audit.snapshot import Snapshot
from audit.states import read_states
from audit.tie_out import tie_out
from audit.windows import UrgencyLimits, Windows


def run_audit(
    snapshot: Snapshot,
    as_of: datetime,
    windows: Windows | None = None,
    limits: UrgencyLimits | None = None,
    table: DecisionTable | None = None,
) -> AuditResult:
    """Judge everything in the snapshot as it stands at `as_of` (UTC).

    Raises `TieOutError` where rows read and rows accounted for differ.
    """
    with collector_paused():
        table = table or load_table()
        judged = judge(replace(snapshot, as_of=as_of), table, windows or Windows(), limits or UrgencyLimits())
        return report(judged, table)


def judge(snapshot: Snapshot, table: DecisionTable, windows: Windows, limits: UrgencyLimits) -> Judged:
    """Join, read the states, classify, and read the clocks of every case."""
    joined = join(snapshot)
    snapshot = cross_check(snapshot, joined)
    states = read_states(snapshot, joined, windows)
    decisions, decision_of = classify(table, states)
    classes = np.array([decision.orphan_class for decision in decisions], dtype=object)[decision_of]
    clocks = read_clocks(joined, states, classes, pd.Timestamp(snapshot.as_of), windows, limits)
    return Judged(snapshot, joined, states, decisions, decision_of, clocks)


def report(judged: Judged, table: DecisionTable) -> AuditResult:
    """Turn what was judged into findings with their advice, and prove that every row is accounted for."""
    snapshot = judged.snapshot
    sides = tie_out(snapshot, judged.joined, judged.states, judged.exclusions)
    conflicts = find_conflicts(judged.joined, judged.states, judged.findings)
    findings = findings_of(table, judged, conflicts)
    coverage = tuple(snapshot.coverage.values())
    return AuditResult(
        as_of=snapshot.as_of,
        tenant=snapshot.tenant,
        source=snapshot.source,
        taken_at=snapshot.taken_at,
        findings=findings,
        coverage=coverage,
        tie_out=sides,
        excluded=excluded_of(judged),
        gaps=gaps_of(coverage, findings),
        notes=(*snapshot.notes, *_later_than(judged)),
    )


def _later_than(judged: Judged) -> Iterator[str]:
    """Say so where rows are dated after the instant they are judged by: the days left are then no plan."""
    dates = (judged.clocks.account_deleted_at, judged.clocks.mailbox_soft_deleted_at)
    later = sum(int((date > pd.Timestamp(judged.snapshot.as_of)).sum()) for date in dates)
    if later:
        as_of = f"{judged.snapshot.as_of:%Y-%m-%d %H:%M} UTC"
        yield f"{later:,} deletions are dated after {as_of}, the instant all is judged by."
