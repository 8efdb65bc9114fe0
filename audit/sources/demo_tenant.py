"""The people of the demo tenant: records as Graph, Exchange and Active Directory would return them.

Those that show a state of the decision table are declared in `demo_tenant.toml`; the ordinary people around
them are made here. Ages are counted back from the instant of the run, so the tenant never goes stale.
"""

import base64
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

from audit.records import LISTINGS

TENANT = "contoso.onmicrosoft.com"
FEDERATED_DOMAIN = "fabrikam.example"
EXCHANGE_PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
_NAMESPACE = uuid.UUID("2c9d1c1e-7f0b-4e43-9d2a-0b9f7c3a5e10")
_ZERO = "00000000-0000-0000-0000-000000000000"

Record = dict[str, Any]


@cache
def people() -> tuple[dict[str, Any], ...]:
    """Return the people of `demo_tenant.toml`."""
    return tuple(
        tomllib.loads(files("audit.sources").joinpath("demo_tenant.toml").read_text(encoding="utf-8"))[
            "person"
        ]
    )


def records_of(as_of: datetime) -> dict[str, list[Record]]:
    """Return the demo tenant's records by listing."""
    tenant = _Tenant(as_of)
    for person in people():
        tenant.add_person(person)
    for person in _ordinary_people():
        tenant.add_person(person)
    tenant.add_background()
    return tenant.records


def guid(kind: str, name: str) -> str:
    """Return the same GUID for the same thing in every run."""
    return str(uuid.uuid5(_NAMESPACE, f"{kind}:{name}"))


def _ordinary_people() -> Iterator[dict[str, Any]]:
    """Yield the ordinary rows: people at work, and leavers of the usual kinds."""
    names = [f"{first} {last}" for first, last in product(_FIRST_NAMES, _LAST_NAMES)]
    for number, name in enumerate(names):
        on_premises = "present" if number % 3 == 0 else "managed"
        person: dict[str, Any] = {"name": name, "on_premises": on_premises, "user": {"plan": "Enabled"}}
        if number % 9 == 4:  # noqa: PLR2004 - one in nine has left, evenly spread over the window
            age = 0.4 + number % 29 + number / 1000
            held = number % 2 == 0
            yield person | {
                "account": "soft_deleted",
                "mailbox": "soft_deleted",
                "days": {"account": age, "mailbox": age - 0.01},
                "set": {"IsInactiveMailbox": True, "LitigationHoldEnabled": True} if held else {},
            }
        elif number % 9 == 8:  # noqa: PLR2004 - one in nine left long ago and is held
            yield person | {
                "account": "purged",
                "mailbox": "soft_deleted",
                "days": {"mailbox": 60.0 + number},
                "set": {
                    "IsInactiveMailbox": True,
                    "InPlaceHolds": [f"mbx{uuid.uuid5(_NAMESPACE, 'policy').hex}:2"],
                },
            }
        else:
            yield person | {"account": "present", "mailbox": "present"}


_FIRST_NAMES = (
    "Alma", "Anton", "Bianca", "Carlos", "Dalia", "Emil", "Freya", "Gabriel", "Helena", "Ivan",
    "Julia", "Kaito", "Livia", "Mateo", "Nina", "Omar", "Petra", "Ravi", "Sofia", "Tariq",
)  # fmt: skip
_LAST_NAMES = (
    "Abbott", "Bauer", "Costa", "Dubois", "Eriksen", "Farkas", "Gallo", "Hansen", "Ito", "Jovanovic",
    "Kim", "Larsen", "Mbeki", "Nowak", "Okafor", "Pereira", "Quist", "Romano", "Schmidt", "Torres",
)  # fmt: skip


@dataclass
class _Tenant:
    """Collects the records of one demo tenant."""

    as_of: datetime
    records: dict[str, list[Record]] = field(default_factory=lambda: {name: [] for name in LISTINGS})

    def add_person(self, person: dict[str, Any]) -> None:
        """Add a person's account, mailbox, on-premises account and whatever stands beside them."""
        user, mailbox = self._user(person), self._mailbox(person)
        beside = person.get("beside", ())
        if person["account"] in ("present", "soft_deleted"):
            self._add_user(user, deleted=person["account"] == "soft_deleted", age=person)
        if person["mailbox"] == "present":
            self.records["mailboxes"].append(_active(mailbox))
        elif person["mailbox"] == "soft_deleted":
            self._add_deleted_mailbox(mailbox, person)
        self._add_on_premises(person, user)
        for what in beside:
            self._add_beside(what, person, user, mailbox)

    def _ago(self, days: float) -> str:
        moment = self.as_of - timedelta(days=days)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"

    def _user(self, person: dict[str, Any]) -> Record:
        name, days = person["name"], person.get("days", {})
        upn = _upn(person)
        synced = person["on_premises"] != "managed"
        anchored = synced and person["on_premises"] != "unlisted"
        plan = person.get("user", {}).get("plan", "Deleted" if "license" in days else None)
        changed = self._ago(days.get("license", 900))
        plans = [
            {
                "servicePlanId": EXCHANGE_PLAN,
                "service": "exchange",
                "capabilityStatus": plan,
                "assignedDateTime": changed,
            }
        ]
        return {
            "id": guid("user", name),
            "userPrincipalName": upn,
            "displayName": name,
            "mail": upn,
            "userType": person.get("user", {}).get("userType", "Member"),
            "onPremisesImmutableId": _anchor(name) if anchored else None,
            "onPremisesSyncEnabled": True if synced else None,
            "proxyAddresses": [f"SMTP:{upn}"],
            "assignedLicenses": [],
            "assignedPlans": plans if plan else [],
        }

    def _add_user(self, user: Record, *, deleted: bool, age: dict[str, Any]) -> None:
        if not deleted:
            self.records["users"].append(user)
            return
        prefix = str(user["id"]).replace("-", "")
        deleted_user = user | {"userPrincipalName": prefix + user["userPrincipalName"]}
        deleted_user["deletedDateTime"] = self._ago(age.get("days", {}).get("account", 10))
        self.records["deleted_users"].append(deleted_user)

    def _mailbox(self, person: dict[str, Any]) -> Record:
        name, upn = person["name"], _upn(person)
        mailbox = {
            "ExternalDirectoryObjectId": "" if person["account"] == "purged" else guid("user", name),
            "ExchangeGuid": guid("mailbox", name),
            "DisplayName": name,
            "Name": person.get("alias", name),
            "UserPrincipalName": upn,
            "MicrosoftOnlineServicesID": upn,
            "PrimarySmtpAddress": upn,
            "EmailAddresses": [f"SMTP:{upn}", f"smtp:{_alias(person)}@{TENANT}"],
            "RecipientTypeDetails": "UserMailbox",
            "ArchiveGuid": _ZERO,
            "IsDirSynced": person["on_premises"] != "managed",
            "ImmutableId": _anchor(name) if person["on_premises"] in ("present", "deleted") else "",
        }
        return mailbox | self._set(person)

    def _set(self, person: dict[str, Any]) -> Record:
        own: Record = dict(person.get("set", {}))
        name = person["name"]
        if own.get("ArchiveGuid") == "new":
            own["ArchiveGuid"] = guid("archive", name)
        if own.get("MailboxLocations") == ["shards"]:
            shards = (("Primary", "mailbox"), ("AuxPrimary", "shard"))
            own["MailboxLocations"] = [
                f"1;{guid(kind, name)};{what};prod.outlook.com;{_ZERO}" for what, kind in shards
            ]
        return own

    def _add_deleted_mailbox(self, mailbox: Record, person: dict[str, Any]) -> None:
        days = person.get("days", {})
        released = days.get("released")
        record = {
            "WhenSoftDeleted": self._ago(days["mailbox"]),
            "InactiveMailboxRetireTime": self._ago(released) if released else None,
            "LitigationHoldDate": None,
            "LitigationHoldDuration": "Unlimited",
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
            "MailboxLocations": [f"1;{mailbox['ExchangeGuid']};Primary;prod.outlook.com;{_ZERO}"],
            "LegacyExchangeDN": (
                "/o=ExchangeLabs/ou=Exchange Administrative Group"
                f"/cn=Recipients/cn={mailbox['ExchangeGuid'][:8]}"
            ),
            "DistinguishedName": (
                f"CN={mailbox['ExchangeGuid']},OU=Soft Deleted Objects,OU={TENANT},DC=PROD,DC=OUTLOOK,DC=COM"
            ),
            **mailbox,
        }
        self.records["soft_deleted_mailboxes"].append(record)
        if record["IsInactiveMailbox"] or "inactive_listing_only_says_so" in person.get("beside", ()):
            self.records["inactive_mailboxes"].append(record)

    def _add_on_premises(self, person: dict[str, Any], user: Record) -> None:
        listing = {"present": "ad_users", "deleted": "ad_deleted_users"}.get(person["on_premises"])
        if listing:
            self.records[listing].append(
                {
                    "objectGUID": guid("on-premises", person["name"]),
                    "mS-DS-ConsistencyGuid": None,
                    "userPrincipalName": user["userPrincipalName"],
                    "distinguishedName": f"CN={_alias(person)},OU=People,DC=contoso,DC=example",
                }
            )

    def _add_beside(self, what: str, person: dict[str, Any], user: Record, mailbox: Record) -> None:
        name = person["name"]
        match what:
            case "active_mailbox":
                self.records["mailboxes"].append(
                    _active(mailbox) | {"ExchangeGuid": guid("new mailbox", name)}
                )
            case "second_mailbox":
                second = mailbox | {"ExchangeGuid": guid("second mailbox", name)}
                self._add_deleted_mailbox(second, person | {"days": {"mailbox": 27.3}})
            case "returner":
                returned = {"id": guid("returner", name), "onPremisesImmutableId": None}
                self.records["users"].append(user | returned)
                new = {"ExternalDirectoryObjectId": returned["id"], "ExchangeGuid": guid("new mailbox", name)}
                self.records["mailboxes"].append(_active(mailbox) | new)
            case "twin_present" | "twin_deleted":
                twin = user | {"id": guid("twin", name), "onPremisesImmutableId": _anchor(name)}
                twin |= {"assignedPlans": [], "proxyAddresses": [], "mail": None}
                self._add_user(twin, deleted=what == "twin_deleted", age=person)
                self._anchor_mailbox(mailbox["ExchangeGuid"], name)
            case "same_exchange_guid" | "same_archive_guid":
                self._add_person_reusing(what, person, mailbox)
            case "account_twice":
                self.records["deleted_users"].append(dict(self.records["deleted_users"][-1]))
            case "mailbox_twice":
                self.records["soft_deleted_mailboxes"].append(
                    dict(self.records["soft_deleted_mailboxes"][-1])
                )
            case "deleted_namesake":
                self._add_user(user | {"id": guid("namesake", name)}, deleted=True, age=person)
            case "account_present_too":
                self.records["users"].append(user)

    def _anchor_mailbox(self, exchange_guid: str, name: str) -> None:
        for listing in ("soft_deleted_mailboxes", "mailboxes"):
            for record in self.records[listing]:
                if record["ExchangeGuid"] == exchange_guid:
                    record["ImmutableId"] = _anchor(name)

    def _add_person_reusing(self, what: str, person: dict[str, Any], mailbox: Record) -> None:
        new = person | {
            "name": f"{person['name']} (new)",
            "account": "present",
            "mailbox": "present",
            "beside": (),
            "set": {},
        }
        new |= {"on_premises": "managed", "user": {"plan": "Enabled"}}
        self.add_person(new)
        column = "ExchangeGuid" if what == "same_exchange_guid" else "ArchiveGuid"
        self.records["mailboxes"][-1][column] = mailbox[column]

    def add_background(self) -> None:
        """Add guests, accounts without a mailbox, the service's own mailboxes, the tenant and its domains."""
        for number in range(40):
            guest = {"name": f"Guest {number:02}", "on_premises": "managed", "user": {"userType": "Guest"}}
            self._add_user(self._user(guest), deleted=number % 4 == 0, age={"days": {"account": number / 2}})
        for number in range(30):
            service = self._user({"name": f"Service {number:02}", "on_premises": "managed"})
            self._add_user(
                service | {"mail": None, "proxyAddresses": []},
                deleted=number % 3 == 0,
                age={"days": {"account": number * 0.9}},
            )
        for name, kind in (("DiscoverySearchMailbox", "DiscoveryMailbox"), ("All Staff", "GroupMailbox")):
            other = {
                "name": name,
                "on_premises": "managed",
                "account": "purged",
                "set": {"RecipientTypeDetails": kind},
            }
            self.records["mailboxes"].append(_active(self._mailbox(other)))
        domains: list[Record] = [
            {"name": TENANT, "isInitial": True},
            {"name": "contoso.example", "isDefault": True},
            {"name": FEDERATED_DOMAIN},
        ]
        self.records["organization"].append(
            {
                "id": guid("tenant", TENANT),
                "displayName": "Contoso",
                "onPremisesSyncEnabled": True,
                "verifiedDomains": domains,
            }
        )
        for domain in domains:
            kind = "Federated" if domain["name"] == FEDERATED_DOMAIN else "Managed"
            self.records["domains"].append(
                {
                    "id": domain["name"],
                    "authenticationType": kind,
                    "isInitial": domain.get("isInitial", False),
                }
            )


def _active(mailbox: Record) -> Record:
    return {column.name: mailbox.get(column.name) for column in LISTINGS["mailboxes"].columns}


def _alias(person: dict[str, Any]) -> str:
    alias = person.get("alias") or "".join(c if c.isalnum() else "." for c in person["name"]).lower().strip(
        "."
    )
    return str(alias)


def _upn(person: dict[str, Any]) -> str:
    return f"{_alias(person)}@{person.get('domain', 'contoso.example')}"


def _anchor(name: str) -> str:
    return base64.b64encode(uuid.UUID(guid("on-premises", name)).bytes_le).decode("ascii")
