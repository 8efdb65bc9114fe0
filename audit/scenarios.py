"""The decision table in code: loads `scenarios.toml` and proves it whole.

The table is data so that an administrator can review it; this module only reads it and refuses one that
has gaps, duplicates, one-sided or overlapping branches, or names something that does not exist.
What a case becomes is decided in `audit.classify`.
"""

import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

from audit.errors import AuditError

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
    {"other_account", "ad_guid", "no_ad_guid", "returner", "legacy_dn", "archive", "auto_expanding_archive"}
)
"""What a case must have for a step to be printed at all."""


class TableError(AuditError):
    """The decision table is not whole; lists every problem found."""


@dataclass(frozen=True, slots=True)
class StepRule:
    """One step of advice: what it is for, its commands as templates, and what forbids it."""

    id: str
    kind: str
    say: str
    commands: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


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
class DecisionTable:
    """The whole of `scenarios.toml`, proved."""

    scenarios: Mapping[str, Scenario]
    classes: tuple[OrphanClass, ...]
    steps: Mapping[str, StepRule]
    blockers: Mapping[str, str]
    warnings: Mapping[str, str]
    undetermined: Plan
    """What to do where not even the class is settled: look, and complete the listings."""
    ambiguous: Plan
    """What to do where a command could reach the wrong object."""
    others: Mapping[str, OtherKind]
    """Deleted mailboxes of no user, by RecipientTypeDetails."""


@cache
def load_table() -> DecisionTable:
    """Return the table that ships with the program; raises `TableError` where it is not whole."""
    return parse_table(tomllib.loads(files("audit").joinpath("scenarios.toml").read_text(encoding="utf-8")))


def parse_table(data: Mapping[str, Any]) -> DecisionTable:
    """Build the table from the decoded TOML; raises `TableError` naming every problem at once."""
    try:
        table = DecisionTable(
            scenarios=_unique([_scenario(row) for row in data["scenario"]]),
            classes=tuple(_orphan_class(row) for row in data["class"]),
            steps={id_: _step(id_, row) for id_, row in data["step"].items()},
            blockers={id_: row["says"] for id_, row in data["blocker"].items()},
            warnings={id_: row["says"] for id_, row in data["warning"].items()},
            undetermined=_plan(data["undetermined"]),
            ambiguous=_plan(data["ambiguous"]),
            others={kind: _other_kind(row) for kind, row in data["other"].items()},
        )
    except (KeyError, TypeError) as error:
        raise TableError(f"scenarios.toml: a key is missing or not known: {error}.") from error
    if problems := list(_problems(table)):
        raise TableError("scenarios.toml is not whole:\n  " + "\n  ".join(problems))
    return table


def states_of_all_scenarios() -> Iterator[str]:
    """Yield the 27 scenario ids in the guide's order."""
    yield from ("-".join(states) for states in product(*AXES.values()))


def _unique(scenarios: list[Scenario]) -> dict[str, Scenario]:
    by_id: dict[str, Scenario] = {}
    for scenario in scenarios:
        if scenario.id in by_id:
            raise TableError(f"scenarios.toml: {scenario.id} stands twice.")
        by_id[scenario.id] = scenario
    return by_id


def _scenario(row: Mapping[str, Any]) -> Scenario:
    row = dict(row)
    anchor = row["anchor"]
    branches = tuple(_branch(branch, anchor) for branch in row.pop("branch"))
    slips = tuple(row.pop("slips", ()))
    return Scenario(**{"unobservable": None, **row}, slips=slips, branches=branches)


def _branch(row: Mapping[str, Any], anchor: str) -> Branch:
    row = {"anchor": anchor, **row}
    return Branch(row.pop("id", None), row.pop("when", {}), row.pop("outcome"), _plan(row))


def _plan(row: Mapping[str, Any]) -> Plan:
    lists = {key: tuple(row[key]) for key in ("steps", "warnings") if key in row}
    return Plan(**{**row, **lists})


def _orphan_class(row: Mapping[str, Any]) -> OrphanClass:
    row = dict(row)
    states = {axis: tuple(row.pop(axis, all_states)) for axis, all_states in AXES.items()}
    head = (row.pop("id", None), row.pop("excluded", None), row.pop("says"), states, row.pop("when", {}))
    return OrphanClass(*head, plan=_plan(row) if "action" in row else None)


def _other_kind(row: Mapping[str, Any]) -> OtherKind:
    row = dict(row)
    head = (row.pop("class"), row.pop("outcome"), row.pop("says"))
    return OtherKind(*head, plan=_plan(row))


def _step(id_: str, row: Mapping[str, Any]) -> StepRule:
    lists = {key: tuple(row[key]) for key in ("commands", "blocked_by", "needs") if key in row}
    return StepRule(**{"id": id_, **row, **lists})


def _problems(table: DecisionTable) -> Iterator[str]:
    yield from _problems_of_scenarios(table)
    yield from _problems_of_classes(table)
    yield from _problems_of_steps(table)
    plans = [branch.plan for scenario in table.scenarios.values() for branch in scenario.branches]
    plans += [row.plan for row in table.classes if row.plan]
    plans += [table.undetermined, table.ambiguous, *(other.plan for other in table.others.values())]
    used = {step for plan in plans for step in plan.steps}
    yield from (f"step {step} is not defined" for step in sorted(used - set(table.steps)))
    warned = {warning for plan in plans for warning in plan.warnings}
    yield from (f"warning {warning} is not defined" for warning in sorted(warned - set(table.warnings)))


def _problems_of_scenarios(table: DecisionTable) -> Iterator[str]:
    expected = list(states_of_all_scenarios())
    yield from (f"scenario {id_} is missing" for id_ in expected if id_ not in table.scenarios)
    yield from (f"scenario {id_} is not one of the 27" for id_ in table.scenarios if id_ not in expected)
    for scenario in table.scenarios.values():
        facts = sorted({fact for branch in scenario.branches for fact in branch.when})
        yield from (f"{scenario.id}: fact {fact} is not known" for fact in facts if fact not in FACTS)
        for branch in scenario.branches:
            if branch.outcome not in OUTCOMES:
                yield f"{scenario.id}: outcome {branch.outcome} is not known"
        for values in product((True, False), repeat=len(facts)):
            case = dict(zip(facts, values, strict=True))
            fitting = [branch.id for branch in scenario.branches if branch.when.items() <= case.items()]
            if len(fitting) != 1:
                yield (
                    f"{scenario.id}: {case or 'the scenario'} fits {len(fitting)} branches {fitting}, not one"
                )


def _problems_of_classes(table: DecisionTable) -> Iterator[str]:
    for row in table.classes:
        if (row.id is None) == (row.excluded is None):
            yield f"class {row.id or row.excluded}: give an id or an exclusion, not both"
        yield from (
            f"class {row.verdict[1]}: fact {fact} is not known" for fact in row.when if fact not in FACTS
        )
        for axis, states in row.states.items():
            yield from (
                f"class {row.verdict[1]}: {state} is no state of {axis}"
                for state in set(states) - set(AXES[axis])
            )
    for id_ in states_of_all_scenarios():
        states_ = dict(zip(AXES, id_.split("-"), strict=True))
        covering = [row for row in table.classes if all(states_[axis] in row.states[axis] for axis in AXES)]
        if not any(not row.when for row in covering):
            yield f"classes: {id_} is not covered whatever the facts"


def _problems_of_steps(table: DecisionTable) -> Iterator[str]:
    for step in table.steps.values():
        if step.kind not in KINDS:
            yield f"step {step.id}: kind {step.kind} is not one of {', '.join(KINDS)}"
        yield from (
            f"step {step.id}: blocker {name} is not defined"
            for name in step.blocked_by
            if name not in table.blockers
        )
        yield from (f"step {step.id}: need {name} is not known" for name in step.needs if name not in NEEDS)
        for command in step.commands:
            names = {name for _, name, _, _ in string.Formatter().parse(command) if name is not None}
            yield from (
                f"step {step.id}: placeholder {{{name}}} is not known"
                for name in sorted(names - PLACEHOLDERS)
            )
