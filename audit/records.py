"""What is read from a tenant: every listing, every column, each with its type and meaning.

A *listing* is the answer to one question ("all deleted users"). Its columns are declared here once;
sources read them, the snapshot stores them, the core relies on them, nothing else is kept.

Three things must never be confused (facts/exchange.md, trap 16), so a cell says which it is:

=============  ===========================  =====================  ============================
kind           the source did not say       empty                  a value
=============  ===========================  =====================  ============================
guid, text     ``None``                     ``""``                 the text; GUIDs lower-case
texts, items   ``None``                     ``()``                 a tuple
flag           ``NA``, column not `known`   ``NA``, column known   ``True`` / ``False``
instant        ``NaT``, column not known    ``NaT``, column known  UTC, microseconds
=============  ===========================  =====================  ============================

A column is *known* (`Table.known`) where every row of the listing carried it.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd


class Kind(StrEnum):
    """How a column's values are read and stored."""

    GUID = "guid"
    """Lower case with dashes; the all-zero GUID counts as empty."""
    TEXT = "text"
    TEXTS = "texts"
    """Several texts: a JSON array, or joined in one CSV cell."""
    ITEMS = "items"
    """Several JSON objects, kept as they came; unknown from CSV."""
    FLAG = "flag"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Column:
    """One property of a record, named as the service names it."""

    name: str
    kind: Kind
    meaning: str
    aliases: tuple[str, ...] = ()
    """Other headers found in the wild; compared without case, spaces and punctuation."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One question put to a tenant and the columns its answer must or may have."""

    name: str
    key: str
    """The column without which the listing is refused (design.md, section 7)."""
    side: str
    """Which side of the tie-out its rows belong to: users, mailboxes, on_premises or reference."""
    title: str
    columns: tuple[Column, ...]

    @property
    def heading(self) -> str:
        """The title at the beginning of a sentence."""
        return self.title[0].upper() + self.title[1:]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a listing was seen. Absence from it is evidence only where `complete`."""

    query: str
    complete: bool
    pages: int = 0
    rows: int = 0
    retries: int = 0
    reason: str | None = None
    """Why it is not complete, in plain words; null where it is."""


@dataclass(frozen=True, slots=True)
class Table:
    """A listing's rows: `frame` has the declared columns plus ``notes``, a tuple of doubts about the row."""

    frame: pd.DataFrame
    known: frozenset[str] = field(default_factory=frozenset)


def _columns(kind: Kind, **meanings: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind, meaning) for name, meaning in meanings.items())


_USER_COLUMNS = (
    Column("id", Kind.GUID, "object id of the account", ("objectid", "userid", "userobjectid")),
    Column(
        "userPrincipalName", Kind.TEXT, "sign-in name; Entra prefixes a deleted user's with its id", ("upn",)
    ),
    *_columns(
        Kind.TEXT,
        displayName="display name",
        mail="primary address",
        userType="Member or Guest",
        onPremisesImmutableId="source anchor: base64 of the on-premises objectGUID or ms-DS-ConsistencyGuid",
    ),
    Column(
        "onPremisesSyncEnabled",
        Kind.FLAG,
        "true: synced; false: was synced; null: never",
        ("dirsyncenabled",),
    ),
    Column("proxyAddresses", Kind.TEXTS, "addresses, SMTP: is primary"),
    *_columns(
        Kind.ITEMS,
        assignedLicenses="skuId of each license",
        assignedPlans="service plans with capabilityStatus and assignedDateTime",
    ),
)

_MAILBOX_IDENTITY = (
    Column("ExternalDirectoryObjectId", Kind.GUID, "object id of the account; empty once that is purged"),
    Column("ExchangeGuid", Kind.GUID, "the mailbox's own id"),
    *_columns(
        Kind.TEXT,
        DisplayName="display name",
        UserPrincipalName="sign-in name",
        PrimarySmtpAddress="primary address",
        RecipientTypeDetails="kind of mailbox",
    ),
    Column("EmailAddresses", Kind.TEXTS, "addresses, SMTP: is primary"),
    Column("ArchiveGuid", Kind.GUID, "the archive's own id; empty where there is none"),
    Column("IsDirSynced", Kind.FLAG, "the account is mastered on-premises"),
    Column("ImmutableId", Kind.TEXT, "source anchor of the account, often empty"),
)

_DELETED_MAILBOX_COLUMNS = (
    *_MAILBOX_IDENTITY,
    *_columns(
        Kind.INSTANT,
        WhenSoftDeleted="when it was soft-deleted",
        InactiveMailboxRetireTime="when it stopped being inactive",
        LitigationHoldDate="when litigation hold was set",
    ),
    *_columns(
        Kind.FLAG,
        IsInactiveMailbox="a hold keeps it: no clock runs",
        WasInactiveMailbox="a hold kept it once",
        IsSoftDeletedByRemove="the account or mailbox was removed",
        IsSoftDeletedByDisable="the mailbox was disabled: its license was removed",
        IncludeInGarbageCollection="marked for purging",
        LitigationHoldEnabled="litigation hold",
        ComplianceTagHoldApplied="a retention label holds it",
        DelayHoldApplied="delay hold on mail after another hold was removed, 30 days at most",
        DelayReleaseHoldApplied="delay hold on other data, 30 days at most",
        AutoExpandingArchiveEnabled="its archive expands: it can be neither recovered nor restored",
    ),
    *_columns(
        Kind.TEXTS,
        InPlaceHolds="hold tokens, see audit.holds",
        MailboxLocations="shards; an AuxPrimary one forbids recovery",
    ),
    *_columns(
        Kind.TEXT,
        Name="name in the directory",
        MicrosoftOnlineServicesID="sign-in name as Exchange knows it",
        LegacyExchangeDN="needed as an X500 address on the target of a restore",
        LitigationHoldDuration="Unlimited or d.hh:mm:ss",
        DistinguishedName="unique name; holds OU=Soft Deleted Objects once soft-deleted",
    ),
)

_AD_COLUMNS = (
    Column("objectGUID", Kind.GUID, "the on-premises object's own id"),
    Column("mS-DS-ConsistencyGuid", Kind.TEXT, "source anchor where Entra Connect writes one"),
    *_columns(
        Kind.TEXT,
        userPrincipalName="sign-in name on-premises",
        distinguishedName="where it is in the directory",
    ),
)

LISTINGS: dict[str, Listing] = {
    listing.name: listing
    for listing in (
        Listing(
            "deleted_users",
            "id",
            "users",
            "accounts in the Entra recycle bin",
            (
                *_USER_COLUMNS,
                Column("deletedDateTime", Kind.INSTANT, "when the account was deleted", ("deletedon",)),
            ),
        ),
        Listing("users", "id", "users", "present accounts", _USER_COLUMNS),
        Listing(
            "soft_deleted_mailboxes",
            "ExternalDirectoryObjectId",
            "mailboxes",
            "soft-deleted mailboxes, inactive ones among them",
            _DELETED_MAILBOX_COLUMNS,
        ),
        Listing(
            "inactive_mailboxes",
            "ExternalDirectoryObjectId",
            "mailboxes",
            "inactive mailboxes, to cross-check",
            _DELETED_MAILBOX_COLUMNS,
        ),
        Listing("mailboxes", "ExternalDirectoryObjectId", "mailboxes", "active mailboxes", _MAILBOX_IDENTITY),
        Listing("ad_users", "objectGUID", "on_premises", "present on-premises accounts", _AD_COLUMNS),
        Listing("ad_deleted_users", "objectGUID", "on_premises", "deleted on-premises accounts", _AD_COLUMNS),
        Listing(
            "organization",
            "id",
            "reference",
            "the tenant",
            (
                Column("id", Kind.GUID, "tenant id"),
                Column("displayName", Kind.TEXT, "tenant name"),
                Column("onPremisesSyncEnabled", Kind.FLAG, "true: synced; false: was synced; null: never"),
                Column("verifiedDomains", Kind.ITEMS, "domains with name, isInitial and isDefault"),
            ),
        ),
        Listing(
            "domains",
            "id",
            "reference",
            "the tenant's domains",
            (
                Column("id", Kind.TEXT, "domain name"),
                Column("authenticationType", Kind.TEXT, "Managed or Federated"),
                Column("isInitial", Kind.FLAG, "the onmicrosoft.com domain"),
            ),
        ),
    )
}
"""Every listing by name, in reading order."""
