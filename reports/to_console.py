"""The run in plain text, for a terminal or the mail of a scheduler: the verdict is the first line."""

import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from audit.findings import AuditResult
from audit.powershell import visible
from reports.counts import dated, unknown_sentence, verdict
from reports.glossary import CLASSES, URGENCIES
from reports.run_info import RunInfo, iso_utc
from reports.values import instants, plain

WIDTH = 100
MOST_URGENT = 10
OPEN_FIRST = "mailbox-orphans.xlsx"

_NAME_WIDTH = 40


def summary(result: AuditResult, run: RunInfo, paths: Iterable[Path] = ()) -> str:
    """Return verdict, counts, the most urgent findings, and where the files are."""
    blocks = (
        _wrapped(verdict(result)),
        _wrapped(f"{visible(run.tenant)}, as of {iso_utc(run.as_of)}: {_findings(len(result.findings))}"),
        _counts("By urgency", result.findings["urgency"], URGENCIES),
        _counts("By class", result.findings["orphan_class"], CLASSES),
        _most_urgent(result.findings),
        _files(tuple(paths)),
    )
    return "\n\n".join("\n".join(lines) for block in blocks if (lines := [*block])) + "\n"


def _findings(number: int) -> str:
    return "no findings" if number == 0 else f"{number:,} finding{'s' if number > 1 else ''}"


def _wrapped(text: str) -> Iterator[str]:
    yield from textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _counts(title: str, values: "pd.Series[str]", meanings: dict[str, str]) -> Iterator[str]:
    seen = values.value_counts()
    named = [f"{value} {seen[value]:,}" for value in meanings if value in seen]
    if named:
        yield from _wrapped(f"{title}: {', '.join(named)}")


def _most_urgent(findings: pd.DataFrame) -> Iterator[str]:
    if unknown := unknown_sentence(findings):
        yield from _wrapped(unknown)
    ordered = dated(findings)
    if ordered.empty:
        return
    yield f"Most urgent ({min(len(ordered), MOST_URGENT)} of {len(ordered):,} with a known deadline):"
    nearest = findings.loc[ordered[:MOST_URGENT]]
    names = ("urgency", "display_name", "user_principal_name", "finding_id", "orphan_class")
    rows = zip(instants(nearest["act_by"]), *(plain(nearest[name]) for name in names), strict=True)
    for act_by, urgency, name, upn, finding_id, kind in rows:
        who = _cut(visible(upn or name or finding_id), _NAME_WIDTH)
        yield f"  {act_by:%Y-%m-%d %H:%M}Z  {urgency or '':<9} {who:<{_NAME_WIDTH}} {kind or ''}".rstrip()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "\u2026"


def _files(paths: tuple[Path, ...]) -> Iterator[str]:
    if not paths:
        return
    yield f"Files in {paths[0].parent}:"
    yield "  " + ", ".join(path.name for path in paths)
    if any(path.name == OPEN_FIRST for path in paths):
        yield f"Open {OPEN_FIRST} first; its second sheet lists what is lost when."
