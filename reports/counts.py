"""What one counts before reading: findings by class, urgency and outcome, the verdict, the next deadlines."""

import pandas as pd

from audit.clocks import RUNNING_CLOCKS
from audit.coverage import NOT_PROVIDED
from audit.findings import AuditResult
from audit.records import LISTINGS
from reports.glossary import CLASSES, OUTCOMES, URGENCIES

_TELLING = ("users", "mailboxes")
"""Listings without which whole classes of orphans cannot show."""


def counts(findings: pd.DataFrame) -> dict[str, int | dict[str, int]]:
    """Count the findings, each declared value named even where there is none."""
    return {
        "findings": len(findings),
        "by_orphan_class": _count(findings, "orphan_class", CLASSES),
        "by_urgency": _count(findings, "urgency", URGENCIES),
        "by_outcome": _count(findings, "outcome", OUTCOMES),
    }


def verdict(result: AuditResult) -> str:
    """Say in one line whether all that matters was seen."""
    if result.complete:
        absent = {line.query for line in result.coverage if line.reason == NOT_PROVIDED}
        titles = ", ".join(LISTINGS[query].title for query in _TELLING if query in absent)
        of_what = f" for what was provided; not provided: {titles}" if titles else ""
        return f"Coverage complete{of_what}"
    return "INCOMPLETE: " + "; ".join(gap.rstrip(".") for gap in result.gaps)


def unknown_deadline(findings: pd.DataFrame) -> "pd.Series[bool]":
    """Mark the findings with a running clock of which no end is known at all."""
    return findings["act_by"].isna() & (unknown_purge(findings) | unknown_restore(findings))


def unknown_purge(findings: pd.DataFrame) -> "pd.Series[bool]":
    """Mark the findings whose mailbox clock runs to a date that is not known."""
    return findings["mailbox_clock"].isin(RUNNING_CLOCKS) & findings["mailbox_purge_after"].isna()


def unknown_restore(findings: pd.DataFrame) -> "pd.Series[bool]":
    """Mark the findings whose account is in the recycle bin until a date that is not known.

    Not those whose account there is another one with the same source anchor: its deadline is not theirs.
    """
    another = [
        any(conflict["code"] == "object_id_mismatch" for conflict in own) for own in findings["conflicts"]
    ]
    undated = findings["restore_account_by"].isna() & ~pd.Series(another, index=findings.index, dtype=bool)
    return (findings["entra"] == "soft_deleted") & undated


def dated(findings: pd.DataFrame) -> pd.Index:
    """Return the labels of the findings with a known deadline, earliest first."""
    known = findings.loc[findings["act_by"].notna(), ["act_by", "finding_id"]]
    return known.sort_values(["act_by", "finding_id"], kind="stable").index


def by_deadline(findings: pd.DataFrame) -> pd.Index:
    """Return the labels of the findings with a deadline; those of which it is not known come first.

    Labels, not rows: a sorted copy of a large report would double it.
    """
    return findings.index[unknown_deadline(findings)].append(dated(findings))


def _count(findings: pd.DataFrame, column: str, values: dict[str, str]) -> dict[str, int]:
    seen = findings[column].value_counts()
    return {value: int(seen.get(value, 0)) for value in values}


def unknown_sentence(findings: pd.DataFrame) -> str | None:
    """Say how many clocks run to an end that is not known, or nothing where none does."""
    number = int(unknown_deadline(findings).sum())
    if number == 0:
        return None
    return f"{number:,} with a running clock whose end is not known: treat as urgent, first in Deadlines."
