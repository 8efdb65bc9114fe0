"""Small tenants for tests: dull defaults, and the overrides are the point."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from audit.findings import AuditResult
from audit.pipeline import run_audit
from audit.reading import Batch, read_table
from audit.records import LISTINGS, Coverage
from audit.snapshot import Snapshot

AS_OF = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)
EXCHANGE_PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
Row = dict[str, Any]


def ago(days: float, *, seconds: int = 0) -> str:
    """Return the instant so many days before AS_OF."""
    return (AS_OF - timedelta(days=days, seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def guid(number: int) -> str:
    """Return a GUID that one can read."""
    return f"{number:08x}-0000-4000-8000-{number:012x}"


def make_user(number: int = 1, **overrides: Any) -> Row:
    """Return an account as Graph returns it: never synchronized, with an Exchange license."""
    name = f"person{number}@contoso.example"
    plan = {"servicePlanId": EXCHANGE_PLAN, "capabilityStatus": "Enabled", "assignedDateTime": ago(900)}
    return {
        "id": guid(number),
        "userPrincipalName": name,
        "displayName": f"Person {number}",
        "mail": name,
        "userType": "Member",
        "onPremisesImmutableId": None,
        "onPremisesSyncEnabled": None,
        "proxyAddresses": [f"SMTP:{name}"],
        "assignedLicenses": [],
        "assignedPlans": [plan],
        **overrides,
    }


def make_deleted_user(number: int = 1, days: float = 10, **overrides: Any) -> Row:
    """Return an account in the recycle bin."""
    return make_user(number, **{"deletedDateTime": ago(days), **overrides})


def make_mailbox(number: int = 1, **overrides: Any) -> Row:
    """Return an active mailbox of account `number`."""
    name = f"person{number}@contoso.example"
    return {
        "ExternalDirectoryObjectId": guid(number),
        "ExchangeGuid": guid(number + 0x1000),
        "DisplayName": f"Person {number}",
        "UserPrincipalName": name,
        "PrimarySmtpAddress": name,
        "RecipientTypeDetails": "UserMailbox",
        "EmailAddresses": [f"SMTP:{name}"],
        "ArchiveGuid": "00000000-0000-0000-0000-000000000000",
        "IsDirSynced": False,
        "ImmutableId": "",
        **overrides,
    }


def make_deleted_mailbox(number: int = 1, days: float = 10, **overrides: Any) -> Row:
    """Return a soft-deleted mailbox of account `number`, held by nothing."""
    return make_mailbox(
        number,
        **{
            "WhenSoftDeleted": ago(days),
            "InactiveMailboxRetireTime": None,
            "LitigationHoldDate": None,
            "IsInactiveMailbox": False,
            "WasInactiveMailbox": False,
            "IsSoftDeletedByRemove": True,
            "IsSoftDeletedByDisable": False,
            "IncludeInGarbageCollection": False,
            "LitigationHoldEnabled": False,
            "ComplianceTagHoldApplied": False,
            "DelayHoldApplied": False,
            "DelayReleaseHoldApplied": False,
            "AutoExpandingArchiveEnabled": False,
            "InPlaceHolds": [],
            "MailboxLocations": [],
            "Name": f"person{number}",
            "MicrosoftOnlineServicesID": f"person{number}@contoso.example",
            "LegacyExchangeDN": f"/o=ExchangeLabs/cn=Recipients/cn=person{number}",
            "LitigationHoldDuration": "Unlimited",
            "DistinguishedName": f"CN=person{number},OU=Soft Deleted Objects",
            **overrides,
        },
    )


def make_snapshot(
    listings: Mapping[str, list[Row]] | None = None,
    /,
    *,
    incomplete: Mapping[str, str] | None = None,
    without: Sequence[str] = (),
    **more_listings: list[Row],
) -> Snapshot:
    """Return a snapshot of these listings, given by name as a mapping or as keywords.

    Accounts, mailboxes and an organization that never synchronized are there unless named in `without`;
    the others only where given. `incomplete` names listings that were cut short, with the reason.
    """
    rows: dict[str, list[Row]] = {
        "deleted_users": [],
        "users": [],
        "soft_deleted_mailboxes": [],
        "mailboxes": [],
        "organization": [{"id": guid(0xFFFF), "onPremisesSyncEnabled": None}],
        **(listings or {}),
        **more_listings,
    }
    given = {name: rows[name] for name in rows if name not in without}
    tables = {
        name: read_table(LISTINGS[name], [Batch(own, name)] if own else []) for name, own in given.items()
    }
    reasons = {name: "not provided" for name in LISTINGS if name not in given} | dict(incomplete or {})
    coverage = {
        name: Coverage(
            name, name not in reasons, int(name in given), len(given.get(name, ())), 0, reasons.get(name)
        )
        for name in LISTINGS
    }
    return Snapshot("contoso.onmicrosoft.com", "exports", AS_OF, AS_OF, tables, coverage)


def audit(snapshot: Snapshot | None = None, /, **listings: list[Row]) -> AuditResult:
    """Audit a snapshot, or one made of these listings, as of AS_OF."""
    return run_audit(snapshot or make_snapshot(listings), AS_OF)


def only_finding(result: AuditResult) -> "pd.Series[Any]":
    """Return the one finding of a result."""
    assert len(result.findings) == 1, result.findings[["finding_id", "orphan_class"]]
    return result.findings.iloc[0]
