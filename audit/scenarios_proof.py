"""The proof that the decision table is whole.

There are exactly 27 scenarios.
The branches of each are whole and exclude one another for every combination of facts.
The orphan classes cover every state.
Every step, warning, blocker, need and placeholder named exists, and no step comes before one it must follow.
"""

import string
from collections.abc import Iterator
from itertools import product

from audit.decision_table import (
    AXES,
    FACTS,
    KINDS,
    NEEDS,
    OUTCOMES,
    PLACEHOLDERS,
    DecisionTable,
    Plan,
    states_of_all_scenarios,
)


def problems_of(table: DecisionTable) -> Iterator[str]:
    """Yield every problem of the table, in words."""
    yield from _problems_of_scenarios(table)
    yield from _problems_of_classes(table)
    yield from _problems_of_steps(table)
    plans = [branch.plan for scenario in table.scenarios.values() for branch in scenario.branches]
    plans += [row.plan for row in table.classes if row.plan]
    plans += [table.undetermined, table.ambiguous, *(other.plan for other in table.others.values())]
    yield from (problem for plan in plans for problem in _problems_of_order(table, plan))
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


def _problems_of_order(table: DecisionTable, plan: Plan) -> Iterator[str]:
    """Yield the steps that stand before one they must follow; a plan without that one lets them stand."""
    for place, step in enumerate(plan.steps):
        if step in table.steps:
            late = [other for other in table.steps[step].after if other in plan.steps[place:]]
            yield from (f"step {step} stands before {other}, which it must follow" for other in late)


def _problems_of_steps(table: DecisionTable) -> Iterator[str]:
    for step in table.steps.values():
        if step.kind not in KINDS:
            yield f"step {step.id}: kind {step.kind} is not one of {', '.join(KINDS)}"
        yield from (
            f"step {step.id}: blocker {name} is not defined"
            for name in step.blocked_by
            if name not in table.blockers
        )
        yield from (
            f"step {step.id}: {name}, which it must follow, is not defined"
            for name in step.after
            if name not in table.steps
        )
        yield from (f"step {step.id}: need {name} is not known" for name in step.needs if name not in NEEDS)
        for command in step.commands:
            names = {name for _, name, _, _ in string.Formatter().parse(command) if name is not None}
            yield from (
                f"step {step.id}: placeholder {{{name}}} is not known"
                for name in sorted(names - PLACEHOLDERS)
            )
