"""Why a mailbox is held: the grammar of InPlaceHolds and the hold flags, decoded (facts/exchange.md 2.3).

A token explains a hold; it never decides whether a mailbox is held. Organization-wide policies and
Microsoft 365 Backup keep mailboxes whose own list is empty, so that question is for `IsInactiveMailbox`.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(
    r"(-)?(mbx|skp|grp|cld|UniH)?([0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?::([123]))?",
    re.IGNORECASE,
)

_KINDS = {
    "mbx": "retention_policy",
    "skp": "teams_chat_retention_policy",
    "grp": "group_retention_policy",
    "cld": "in_place_hold",
    "unih": "ediscovery_hold",
    "": "in_place_hold",
}

FLAGS = {
    "LitigationHoldEnabled": "litigation_hold",
    "ComplianceTagHoldApplied": "retention_label",
    "DelayHoldApplied": "delay_hold",
    "DelayReleaseHoldApplied": "delay_release_hold",
}
"""Mailbox flags that are holds of their own."""

DELAY_HOLDS = frozenset({"delay_hold", "delay_release_hold"})
"""Holds that end by themselves within 30 days."""


class Hold(NamedTuple):
    """One hold."""

    kind: str
    """litigation_hold, retention_policy, ediscovery_hold, …; exclusion for ``-mbx…``; unknown."""
    id: str | None
    """The policy's or case's id as it stands in the token."""
    retains: bool | None
    """False for exclusions and delete-only policies (``:1``); null where the token is unknown."""
    token: str | None
    """What Exchange wrote; null for a flag."""


@lru_cache(maxsize=65_536)
def decode(token: str) -> Hold:
    """Decode one InPlaceHolds token; what does not fit the grammar is kept as unknown."""
    match = _TOKEN.fullmatch(token.strip())
    if match is None:
        return Hold("unknown", None, None, token)
    minus, prefix, id_, action = match.groups()
    if minus:
        return Hold("exclusion", id_, retains=False, token=token)
    return Hold(_KINDS[(prefix or "").lower()], id_, action != "1", token)


@lru_cache(maxsize=65_536)
def holds_of(tokens: tuple[str, ...], flags: tuple[str, ...]) -> tuple[dict[str, object], ...]:
    """Return every hold as a record: the flags that are set, then the tokens."""
    held = [Hold(FLAGS[flag], None, retains=True, token=None) for flag in flags]
    return tuple(hold._asdict() for hold in (*held, *map(decode, tokens)))


def only_delay_holds(holds: Iterable[dict[str, object]]) -> bool:
    """Whether delay holds are all that is known to keep a mailbox."""
    retaining = {hold["kind"] for hold in holds if hold["retains"] is not False}
    return bool(retaining) and retaining <= DELAY_HOLDS
