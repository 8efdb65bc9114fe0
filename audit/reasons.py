"""Why a finding says what it says: the rules that fired, in plain words, with the values they saw."""

from collections.abc import Mapping
from typing import NamedTuple

from audit.classify import Decision
from audit.decision_table import AXES
from audit.records import LISTINGS, Coverage

NOT_KNOWN = "Not known:"
"""How a sentence begins that names a column no listing had."""

FACT_QUESTIONS = {
    "is_inactive_mailbox": (
        "whether a hold keeps the mailbox (IsInactiveMailbox, or a complete inactive-mailboxes listing)"
    ),
    "was_inactive_mailbox": (
        "whether a hold kept the mailbox once (WasInactiveMailbox, InactiveMailboxRetireTime)"
    ),
    "has_exchange_license": "whether the account holds an Exchange license (assignedPlans)",
    "has_active_mailbox": (
        "whether the account already has another, active mailbox (a complete listing of active mailboxes)"
    ),
    "had_mailbox": "whether the account had a mailbox (assignedPlans, proxyAddresses, mail)",
    "license_removed": "whether the account's Exchange license was removed (assignedPlans)",
    "is_federated": "whether the sign-in domain is federated (the domains listing)",
    "is_hybrid": "whether the tenant has Exchange on-premises",
}
"""What would decide, by fact."""

_LISTING_OF_FACT = {"has_active_mailbox": "mailboxes", "is_federated": "domains"}
"""Facts that a listing answers, rather than a column."""

_LISTINGS_OF_AXIS = {
    "entra": {"present": "users", "soft_deleted": "deleted_users"},
    "mailbox": {"present": "mailboxes", "soft_deleted": "soft_deleted_mailboxes"},
}


class Seen(NamedTuple):
    """What was seen of one case; instants are ISO 8601 texts."""

    object_id: str | None
    mailbox_object_id: str | None
    other_object_id: str | None
    account_deleted_at: str | None
    mailbox_soft_deleted_at: str | None
    hold_released_at: str | None
    license_removed_at: str | None
    mailbox_clock: str
    is_inactive: bool | None
    synced: bool | None
    in_active_directory: bool
    """The source anchor is in the Active Directory listings."""
    notes: tuple[str, ...]


def reasons_of(decision: Decision, seen: Seen) -> tuple[str, ...]:
    """Return the reasons of one finding, in the order of the axes, the clock and the table."""
    sentences = [
        _account(decision, seen),
        _mailbox(decision, seen),
        _on_premises(decision, seen),
        _clock(seen),
        _row(decision),
        *seen.notes,
    ]
    return tuple(sentence for sentence in sentences if sentence)


def _account(decision: Decision, seen: Seen) -> str | None:
    if seen.other_object_id:
        return (
            f"Account: the mailbox carries the object id {seen.mailbox_object_id}, which no account has; "
            f"the account {seen.other_object_id} has the same source anchor."
        )
    match decision.states["entra"]:
        case "present":
            return f"Account: present; {seen.object_id} is among the present accounts."
        case "soft_deleted":
            return (
                f"Account: soft_deleted; {seen.object_id} is in the recycle bin "
                f"since {seen.account_deleted_at or 'a time not known'}."
            )
        case "hard_deleted" if seen.mailbox_object_id:
            return (
                f"Account: hard_deleted; no account has {seen.mailbox_object_id}, "
                "and present and deleted accounts were both listed whole."
            )
        case "hard_deleted":
            return (
                "Account: hard_deleted; the mailbox carries no object id, so its account was purged, "
                "and the recycle bin was listed whole."
            )
        case _ if seen.object_id:
            return f"Account: not known; {seen.object_id} is listed as present and as deleted."
        case _ if decision.candidates:
            return (
                f"Account: not known; {seen.mailbox_object_id or 'the mailbox'} was found in no listing, "
                "and not all listings were whole."
            )
        case _:
            return "Account: none; the mailbox belongs to no user."


def _mailbox(decision: Decision, seen: Seen) -> str:
    match decision.states["mailbox"]:
        case "present":
            return "Mailbox: present; it is among the active mailboxes."
        case "soft_deleted":
            inactive = "not known" if seen.is_inactive is None else seen.is_inactive
            return (
                f"Mailbox: soft_deleted since {seen.mailbox_soft_deleted_at or 'a time not known'}; "
                f"IsInactiveMailbox is {inactive}."
            )
        case "not_present":
            return (
                "Mailbox: not_present; no mailbox carries the account's id, "
                "and active and soft-deleted mailboxes were both listed whole."
            )
        case _:
            return (
                "Mailbox: not known; no mailbox carrying the account's id was found, "
                "and not all listings were whole."
            )


def _on_premises(decision: Decision, seen: Seen) -> str | None:
    match decision.states["on_premises"]:
        case "managed":
            return "On-premises: managed; the account is not synchronized."
        case "present":
            return "On-premises: present; the source anchor is among the present on-premises accounts."
        case "deleted" if seen.in_active_directory:
            return "On-premises: deleted; the source anchor is among the deleted on-premises accounts."
        case "deleted":
            return (
                "On-premises: deleted; the source anchor is not among the present on-premises accounts, "
                "which were listed whole."
            )
        case _ if not decision.candidates:
            return None
        case _ if seen.synced:
            return (
                "On-premises: not known; the account is synchronized, "
                "and no Active Directory listing tells whether it still exists."
            )
        case _:
            return "On-premises: not known; nothing read says whether the account is synchronized."


def _clock(seen: Seen) -> str | None:
    match seen.mailbox_clock:
        case "held":
            return "Mailbox clock: held; IsInactiveMailbox is True, so no clock runs."
        case "hold_released":
            return (
                "Mailbox clock: hold_released; it stopped being inactive "
                f"at {seen.hold_released_at or 'a time not known'} (InactiveMailboxRetireTime)."
            )
        case "license_removed":
            return (
                "Mailbox clock: license_removed; the Exchange license went "
                f"at {seen.license_removed_at or 'a time not known'}."
            )
        case "soft_deleted":
            return (
                "Mailbox clock: soft_deleted; it runs "
                f"from {seen.mailbox_soft_deleted_at or 'a time not known'} (WhenSoftDeleted)."
            )
        case _:
            return None


def _row(decision: Decision) -> str | None:
    if decision.scenario:
        branch = f", branch {decision.branch}" if decision.branch else ""
        return f"Table: KB 20804, {decision.scenario}{branch}."
    if decision.candidates:
        return f"Table: KB 20804, still possible: {', '.join(decision.candidates)}."
    return None


def missing_evidence(
    decision: Decision, coverage: Mapping[str, Coverage], *, synced: bool | None
) -> tuple[str, ...]:
    """Return what would decide between the rows of the table that remain."""
    missing = []
    for axis in decision.open_axes:
        if axis == "on_premises":
            ask = (
                "the Active Directory listings (ad-users*, ad-deleted-users*)"
                if synced
                else "the organization's onPremisesSyncEnabled"
            )
            missing.append(f"On-premises account: {ask}.")
            continue
        if axis == "entra" and coverage["users"].complete and coverage["deleted_users"].complete:
            missing.append("Account: it changed while the listings were read; read the tenant again.")
        for state, listing in _LISTINGS_OF_AXIS[axis].items():
            line = coverage[listing]
            open_states = {id_.split("-")[list(AXES).index(axis)] for id_ in decision.candidates}
            if not line.complete and state in open_states:
                missing.append(f"{LISTINGS[listing].heading}: {line.reason}.")
    missing += [_unanswered(fact, coverage) for fact in decision.open_facts]
    return tuple(dict.fromkeys(missing))


def _unanswered(fact: str, coverage: Mapping[str, Coverage]) -> str:
    """Name the listing or the column that would answer."""
    listing = _LISTING_OF_FACT.get(fact)
    if listing and not coverage[listing].complete:
        return f"{LISTINGS[listing].heading}: {coverage[listing].reason}."
    return f"{NOT_KNOWN} {FACT_QUESTIONS[fact]}."
