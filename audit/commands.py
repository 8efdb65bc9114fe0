"""Steps of the decision table become the exact commands of one case.

A step is printed only where the case has all it needs: every placeholder filled, no blocker in its way.
Values are quoted by `audit.powershell`; objects are addressed by object id or ExchangeGuid. What a command
cannot know (a password, a license, a free sign-in name) it asks for when it is run, so nothing has to be
edited.
"""

import string
from collections.abc import Mapping, Sequence
from functools import cache

from audit.decision_table import StepRule
from audit.findings import Step
from audit.powershell import quote

Values = Mapping[str, str]

_NAME_LENGTH = 64
"""The longest Name Exchange Online takes."""

ASK_UPN = (
    "(Read-Host -Prompt "
    "'New, unused sign-in name in a managed domain, for example person@contoso.onmicrosoft.com')"
)
ASK_OWN_UPN = "(Read-Host -Prompt 'Sign-in name of the account')"
ASK_TARGET = "(Read-Host -Prompt 'ExchangeGuid of the mailbox to copy into')"


def fill(
    rules: Sequence[StepRule], values: Values, has: frozenset[str], blockers: frozenset[str]
) -> tuple[Step, ...]:
    """Return the steps of a case with their commands.

    `values` are the quoted placeholders the case can fill, `has` what `StepRule.needs` may ask for. A step
    that must follow others of the plan is printed only if one of them was: what follows on a refused step is
    refused.
    """
    plan = {rule.id for rule in rules}
    printed: dict[str, Step] = {}
    for rule in rules:
        predecessors = plan.intersection(rule.after)
        possible = blockers.isdisjoint(rule.blocked_by) and has.issuperset(rule.needs)
        if (
            possible
            and fields_of(rule) <= values.keys()
            and (not predecessors or predecessors & printed.keys())
        ):
            printed[rule.id] = Step(rule.say, tuple(command.format_map(values) for command in rule.commands))
    return tuple(printed.values())


@cache
def fields_of(rule: StepRule) -> frozenset[str]:
    """Return the placeholders a step's commands use."""
    parsed = (string.Formatter().parse(command) for command in rule.commands)
    return frozenset(name for parts in parsed for _, name, _, _ in parts if name is not None)


def values_of(
    wanted: frozenset[str],
    *,
    object_id: str | None,
    exchange_guid: str | None,
    other_object_id: str | None,
    anchor_guid: str | None,
    ad_guid: str | None,
    target: str | None,
    legacy_dn: str | None,
    upn: str | None,
    new_upn: str | None,
    name: str,
) -> dict[str, str]:
    """Return the quoted placeholders of one case among those wanted; one it cannot fill is left out.

    `upn` is the account's own sign-in name, `new_upn` a name that is free and in a managed domain; null where
    that is not certain, and then the command asks for it. `name` is the display name, or what else names the
    person.
    """
    sought = ad_guid or anchor_guid
    texts = {
        "object_id": object_id,
        "exchange_guid": exchange_guid,
        "other_object_id": other_object_id,
        "ad_guid": ad_guid,
        "ad_filter": sought and f"objectGUID -eq '{sought}'",
        "account_filter": object_id and f"ExternalDirectoryObjectId -eq '{object_id}'",
        "x500": legacy_dn and f"X500:{legacy_dn}",
        "display_name": name,
        "new_name": exchange_guid and _new_name(name, exchange_guid),
    }
    asked = {"target": (target, ASK_TARGET), "upn": (upn, ASK_OWN_UPN), "new_upn": (new_upn, ASK_UPN)}
    values = {key: quote(text) for key, text in texts.items() if text and key in wanted}
    return values | {
        key: quote(text) if text else question for key, (text, question) in asked.items() if key in wanted
    }


def _new_name(name: str, exchange_guid: str) -> str:
    """Return a directory name that is free: the old one may still be taken."""
    suffix = f" ({exchange_guid[:8]})"
    return name[: _NAME_LENGTH - len(suffix)] + suffix
