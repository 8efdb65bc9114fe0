"""Every column of every table, declared once; writers differ only in ink.

Rows are made here, column by column and a few thousand at a time, for the workbook and the CSV alike.
The two free-form sheets, Summary and Coverage, are in `reports.pages`.
"""

from collections.abc import Iterator
from itertools import islice

import pandas as pd

from audit.findings import FIELDS, Field, FieldKind
from audit.powershell import visible
from reports.counts import by_deadline, unknown_purge, unknown_restore
from reports.glossary import entries
from reports.readable import reader_of
from reports.runbook import block, name_of, preamble
from reports.table import Chunk, Column, Ink, Table, Value
from reports.values import CHUNK_ROWS, chunked, instants, plain

DEADLINE_UNKNOWN = "deadline unknown"

_INKS = {FieldKind.INSTANT: Ink.INSTANT, FieldKind.FLAG: Ink.FLAG, FieldKind.COUNT: Ink.NUMBER}
_INK_WIDTHS = {Ink.INSTANT: 18, Ink.FLAG: 12, Ink.NUMBER: 10, Ink.TEXT: 20}
_WIDTHS = {
    "finding_id": 45,
    "display_name": 28,
    "user_principal_name": 36,
    "primary_smtp_address": 36,
    "external_directory_object_id": 38,
    "exchange_guid": 38,
    "scenario": 38,
    "scenario_candidates": 38,
    "missing_evidence": 40,
    "orphan_class": 26,
    "urgency": 11,
    "date_source": 40,
    "holds": 40,
    "blockers": 30,
    "conflicts": 40,
    "action": 60,
    "commands": 60,
    "warnings": 60,
    "reasons": 60,
}


def _column(field: Field) -> Column:
    ink = _INKS.get(field.kind, Ink.TEXT)
    return Column(field.name, ink, _WIDTHS.get(field.name, _INK_WIDTHS[ink]))


_FIELDS = {field.name: field for field in FIELDS}

FINDING_COLUMNS = tuple(_column(field) for field in FIELDS)

DEADLINE_COLUMNS = (
    Column("urgency", width=11),
    Column("act_by", Ink.INSTANT, 17),
    Column("days_left", Ink.NUMBER, 9),
    Column("at_stake", width=20),
    Column("display_name", width=24),
    Column("user_principal_name", width=32),
    Column("primary_smtp_address", width=32),
    Column("orphan_class", width=28),
    Column("restore_account_by", Ink.INSTANT, 19),
    Column("mailbox_purge_after", Ink.INSTANT, 20),
    Column("action", width=55, wrap=True),
    Column("warnings", width=65, wrap=True),
    Column("finding_id", width=45),
)

RUNBOOK_COLUMNS = (
    Column("urgency", width=11),
    Column("act_by", Ink.INSTANT, 18),
    Column("display_name", width=24),
    Column("finding_id", width=45),
    Column("kind", width=10),
    Column("text", width=130, wrap=True, code=True),
)

GLOSSARY_COLUMNS = (
    Column("kind", width=16),
    Column("word", width=32),
    Column("meaning", width=110),
)


def deadlines(findings: pd.DataFrame) -> Table:
    """Return what is lost when, the earliest first; clocks with an unknown end before all others."""
    return Table("Deadlines", DEADLINE_COLUMNS, lambda: _deadline_chunks(findings), freeze=2, pages_wide=2)


def all_findings(findings: pd.DataFrame) -> Table:
    """Return one row a finding with every field."""
    names = [column.name for column in FINDING_COLUMNS]
    return Table(
        "All findings",
        FINDING_COLUMNS,
        lambda: ([_values(rows, name) for name in names] for rows in chunked(findings)),
        freeze=2,
        pages_wide=5,
    )


def runbook(findings: pd.DataFrame) -> Table:
    """Return the warnings, steps and commands of every finding, in the findings' order."""
    return Table("Runbook", RUNBOOK_COLUMNS, lambda: _by_column(_runbook_rows(findings)))


def glossary() -> Table:
    """Return every word, value and column with its meaning."""
    return Table("Glossary", GLOSSARY_COLUMNS, lambda: _by_column(entries()))


def _values(rows: pd.DataFrame, name: str) -> list[Value]:
    field = _FIELDS[name]
    if field.kind is FieldKind.INSTANT:
        return [*instants(rows[name])]
    return [*map(reader_of(field), plain(rows[name]))]


def _deadline_chunks(findings: pd.DataFrame) -> Iterator[Chunk]:
    order = by_deadline(findings)
    for start in range(0, len(order), CHUNK_ROWS):
        rows = findings.loc[order[start : start + CHUNK_ROWS]]
        values = {column.name: _values(rows, column.name) for column in DEADLINE_COLUMNS}
        values["mailbox_purge_after"] = _or_unknown(values["mailbox_purge_after"], unknown_purge(rows))
        values["restore_account_by"] = _or_unknown(values["restore_account_by"], unknown_restore(rows))
        values["act_by"] = _or_unknown(values["act_by"], rows["act_by"].isna())
        yield [*values.values()]


def _or_unknown(values: list[Value], unknown: "pd.Series[bool]") -> list[Value]:
    return [DEADLINE_UNKNOWN if missing else value for value, missing in zip(values, unknown, strict=True)]


def _runbook_rows(findings: pd.DataFrame) -> Iterator[tuple[Value, ...]]:
    for kind, text in preamble():
        yield None, None, "Before you start", None, kind, text
    names = (
        "urgency",
        "act_by",
        "display_name",
        "user_principal_name",
        "finding_id",
        "action",
        "warnings",
        "steps",
    )
    for rows in chunked(findings):
        columns = [instants(rows[name]) if name == "act_by" else plain(rows[name]) for name in names]
        for urgency, act_by, name, upn, finding_id, action, warnings, steps in zip(*columns, strict=True):
            for kind, text in block(name_of(name, upn, finding_id), action, warnings or (), steps or ()):
                yield urgency, act_by, name and visible(name), finding_id, kind, text


def _by_column(rows: Iterator[tuple[Value, ...]]) -> Iterator[Chunk]:
    while chunk := list(islice(rows, CHUNK_ROWS)):
        yield [*zip(*chunk, strict=True)]
