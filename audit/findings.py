"""A finding: one judged case. Its fields are the contract of `findings.json` (design.md, section 4).

Findings travel as one pandas frame with the columns of `FIELDS`, most urgent first, plus ``steps``:
the same commands grouped under what each is for, for the runbook.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import pandas as pd

from audit.records import Coverage


class FieldKind(StrEnum):
    """How a field is stored in the frame."""

    TEXT = "text"
    """object: str or None."""
    INSTANT = "instant"
    """datetime64[us, UTC]; NaT is null."""
    FLAG = "flag"
    """boolean; NA is null."""
    COUNT = "count"
    """Int64; NA is null."""
    TEXTS = "texts"
    """object: a tuple of str, empty rather than null."""
    RECORDS = "records"
    """object: a tuple of dicts, empty rather than null."""
    RECORD = "record"
    """object: a dict or None."""


class Field(NamedTuple):
    """One field of a finding."""

    name: str
    kind: FieldKind
    meaning: str


class Step(NamedTuple):
    """One step of a runbook: what it is for, and the commands to run, in order (may be none)."""

    say: str
    commands: tuple[str, ...]


_T, _I, _F, _C = FieldKind.TEXT, FieldKind.INSTANT, FieldKind.FLAG, FieldKind.COUNT

FIELDS: tuple[Field, ...] = (
    Field("finding_id", _T, "Stable across runs: mailbox:<ExchangeGuid> or account:<object id>."),
    Field("display_name", _T, "Display name."),
    Field("user_principal_name", _T, "Sign-in name; the id Entra puts before a deleted user's is removed."),
    Field("primary_smtp_address", _T, "Primary e-mail address."),
    Field("external_directory_object_id", _T, "Object id of the account; null once the account was purged."),
    Field("exchange_guid", _T, "The mailbox's own id; every command addresses the mailbox by it."),
    Field("recipient_type", _T, "Kind of mailbox, as Exchange names it."),
    Field(
        "on_premises",
        _T,
        "On-premises account: managed (no directory sync), present or deleted; null: not known.",
    ),
    Field("entra", _T, "Entra ID account: present, soft_deleted or hard_deleted; null: not known."),
    Field("mailbox", _T, "Mailbox: present, soft_deleted or not_present; null: not known."),
    Field(
        "is_inactive_mailbox", _F, "True where a hold keeps the soft-deleted mailbox, so that no clock runs."
    ),
    Field(
        "scenario", _T, "Row of KB 20804's table: <on_premises>-<entra>-<mailbox>; null while several remain."
    ),
    Field("branch", _T, "Branch of the scenario that fired; null where it has none or several remain."),
    Field("scenario_candidates", FieldKind.TEXTS, "Scenarios not ruled out; one where scenario is set."),
    Field(
        "missing_evidence",
        FieldKind.TEXTS,
        "What would decide between the candidates, or complete the answer.",
    ),
    Field("orphan_class", _T, "What kind of orphan this is; see the glossary."),
    Field("outcome", _T, "What Microsoft's guide promises: recoverable, contact_support, not_recoverable …"),
    Field("account_deleted_at", _I, "When the account was deleted."),
    Field("mailbox_soft_deleted_at", _I, "When the mailbox was soft-deleted."),
    Field("hold_released_at", _I, "When the last hold went and the mailbox stopped being inactive."),
    Field("license_removed_at", _I, "When the Exchange license was removed."),
    Field("date_source", FieldKind.RECORD, "For each of these dates, the field it came from."),
    Field("restore_account_by", _I, "Nominal end of the account's time in the recycle bin."),
    Field(
        "mailbox_clock", _T, "Which clock runs: soft_deleted, hold_released, license_removed, held or none."
    ),
    Field("mailbox_purge_after", _I, "Nominal end of the mailbox's clock; null while held or not known."),
    Field("act_by", _I, "The earliest deadline that applies."),
    Field("at_stake", _T, "What is lost at act_by: account, mailbox, account_and_mailbox or nothing."),
    Field("days_left", _C, "Whole days to act_by, rounded down; negative once past."),
    Field("urgency", _T, "overdue, critical, high, soon, ok, held (no clock runs) or none."),
    Field("holds", FieldKind.RECORDS, "Holds on the mailbox, decoded: kind, id, retains, token."),
    Field("blockers", FieldKind.TEXTS, "What makes a recovery command fail; checked before any is printed."),
    Field("conflicts", FieldKind.RECORDS, "Other objects that claim the same identity: code, with, note."),
    Field("action", _T, "What to do, in one sentence."),
    Field(
        "commands", FieldKind.TEXTS, "The exact commands in order, non-destructive first; none where unsafe."
    ),
    Field("warnings", FieldKind.TEXTS, "What to know before running them."),
    Field("kb", FieldKind.RECORD, "Microsoft's article: number and anchor."),
    Field("reasons", FieldKind.TEXTS, "The rules that fired, with the values they saw."),
)
"""Every field of a finding, in order."""


@dataclass(frozen=True, slots=True)
class TieOutSide:
    """One side of the tie-out: every row read is in a finding or in one counted exclusion."""

    rows_in: int
    in_findings: int
    excluded: dict[str, int] = field(default_factory=dict)
    """Rows by reason (`audit.tie_out.EXCLUSIONS` says what each means)."""

    @property
    def rows_accounted(self) -> int:
        """Rows in findings and in exclusions together."""
        return self.in_findings + sum(self.excluded.values())

    @property
    def balanced(self) -> bool:
        """Whether rows in equal rows accounted for."""
        return self.rows_in == self.rows_accounted


@dataclass(frozen=True, slots=True)
class AuditResult:
    """All that one audit concluded."""

    as_of: datetime
    tenant: str
    source: str
    taken_at: datetime
    findings: pd.DataFrame
    coverage: tuple[Coverage, ...]
    tie_out: dict[str, TieOutSide]
    """By side: users, mailboxes, on_premises."""
    excluded: pd.DataFrame
    """What is not an orphan: side, id, exchange_guid, display_name, user_principal_name,
    primary_smtp_address, reason (`explain` looks here)."""
    gaps: tuple[str, ...] = ()
    """What was not seen and matters, in plain words: a listing cut short, or one not provided that
    would have decided a case."""
    notes: tuple[str, ...] = ()
    """What a reader should know about the collection, in plain words."""

    @property
    def complete(self) -> bool:
        """Whether nothing that matters was left unseen."""
        return not self.gaps
