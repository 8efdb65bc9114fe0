"""A tenant of any size as an exports folder: N accounts in the recycle bin, N soft-deleted mailboxes.

The worst case for the audit: every row is a finding. Most accounts have their mailbox; one in ten of each
side stands alone, one mailbox in three is inactive. Pages are as the services send them: 999 accounts,
1,000 mailboxes.

    python -m benchmarks.tenant 100000 tenant-100k
"""

import random
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

AS_OF = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
_PLANS = (
    ("efb87545-963c-4e0d-99df-69c6916d9eb0", "exchange"),
    ("57ff2da0-773e-42df-b2af-ffb7a2317929", "TeamspaceAPI"),
    ("5dbe027f-2339-4123-9542-606e4d348a72", "SharePoint"),
)


def write_tenant(size: int, folder: Path) -> None:
    """Write the exports folder of a tenant with `size` accounts and as many mailboxes."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_pages(folder, "deleted-users", _users(size), 999)
    _write_pages(folder, "soft-deleted-mailboxes", _mailboxes(size), 1000)
    for name in ("users", "mailboxes"):
        (folder / f"{name}.json").write_bytes(b"[]")


def _write_pages(folder: Path, name: str, rows: Iterator[dict[str, Any]], page_size: int) -> None:
    page: list[dict[str, Any]] = []
    number = 1
    following = next(rows, None)
    while following is not None:
        page.append(following)
        following = next(rows, None)
        if len(page) == page_size or following is None:
            body: dict[str, Any] = {"value": page}
            if following is not None:
                body["@odata.nextLink"] = f"https://graph.example/{name}?$skiptoken={number}"
            (folder / f"{name}-{number:05}.json").write_bytes(orjson.dumps(body))
            page, number = [], number + 1


def _ago(days: float) -> str:
    return (AS_OF - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def _id(kind: int, number: int) -> str:
    return str(uuid.UUID(int=(kind << 100) + (number * 0x9E3779B97F4A7C15 % (1 << 90))))


def _users(size: int) -> Iterator[dict[str, Any]]:
    dice = random.Random(20804)  # noqa: S311 - a reproducible tenant, not a secret
    for number in range(size):
        id_, name = _id(1, number), f"person{number}"
        age = dice.uniform(0, 30)
        yield {
            "id": id_,
            "deletedDateTime": _ago(age)[:19] + "Z",
            "userPrincipalName": f"{id_.replace('-', '')}{name}@contoso.example",
            "displayName": f"Person {number}",
            "mail": f"{name}@contoso.example",
            "userType": "Member",
            "onPremisesImmutableId": None,
            "onPremisesSyncEnabled": None,
            "proxyAddresses": [f"SMTP:{name}@contoso.example", f"smtp:{name}@contoso.onmicrosoft.com"],
            "assignedLicenses": [],
            "assignedPlans": [
                {
                    "assignedDateTime": "2024-01-09T08:00:00Z",
                    "capabilityStatus": "Enabled",
                    "service": s,
                    "servicePlanId": p,
                }
                for p, s in _PLANS
            ],
        }


def _mailboxes(size: int) -> Iterator[dict[str, Any]]:
    dice = random.Random(3158794)  # noqa: S311 - a reproducible tenant, not a secret
    for number in range(size):
        person = number + size // 10
        guid, name = _id(2, number), f"person{person}"
        held, purged = number % 3 == 0, number % 20 == 7  # shares of the tenant
        yield {
            "ExternalDirectoryObjectId": "" if purged else _id(1, person),
            "ExchangeGuid": guid,
            "DisplayName": f"Person {person}",
            "Name": name,
            "UserPrincipalName": f"{name}@contoso.example",
            "MicrosoftOnlineServicesID": f"{name}@contoso.example",
            "PrimarySmtpAddress": f"{name}@contoso.example",
            "EmailAddresses": [f"SMTP:{name}@contoso.example", f"smtp:{name}@contoso.onmicrosoft.com"],
            "RecipientTypeDetails": "UserMailbox",
            "ArchiveGuid": "00000000-0000-0000-0000-000000000000",
            "IsDirSynced": False,
            "ImmutableId": "",
            "WhenSoftDeleted": _ago(dice.uniform(0, 900 if held else 30)),
            "InactiveMailboxRetireTime": None,
            "LitigationHoldDate": None,
            "LitigationHoldDuration": "Unlimited",
            "IsInactiveMailbox": held,
            "WasInactiveMailbox": False,
            "IsSoftDeletedByRemove": True,
            "IsSoftDeletedByDisable": False,
            "IncludeInGarbageCollection": False,
            "LitigationHoldEnabled": held,
            "ComplianceTagHoldApplied": False,
            "DelayHoldApplied": False,
            "DelayReleaseHoldApplied": False,
            "AutoExpandingArchiveEnabled": False,
            "InPlaceHolds": ["mbx19200b9af08442529be070dae2fd54d3:3"] if held else [],
            "MailboxLocations": [f"1;{guid};Primary;eurprd07.prod.outlook.com;{_id(3, number % 400)}"],
            "LegacyExchangeDN": (
                "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)"
                f"/cn=Recipients/cn={guid.replace('-', '')}-{name}"
            ),
            "DistinguishedName": (
                f"CN={name},OU=Soft Deleted Objects,OU=contoso.onmicrosoft.com,"
                "OU=Microsoft Exchange Hosted Organizations,DC=EURPR07A013,DC=PROD,DC=OUTLOOK,DC=COM"
            ),
        }


if __name__ == "__main__":
    write_tenant(int(sys.argv[1]), Path(sys.argv[2]))
