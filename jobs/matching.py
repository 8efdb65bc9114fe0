"""Finding what an id names: a GUID, a user principal name, an SMTP address or a finding_id."""

import difflib
import re
from typing import Any
from uuid import UUID

import pandas as pd

from audit.findings import AuditResult
from reports.values import plain

FINDING_IDS = (
    "finding_id",
    "external_directory_object_id",
    "exchange_guid",
    "user_principal_name",
    "primary_smtp_address",
)
EXCLUDED_IDS = ("id", "exchange_guid", "user_principal_name", "primary_smtp_address")
_NAMES = ("user_principal_name", "primary_smtp_address")

_NEAR = 5
_DELETED_PREFIX = re.compile(r"[0-9a-f]{32}(?=[^@]+@)")
"""The object id, without dashes, that Entra puts before a deleted account's user principal name."""


def normalized(text: str) -> str:
    """Return an id as findings hold it: GUIDs with dashes, names without prefixes, all without case."""
    folded = text.strip().casefold().removeprefix("smtp:")
    try:
        return str(UUID(folded))
    except ValueError:
        return _DELETED_PREFIX.sub("", folded, count=1)


def matches(frame: pd.DataFrame, columns: tuple[str, ...], wanted: str) -> pd.DataFrame:
    """Return the rows that carry `wanted` in any of `columns`, whatever its case."""
    ids = zip(*(plain(frame[column]) for column in columns), strict=True)
    return frame[[any(each and each.casefold() == wanted for each in row) for row in ids]]


def near(result: AuditResult, wanted: str) -> list[str]:
    """Return the names that contain `wanted`, else those most like it, among all that was read."""
    names = {
        name.casefold(): name
        for frame in (result.excluded, result.findings)
        for column in _NAMES
        for name in plain(frame[column])
        if name
    }
    containing = sorted(name for folded, name in names.items() if wanted and wanted in folded)[:_NEAR]
    return containing or [
        names[each] for each in difflib.get_close_matches(wanted, names, n=_NEAR, cutoff=0.6)
    ]


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as mappings of plain values, null as None."""
    columns = {str(name): plain(frame[name]) for name in frame.columns}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
