"""What the decision table is made of: its vocabulary, and one class for each kind of row.

The rows themselves are in `scenarios.toml`.
`audit.scenarios` loads them, `audit.scenarios_proof` proves them whole.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

AXES: dict[str, tuple[str, str, str]] = {
    "on_premises": ("managed", "present", "deleted"),
    "entra": ("present", "soft_deleted", "hard_deleted"),
    "mailbox": ("present", "soft_deleted", "not_present"),
}
"""The three axes of KB 20804 and their states, in the guide's order."""

FACTS: tuple[str, ...] = (
    "is_inactive_mailbox",
    "was_inactive_mailbox",
    "object_ids_match",
    "has_exchange_license",
    "has_active_mailbox",
    "license_removed",
    "had_mailbox",
    "is_federated",
    "is_hybrid",
)
"""What splits a scenario into branches; each is true, false or not known."""

OUTCOMES = ("healthy", "recoverable", "contact_support", "not_recoverable")
"""What the articles promise; `undetermined` is never in the table, it remains when candidates differ."""

KINDS = ("read", "add", "change")
"""What a step does to a tenant."""

PLACEHOLDERS = frozenset(
    {
        "object_id", "exchange_guid", "other_object_id", "ad_guid", "ad_filter", "account_filter",
        "target", "x500", "new_upn", "upn", "new_name", "display_name",
    }
)  # fmt: skip
"""What a command may ask for; `audit.commands` fills them."""

NEEDS = frozenset(
    {
        "other_account", "claimant_mailbox", "returner", "ad_guid", "no_ad_guid", "legacy_dn",
        "exchange_guid", "archive", "auto_expanding_archive", "additional_shards",
    }
)  # fmt: skip
"""What a case must have for a step to be printed at all."""


def states_of_all_scenarios() -> Iterator[str]:
    """Yield the 27 scenario ids in the guide's order."""
    yield from ("-".join(states) for states in product(*AXES.values()))


@dataclass(frozen=True, slots=True)
class StepRule:
    """One step of advice: what it is for, its commands as templates, and what forbids it."""

    id: str
    kind: str
    say: str
    commands: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """Steps of the same plan one of which must have been printed before."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do: the sentence, the steps in order, the warnings, and the article that says so."""

    action: str
    steps: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    kb: int = 20804
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of a scenario; `id` is null where the scenario has only one."""

    id: str | None
    when: Mapping[str, bool]
    outcome: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of KB 20804."""

    id: str
    anchor: str
    kb_says: str
    slips: tuple[str, ...]
    unobservable: str | None
    """Why no listing can show this state; null where one can."""
    branches: tuple[Branch, ...]

    @property
    def states(self) -> dict[str, str]:
        """The scenario's state on each axis."""
        return dict(zip(AXES, self.id.split("-"), strict=True))


@dataclass(frozen=True, slots=True)
class OrphanClass:
    """One row of the class list; the first that fits a case names its class or why it is no orphan."""

    id: str | None
    excluded: str | None
    says: str
    states: Mapping[str, tuple[str, ...]]
    when: Mapping[str, bool]
    plan: Plan | None

    @property
    def verdict(self) -> tuple[bool, str]:
        """Whether it is an orphan, and the class or the reason for excluding it."""
        return (self.id is not None, self.id or self.excluded or "")


@dataclass(frozen=True, slots=True)
class OtherKind:
    """What a deleted mailbox that belongs to no user becomes."""

    orphan_class: str
    outcome: str
    says: str
    plan: Plan


@dataclass(frozen=True, slots=True)
class BlockerRule:
    """What makes a recovery command fail or reach too far."""

    says: str
    action: str | None = None
    """What to do instead, where it took a step away."""


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """The whole of `scenarios.toml`, proved."""

    scenarios: Mapping[str, Scenario]
    classes: tuple[OrphanClass, ...]
    steps: Mapping[str, StepRule]
    blockers: Mapping[str, BlockerRule]
    warnings: Mapping[str, str]
    undetermined: Plan
    """What to do where not even the class is settled: look, and complete the listings."""
    ambiguous: Plan
    """What to do where a command could reach the wrong object."""
    others: Mapping[str, OtherKind]
    """Deleted mailboxes of no user, by RecipientTypeDetails."""
