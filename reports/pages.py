"""The two free-form sheets: Summary, which is read first, and Coverage, which proves nothing was lost.

Both are made of lines; how a line looks is its style, and the ink is the writer's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

import pandas as pd

from audit.findings import AuditResult, TieOutSide
from audit.tie_out import EXCLUSIONS
from reports.counts import dated, unknown_sentence, verdict
from reports.glossary import CLASSES, URGENCIES
from reports.run_info import RunInfo
from reports.table import Value
from reports.values import instants, plain

NEXT_DEADLINES = 10

WHERE_NEXT: tuple[tuple[str, str], ...] = (
    ("Deadlines", "what is lost when, the earliest first: begin here"),
    ("Runbook", "the exact commands, to filter by person, review and run"),
    ("All findings", "every field of every finding, to filter and to quote"),
    ("Coverage", "what was read, what was not, and the proof that every row is accounted for"),
    ("Glossary", "what each word, value and column means"),
)


class Style(StrEnum):
    """How a line looks."""

    GOOD = "good"
    BAD = "bad"
    HEADING = "heading"
    HEADER = "header"
    SENTENCE = "sentence"
    """One text across the page."""
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page."""

    style: Style
    cells: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A free-form sheet: widths of its columns, and its lines."""

    name: str
    widths: tuple[int, ...]
    lines: tuple[Line, ...]


def summary(result: AuditResult, run: RunInfo) -> Page:
    """Return the first sheet: verdict, what is urgent, the next deadlines, counts, where to look, run."""
    lines = (
        *_verdict(result),
        _heading(f"Findings: {len(result.findings):,}, by urgency"),
        *_count_rows(result.findings["urgency"], URGENCIES),
        _heading("Next deadlines"),
        *_next_deadlines(result.findings),
        _heading("Findings by class"),
        *_count_rows(result.findings["orphan_class"], CLASSES),
        _heading("Where to look next"),
        *(_row(name, None, text) for name, text in WHERE_NEXT),
        _heading("Run"),
        *_run_rows(run),
    )
    return Page("Summary", (30, 19, 11, 28, 29, 90), lines)


def coverage(result: AuditResult) -> Page:
    """Return the coverage of each listing and the tie-out of each side."""
    lines = (
        *_verdict(result),
        _heading("Listings read"),
        Line(Style.HEADER, ("query", "complete", "pages", "rows", "retries", "reason")),
        *(_row(c.query, c.complete, c.pages, c.rows, c.retries, c.reason) for c in result.coverage),
        *(line for name, side in result.tie_out.items() for line in _side(name, side)),
        *((_heading("Notes"), *(_sentence(note) for note in result.notes)) if result.notes else ()),
    )
    return Page("Coverage", (44, 11, 11, 11, 11, 90), lines)


def _verdict(result: AuditResult) -> Iterator[Line]:
    if result.complete:
        yield Line(Style.GOOD, (verdict(result),))
        return
    several = len(result.gaps) > 1
    yield Line(Style.BAD, (f"INCOMPLETE: {len(result.gaps)} gaps" if several else verdict(result),))
    for gap in result.gaps if several else ():
        yield _sentence(f"\u2022 {gap}")
    yield _sentence("What was not seen is reported as not known, never as gone.")


def _run_rows(run: RunInfo) -> Iterator[Line]:
    yield _row("tenant", run.tenant)
    yield _row("judged as of (UTC)", _naive(run.as_of))
    yield _row("records taken at (UTC)", _naive(run.taken_at))
    yield _row("started (UTC)", _naive(run.started_at))
    yield _row("finished (UTC)", _naive(run.finished_at))
    yield _row("source", run.source)
    yield _row("run", run.run_id)
    yield _row("tool version", run.tool_version)


def _count_rows(values: "pd.Series[str]", meanings: dict[str, str]) -> Iterator[Line]:
    seen = values.value_counts()
    for value, meaning in meanings.items():
        yield _row(value, int(seen.get(value, 0)), meaning)


def _next_deadlines(findings: pd.DataFrame) -> Iterator[Line]:
    if unknown := unknown_sentence(findings):
        yield _sentence(unknown)
    nearest = findings.loc[dated(findings)[:NEXT_DEADLINES]]
    if nearest.empty:
        yield _sentence("No deadline is known.")
        return
    yield Line(
        Style.HEADER, ("urgency", "act_by (UTC)", "days_left", "display_name", "orphan_class", "action")
    )
    names = ("urgency", "days_left", "display_name", "orphan_class", "action")
    rows = zip(instants(nearest["act_by"]), *(plain(nearest[name]) for name in names), strict=True)
    for act_by, urgency, days, name, kind, action in rows:
        yield _row(urgency, act_by, days, name, kind, action)


def _side(name: str, side: TieOutSide) -> Iterator[Line]:
    yield _heading(f"Tie-out: {name}")
    yield _row("rows in", side.rows_in)
    yield _row("= in findings", side.in_findings)
    for reason, rows in side.excluded.items():
        yield _row(f"+ excluded: {reason}", rows, EXCLUSIONS.get(reason))
    yield _row("balanced", side.balanced)


def _heading(text: str) -> Line:
    return Line(Style.HEADING, (text,))


def _sentence(text: str) -> Line:
    return Line(Style.SENTENCE, (text,))


def _row(*cells: Value) -> Line:
    return Line(Style.ROW, cells)


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
