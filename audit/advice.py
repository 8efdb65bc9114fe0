"""Advice: each finding's action, steps, commands, blockers and warnings, by its row of the decision table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from audit.classify import Decision
from audit.commands import fields_of, fill, values_of
from audit.conflicts import AMBIGUOUS
from audit.findings import Step
from audit.holds import only_delay_holds
from audit.scenarios import DecisionTable
from audit.states import AD_DELETED, AD_PRESENT

WARNINGS_BY_FACT = (
    "ambiguous",
    "no_guid",
    "overdue",
    "account_overdue",
    "do_not_relicense_copy",
    "garbage_collection",
    "delay_hold_only",
    "inactive_not_known",
    "was_inactive_not_known",
    "retire_time_not_known",
    "deleted_time_not_known",
    "license_time_not_known",
    "account_time_not_known",
)
"""Warnings that a case's own values call for; the table's rows name the others."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What advice needs to know of one finding; ids are null where not known."""

    decision: Decision
    object_id: str | None
    exchange_guid: str | None
    other_object_id: str | None
    target_guid: str | None
    """The active mailbox to copy into: the same account's, or that of the account the person has now."""
    has_returned: bool
    """Another present account with an active mailbox has the sign-in name now."""
    anchor: str | None
    legacy_dn: str | None
    upn: str | None
    """The sign-in name without Entra's prefix."""
    name: str
    initial_domain: str | None
    """The tenant's onmicrosoft.com domain, always managed."""
    has_archive: bool
    auto_expanding_archive: bool
    mailbox_locations: tuple[str, ...] | None
    is_federated: bool | None
    account_in_recycle_bin: bool
    mailbox_is_soft_deleted: bool
    on_premises: int
    """Bits of the on-premises axis."""
    holds: tuple[dict[str, object], ...]
    conflicts: Sequence[Mapping[str, str | None]]
    garbage: bool
    mailbox_clock: str
    urgency: str
    account_overdue: bool
    inactive_known: bool
    was_inactive_known: bool
    purge_known: bool
    restore_known: bool


class Advice(NamedTuple):
    """What to do about one finding."""

    action: str
    steps: tuple[Step, ...]
    commands: tuple[str, ...]
    blockers: tuple[str, ...]
    warnings: tuple[str, ...]


def advise(table: DecisionTable, subject: Subject) -> Advice:
    """Return the advice for one finding; commands are empty where printing one would be unsafe."""
    ambiguous = any(conflict["code"] in AMBIGUOUS for conflict in subject.conflicts)
    plan = table.ambiguous if ambiguous else subject.decision.plan
    blockers = tuple(blockers_of(subject))
    rules = [table.steps[step] for step in plan.steps]
    wanted = frozenset[str]().union(*map(fields_of, rules))
    steps = fill(rules, _values(subject, wanted), _has(subject), frozenset(blockers))
    warned = [*_own_warnings(subject, ambiguous=ambiguous), *plan.warnings]
    warnings = [table.warnings[warning] for warning in dict.fromkeys(warned)]
    warnings += [table.blockers[blocker] for blocker in blockers if blocker != "account_still_restorable"]
    warnings += [
        f"{conflict['note']} ({conflict['code']}, {conflict['with']})" for conflict in subject.conflicts
    ]
    commands = tuple(command for step in steps for command in step.commands)
    return Advice(plan.action, steps, commands, blockers, tuple(dict.fromkeys(warnings)))


def blockers_of(subject: Subject) -> list[str]:
    """Name what makes a recovery command fail (facts/exchange.md 3.5)."""
    if not subject.mailbox_is_soft_deleted:
        return []
    locations = [location.lower() for location in subject.mailbox_locations or ()]
    found = {
        "account_still_restorable": subject.account_in_recycle_bin,
        "auto_expanding_archive": subject.auto_expanding_archive
        or any(";auxarchive;" in text for text in locations),
        "additional_shards": any(";auxprimary;" in text for text in locations),
        "federated_domain": bool(subject.is_federated),
    }
    return [blocker for blocker, holds in found.items() if holds]


def _values(subject: Subject, wanted: frozenset[str]) -> dict[str, str]:
    return values_of(
        wanted,
        object_id=subject.object_id,
        exchange_guid=subject.exchange_guid,
        other_object_id=subject.other_object_id,
        anchor=subject.anchor,
        target=subject.target_guid,
        legacy_dn=subject.legacy_dn,
        upn=subject.upn,
        new_upn=_free_upn(subject),
        name=subject.name,
    )


def _free_upn(subject: Subject) -> str | None:
    """Return a sign-in name for a recovered account.

    It is the old one, or one in the initial domain where that is not managed. A name that somebody uses
    now is never printed; New-Mailbox would refuse it at best (facts/exchange.md 3.5).
    """
    taken = {"upn_in_use", "smtp_in_use", "object_id_mismatch"}
    if not subject.upn or any(conflict["code"] in taken for conflict in subject.conflicts):
        return None
    local, _, domain = subject.upn.rpartition("@")
    if subject.is_federated is False or domain.lower().endswith(".onmicrosoft.com"):
        return subject.upn
    if subject.is_federated is None and subject.on_premises & (AD_PRESENT | AD_DELETED) == 0:
        return subject.upn
    return f"{local}@{subject.initial_domain}" if subject.initial_domain else None


def _has(subject: Subject) -> frozenset[str]:
    has = {
        "other_account": subject.other_object_id is not None,
        "ad_guid": subject.anchor is not None,
        "no_ad_guid": subject.anchor is None,
        "returner": subject.has_returned,
        "legacy_dn": bool(subject.legacy_dn),
        "archive": subject.has_archive,
        "auto_expanding_archive": subject.auto_expanding_archive,
    }
    return frozenset(name for name, holds in has.items() if holds)


def _own_warnings(subject: Subject, *, ambiguous: bool) -> list[str]:
    clock, running = subject.mailbox_clock, subject.mailbox_is_soft_deleted
    synced = (
        bool(subject.on_premises & (AD_PRESENT | AD_DELETED))
        and subject.decision.states["on_premises"] != "managed"
    )
    found = {
        "ambiguous": ambiguous,
        "no_guid": running and subject.exchange_guid is None,
        "overdue": subject.urgency == "overdue",
        "account_overdue": subject.account_overdue,
        "do_not_relicense_copy": running and synced,
        "garbage_collection": subject.garbage,
        "delay_hold_only": clock == "held" and only_delay_holds(subject.holds),
        "inactive_not_known": running and not subject.inactive_known and clock != "held",
        "was_inactive_not_known": clock == "soft_deleted" and not subject.was_inactive_known,
        "retire_time_not_known": clock == "hold_released" and not subject.purge_known,
        "deleted_time_not_known": clock == "soft_deleted" and not subject.purge_known,
        "license_time_not_known": clock == "license_removed" and not subject.purge_known,
        "account_time_not_known": subject.account_in_recycle_bin and not subject.restore_known,
    }
    return [warning for warning in WARNINGS_BY_FACT if found[warning]]
