"""Who a case is: names and ids as the report shows them.

Names come from what is there; ids are never guessed.
"""

import pandas as pd

from audit.judged import Cases, Judged
from audit.names import sign_in_names


def identity_of(judged: Judged, cases: Cases) -> dict[str, list[str | None]]:
    """Return finding_id, names and ids of the cases, by field name."""
    account_ids = judged.of_account("id", cases)
    object_ids = [
        a or m or None
        for a, m in zip(account_ids, judged.of_mailbox("ExternalDirectoryObjectId", cases), strict=True)
    ]
    return {
        "finding_id": _finding_ids(judged, cases, object_ids),
        "display_name": _first(
            judged.of_mailbox("DisplayName", cases), judged.of_account("displayName", cases)
        ),
        "user_principal_name": sign_in_names(judged.joined, cases),
        "primary_smtp_address": _first(
            judged.of_mailbox("PrimarySmtpAddress", cases), judged.of_account("mail", cases)
        ),
        "external_directory_object_id": object_ids,
        "exchange_guid": _first(judged.of_mailbox("ExchangeGuid", cases)),
        "recipient_type": _first(judged.of_mailbox("RecipientTypeDetails", cases)),
    }


def _finding_ids(judged: Judged, cases: Cases, object_ids: list[str | None]) -> list[str | None]:
    """Name each case by its mailbox, else by its account.

    An active mailbox that has a deleted one's ExchangeGuid (a conflict) says that it is the active one.
    """
    mailboxes = judged.joined.mailboxes
    deleted = set(mailboxes.loc[~mailboxes["active"].astype(bool), "key"])
    keys, active = judged.of_mailbox("key", cases), judged.of_mailbox("active", cases)
    names = (
        f"{key}:active" if is_active and key in deleted else key
        for key, is_active in zip(keys, active, strict=True)
    )
    return [
        f"mailbox:{name}" if name else f"account:{id_}" for name, id_ in zip(names, object_ids, strict=True)
    ]


def _first(*columns: list[str | None]) -> list[str | None]:
    """Return the first value of each row that is there; null where none is."""
    return [next((value for value in row if value), None) for row in zip(*columns, strict=True)]


def initial_domain(judged: Judged) -> str | None:
    """Return the tenant's onmicrosoft.com domain, from the organization, the domains, or its name."""
    tables = judged.snapshot.tables
    if "domains" in tables and tables["domains"].frame["isInitial"].notna().any():
        frame = tables["domains"].frame
        for name in frame.loc[frame["isInitial"].fillna(value=False).astype(bool), "id"]:
            return str(name)
    if "organization" in tables:
        for domains in tables["organization"].frame["verifiedDomains"]:
            for domain in domains or ():
                said = {key.lower(): value for key, value in domain.items()}
                if said.get("isinitial") and said.get("name"):
                    return str(said["name"])
    name = judged.snapshot.tenant
    return name if name.lower().endswith(".onmicrosoft.com") else None


def excluded_of(judged: Judged) -> pd.DataFrame:
    """Return what is no orphan, with the reason; one row a case, columns as `AuditResult.excluded`."""
    reasons = judged.exclusions
    cases = (reasons != None).nonzero()[0]  # noqa: E711 - elementwise
    identity = identity_of(judged, cases)
    side = ["mailboxes" if key else "users" for key in judged.of_mailbox("key", cases)]
    names = ("exchange_guid", "display_name", "user_principal_name", "primary_smtp_address")
    columns = {
        "side": side,
        "id": identity["external_directory_object_id"],
        **{name: identity[name] for name in names},
    }
    return pd.DataFrame({**columns, "reason": reasons[cases]}, dtype=object)
