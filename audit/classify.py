"""Classification is a join: cases with the decision table, on the three axes and the facts.

Most cases of a tenant share a few dozen combinations, so each combination is judged once and given to all
its cases. A state or fact that is not known leaves several rows of the table open. Whatever all of them agree
on (the outcome, the class, the steps) is still said; where they differ the finding is `undetermined` and says
what would decide.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from audit.decision_table import AXES, FACTS, Branch, DecisionTable, OrphanClass, Plan, Scenario
from audit.states import MAILBOX_PRESENT, SUBJECTS, States

Facts = Mapping[str, bool | None]

SEEN_TWICE = ("present", "soft_deleted")
"""What remains of the account where both listings have it: it changed while they were read."""

NO_SIGN = "no_sign_of_an_orphan"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the table says of one combination of axes and facts."""

    states: dict[str, str | None]
    """The state on each axis; null where several remain."""
    candidates: tuple[str, ...]
    scenario: str | None
    branch: str | None
    orphan_class: str | None
    """The class, `undetermined`, or null where the case is no orphan."""
    excluded: str | None
    """Why it is no orphan; null for findings."""
    outcome: str
    plan: Plan
    open_axes: tuple[str, ...]
    open_facts: tuple[str, ...]
    """What would decide between the rows that remain."""


def classify(table: DecisionTable, states: States) -> tuple[list[Decision], npt.NDArray[np.int64]]:
    """Judge every case; returns the distinct decisions and, for each case, the position of its own."""
    key = states.subject.astype(np.int64)
    for mask in (states.on_premises, states.entra, states.mailbox):
        key = key * 8 + mask
    for fact in FACTS:
        key = key * 3 + states.facts[fact] + 1
    keys, first, decision = np.unique(key, return_index=True, return_inverse=True)
    return [_decide(table, states, int(case)) for case in first[: len(keys)]], decision


def _decide(table: DecisionTable, states: States, case: int) -> Decision:
    if states.subject[case]:
        return _decide_other(table, SUBJECTS[states.subject[case]], int(states.mailbox[case]))
    masks = dict(zip(AXES, (states.on_premises[case], states.entra[case], states.mailbox[case]), strict=True))
    facts = {fact: _unknown_is_none(int(states.facts[fact][case])) for fact in FACTS}
    return decide(table, {axis: _states_in(axis, int(mask)) for axis, mask in masks.items()}, facts)


def _decide_other(table: DecisionTable, subject: str, mailbox: int) -> Decision:
    """Judge what is no user's.

    Deleted group and public-folder mailboxes have clocks, the rest is no orphan.
    """
    other = table.others.get(subject)
    states = {
        "on_premises": None,
        "entra": None,
        "mailbox": "present" if mailbox == MAILBOX_PRESENT else "soft_deleted",
    }
    if other is None or mailbox == MAILBOX_PRESENT:
        return Decision(states, (), None, None, None, subject, "undetermined", table.undetermined, (), ())
    return Decision(states, (), None, None, other.orphan_class, None, other.outcome, other.plan, (), ())


def decide(table: DecisionTable, axes: Mapping[str, tuple[str, ...]], facts: Facts) -> Decision:
    """Judge one combination: for each axis the states not ruled out, and the facts (None: not known)."""
    scenarios = [table.scenarios["-".join(states)] for states in product(*(axes[axis] for axis in AXES))]
    branches = [
        (scenario, branch) for scenario in scenarios for branch in _possible_branches(scenario, facts)
    ]
    rows = [row for scenario in scenarios for row in _possible_classes(table, scenario.states, facts)]
    orphan_class, excluded = _class_of(rows, facts)
    if axes["entra"] == SEEN_TWICE and excluded == NO_SIGN:
        orphan_class, excluded = "undetermined", None
    outcomes = {branch.outcome for _, branch in branches}
    scenario = scenarios[0].id if len(scenarios) == 1 else None
    return Decision(
        states={axis: states[0] if len(states) == 1 else None for axis, states in axes.items()},
        candidates=tuple(scenario.id for scenario in scenarios),
        scenario=scenario,
        branch=branches[0][1].id if scenario and len(branches) == 1 else None,
        orphan_class=orphan_class,
        excluded=excluded,
        outcome=outcomes.pop() if len(outcomes) == 1 else "undetermined",
        plan=_plan_of(table, orphan_class, rows, [branch for _, branch in branches]),
        open_axes=tuple(axis for axis, states in axes.items() if len(states) != 1),
        open_facts=_deciding_facts(branches, rows, facts),
    )


def _possible_branches(scenario: Scenario, facts: Facts) -> list[Branch]:
    return [branch for branch in scenario.branches if _possible(branch.when, facts)]


def _possible_classes(table: DecisionTable, states: Mapping[str, str], facts: Facts) -> Iterator[OrphanClass]:
    """Yield the class that fits, and before it those that a fact not known may make fit."""
    for row in table.classes:
        if all(states[axis] in row.states[axis] for axis in AXES) and _possible(row.when, facts):
            yield row
            if all(facts[fact] is not None for fact in row.when):
                return


def _possible(when: Mapping[str, bool], facts: Facts) -> bool:
    return all(facts[fact] in (value, None) for fact, value in when.items())


def _class_of(rows: list[OrphanClass], facts: Facts) -> tuple[str | None, str | None]:
    """Return the class all rows agree on, or `undetermined`; or why the case is no orphan.

    A deleted account is excluded only where every row says so. A present account or active mailbox is
    excluded where any row does: nothing seen suggests an orphan, only a listing that would confirm it is
    missing; it is counted as `no_sign_of_an_orphan`, and the incomplete listing is reported. A license
    known to be taken away does suggest one.
    """
    verdicts = {row.verdict for row in rows}
    classes = {name for is_orphan, name in verdicts if is_orphan}
    exclusions = {name for is_orphan, name in verdicts if not is_orphan}
    if not rows:
        return "undetermined", None
    if not classes:
        return None, min(exclusions)
    suspected = facts["license_removed"] and "license_removed" in classes
    may_be_at_work = any(row.excluded and "present" in row.states["entra"] for row in rows)
    if may_be_at_work and not suspected:
        return None, NO_SIGN
    return (classes.pop() if len(classes) == 1 and not exclusions else "undetermined"), None


def _plan_of(
    table: DecisionTable, orphan_class: str | None, rows: list[OrphanClass], branches: list[Branch]
) -> Plan:
    """Return the plan of the one branch, or what all branches agree on, or the class's, or "look first"."""
    plans = {branch.plan for branch in branches}
    if len(plans) == 1:
        return plans.pop()
    same = {(plan.steps, plan.warnings) for plan in plans}
    if len(same) == 1:
        plan = branches[0].plan
        return Plan(plan.action, plan.steps, plan.warnings, plan.kb, None)
    for row in rows:
        if row.id == orphan_class and row.plan is not None:
            return row.plan
    return table.undetermined


def _deciding_facts(
    branches: list[tuple[Scenario, Branch]], rows: list[OrphanClass], facts: Facts
) -> tuple[str, ...]:
    """Return the facts not known on which the remaining rows differ."""
    asked = {fact for _, branch in branches for fact in branch.when} if len(branches) > 1 else set()
    asked |= {fact for row in rows for fact in row.when} if len(rows) > 1 else set()
    return tuple(fact for fact in FACTS if fact in asked and facts[fact] is None)


def _states_in(axis: str, mask: int) -> tuple[str, ...]:
    return tuple(state for bit, state in enumerate(AXES[axis]) if mask >> bit & 1)


def _unknown_is_none(trit: int) -> bool | None:
    return None if trit < 0 else bool(trit)
