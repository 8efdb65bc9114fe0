"""Advice: each finding's action, steps, commands, blockers and warnings, by its row of the decision table."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from audit.classify import Decision
from audit.commands import fields_of, fill, values_of
from audit.conflicts import AMBIGUOUS
from audit.decision_table import DecisionTable, Plan
from audit.findings import Step
from audit.holds import only_delay_holds

WARNINGS_BY_FACT = (
    "ambiguous",
    "no_guid",
    "object_id_still_set",
    "type_not_known",
    "archive_not_known",
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


_BEFORE = re.compile(r" before (?:its|the) deadline")
"""What an action says of a deadline; no longer once it has passed."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What advice needs to know of one finding; ids are null where not known."""

    decision: Decision
    object_id: str | None
    exchange_guid: str | None
    other_object_id: str | None
    """The duplicate user by which the case is judged."""
    claimed: bool
    """Another account has the mailbox's source anchor."""
    target_guid: str | None
    """The active mailbox to copy into, where ids leave exactly one."""
    has_returned: bool
    """Another present account has the sign-in name now."""
    anchor_guid: str | None
    """The source anchor as a GUID."""
    ad_guid: str | None
    """The objectGUID of the on-premises account, from an Active Directory listing."""
    legacy_dn: str | None
    upn: str | None
    """The sign-in name without Entra's prefix."""
    new_upn: str | None
    """A sign-in name for a recovered account that nobody read here uses."""
    name: str
    recipient_type: str | None
    has_archive: bool
    auto_expanding_archive: bool | None
    mailbox_locations: tuple[str, ...] | None
    is_federated: bool | None
    account_known: bool
    """The account is in a listing."""
    account_in_recycle_bin: bool
    mailbox_is_soft_deleted: bool
    may_be_synced: bool
    """An on-premises account is not ruled out."""
    notes: tuple[str, ...]
    """Doubts about the rows themselves, such as a time without its zone."""
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
    blockers = blockers_of(subject)
    rules = [table.steps[step] for step in plan.steps]
    wanted = frozenset[str]().union(*map(fields_of, rules))
    blocking = frozenset(blockers)
    steps = fill(rules, _values(subject, wanted), _has(subject, blocking), blocking)
    warned = [*_own_warnings(subject, ambiguous=ambiguous), *plan.warnings]
    warnings = [table.warnings[warning] for warning in dict.fromkeys(warned)]
    told = {"account_still_restorable"} if subject.account_in_recycle_bin else set()
    warnings += [table.blockers[blocker].says for blocker in blockers if blocker not in told]
    warnings += map(_said, subject.conflicts)
    warnings += subject.notes
    commands = tuple(command for step in steps for command in step.commands)
    action = _action(table, plan, blockers)
    if subject.urgency == "overdue":
        action = f"Overdue, act now: {_BEFORE.sub('', action)}"
    return Advice(action, steps, commands, tuple(blockers), tuple(dict.fromkeys(warnings)))


def _said(conflict: Mapping[str, str | None]) -> str:
    names = ", ".join(filter(None, (conflict["code"], conflict["with"])))
    return f"{conflict['note']} ({names})"


def _action(table: DecisionTable, plan: Plan, blockers: list[str]) -> str:
    """Return what to do: the plan's sentence, unless a blocker took a step away from it."""
    for blocker in blockers:
        action = table.blockers[blocker].action
        if action and any(blocker in table.steps[step].blocked_by for step in plan.steps):
            return action
    return plan.action


def blockers_of(subject: Subject) -> list[str]:
    """Name what makes a recovery command fail or reach too far (facts/exchange.md 3.5)."""
    locations = [location.lower() for location in subject.mailbox_locations or ()]
    expanding = subject.auto_expanding_archive or any(";auxarchive;" in text for text in locations)
    codes = {conflict["code"] for conflict in subject.conflicts}
    deleted = subject.mailbox_is_soft_deleted
    in_bin = subject.account_in_recycle_bin or "restorable_account" in codes
    found = {
        "account_still_restorable": deleted and in_bin,
        "auto_expanding_archive": deleted and expanding,
        "additional_shards": deleted and any(";auxprimary;" in text for text in locations),
        "federated_domain": deleted and not subject.account_known and bool(subject.is_federated),
        "several_mailboxes": deleted and "several_mailboxes" in codes and subject.target_guid is None,
        "claimed_by_another_account": subject.claimed,
    }
    return [blocker for blocker, holds in found.items() if holds]


def _values(subject: Subject, wanted: frozenset[str]) -> dict[str, str]:
    return values_of(
        wanted,
        object_id=subject.object_id,
        exchange_guid=subject.exchange_guid,
        other_object_id=subject.other_object_id,
        anchor_guid=subject.anchor_guid,
        ad_guid=subject.ad_guid,
        target=subject.target_guid,
        legacy_dn=subject.legacy_dn,
        upn=subject.upn,
        new_upn=subject.new_upn,
        name=subject.name,
    )


def _has(subject: Subject, blockers: frozenset[str]) -> frozenset[str]:
    has = {
        "other_account": subject.other_object_id is not None,
        "ad_guid": subject.ad_guid is not None,
        "no_ad_guid": subject.ad_guid is None,
        "returner": subject.has_returned,
        "claimant_mailbox": subject.claimed and subject.target_guid is not None,
        "legacy_dn": bool(subject.legacy_dn),
        "exchange_guid": subject.exchange_guid is not None,
        "archive": subject.has_archive,
        "auto_expanding_archive": "auto_expanding_archive" in blockers,
        "additional_shards": "additional_shards" in blockers,
    }
    return frozenset(name for name, holds in has.items() if holds)


def _own_warnings(subject: Subject, *, ambiguous: bool) -> list[str]:
    clock, running = subject.mailbox_clock, subject.mailbox_is_soft_deleted
    orphaned = running and not subject.account_known and bool(subject.decision.candidates)
    found = {
        "ambiguous": ambiguous,
        "no_guid": running and subject.exchange_guid is None,
        "object_id_still_set": orphaned and subject.object_id is not None,
        "type_not_known": running and subject.recipient_type is None,
        "archive_not_known": running and subject.has_archive and subject.auto_expanding_archive is None,
        "overdue": subject.urgency == "overdue",
        "account_overdue": subject.account_overdue,
        "do_not_relicense_copy": running and subject.may_be_synced,
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
