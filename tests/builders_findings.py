"""Findings and results for tests: defaults that are dull, overrides that are the point."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from audit.findings import FIELDS, AuditResult, FieldKind, Step, TieOutSide
from audit.records import Coverage
from reports.run_info import RunInfo

AS_OF = datetime(2026, 11, 20, 2, tzinfo=UTC)
GUID = "11111111-1111-4111-8111-111111111111"
OBJECT_ID = "22222222-2222-4222-8222-222222222222"

_DEFAULTS: dict[str, Any] = {
    "finding_id": f"mailbox:{GUID}",
    "display_name": "Ada Lovelace",
    "user_principal_name": "ada@contoso.com",
    "primary_smtp_address": "ada@contoso.com",
    "external_directory_object_id": OBJECT_ID,
    "exchange_guid": GUID,
    "recipient_type": "UserMailbox",
    "on_premises": "managed",
    "entra": "soft_deleted",
    "mailbox": "soft_deleted",
    "is_inactive_mailbox": False,
    "scenario": "managed-soft_deleted-soft_deleted",
    "branch": None,
    "scenario_candidates": ("managed-soft_deleted-soft_deleted",),
    "missing_evidence": (),
    "orphan_class": "restorable",
    "outcome": "recoverable",
    "account_deleted_at": AS_OF - timedelta(days=25),
    "mailbox_soft_deleted_at": AS_OF - timedelta(days=25),
    "hold_released_at": None,
    "license_removed_at": None,
    "date_source": {"account_deleted_at": "deletedDateTime", "mailbox_soft_deleted_at": "WhenSoftDeleted"},
    "restore_account_by": AS_OF + timedelta(days=5),
    "mailbox_clock": "soft_deleted",
    "mailbox_purge_after": AS_OF + timedelta(days=5),
    "act_by": AS_OF + timedelta(days=5),
    "at_stake": "account_and_mailbox",
    "days_left": 5,
    "urgency": "high",
    "holds": (),
    "blockers": (),
    "conflicts": (),
    "action": "Restore the account; the mailbox follows it.",
    "commands": (f"Restore-MgDirectoryDeletedItem -DirectoryObjectId '{OBJECT_ID}'",),
    "warnings": (),
    "kb": {"number": 20804, "anchor": "soft-deleted"},
    "reasons": ("entra is soft_deleted: deletedDateTime is set",),
    "steps": (
        Step("Restore the account.", (f"Restore-MgDirectoryDeletedItem -DirectoryObjectId '{OBJECT_ID}'",)),
        Step("Give it a license with Exchange.", ()),
    ),
}

_DTYPES = {
    FieldKind.INSTANT: "datetime64[us, UTC]",
    FieldKind.FLAG: "boolean",
    FieldKind.COUNT: "Int64",
}


def make_finding(**overrides: Any) -> dict[str, Any]:
    """Return one finding's values, `steps` included."""
    return {**_DEFAULTS, **overrides}


def make_findings(*findings: dict[str, Any]) -> pd.DataFrame:
    """Return findings as the frame that `AuditResult` declares."""
    columns = {
        field.name: pd.Series(
            [finding[field.name] for finding in findings], dtype=_DTYPES.get(field.kind, "object")
        )
        for field in FIELDS
    }
    return pd.DataFrame(
        {**columns, "steps": pd.Series([finding["steps"] for finding in findings], dtype="object")}
    )


def make_result(*findings: dict[str, Any], **overrides: Any) -> AuditResult:
    """Return a complete audit with these findings."""
    values: dict[str, Any] = {
        "as_of": AS_OF,
        "tenant": "contoso.onmicrosoft.com",
        "source": "demo",
        "taken_at": AS_OF,
        "findings": make_findings(*findings),
        "coverage": (Coverage("deleted_users", complete=True, pages=1, rows=3),),
        "tie_out": {
            "users": TieOutSide(3, len(findings), {"guest": 3 - len(findings)}),
            "mailboxes": TieOutSide(len(findings), len(findings)),
        },
        "excluded": pd.DataFrame(),
    }
    return AuditResult(**{**values, **overrides})


def make_run(**overrides: Any) -> RunInfo:
    """Return a run of the demo tenant."""
    values: dict[str, Any] = {
        "run_id": "20261120T020000Z-0001",
        "tool_version": "0.1.0",
        "tenant": "contoso.onmicrosoft.com",
        "source": "demo",
        "as_of": AS_OF,
        "taken_at": AS_OF,
        "started_at": AS_OF,
        "finished_at": AS_OF + timedelta(seconds=3),
        "parameters": {"demo": True},
    }
    return RunInfo(**{**values, **overrides})
