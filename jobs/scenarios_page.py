"""The page of the decision table, `docs/scenarios.md`."""

from collections.abc import Iterator, Mapping

from audit.decision_table import AXES, Branch, DecisionTable, OrphanClass, Plan, Scenario

_ON_PREMISES = {
    "managed": "Managed account (no directory synchronization)",
    "present": "Account present on-premises",
    "deleted": "Account deleted on-premises",
}


def page(table: DecisionTable) -> Iterator[str]:
    """Yield the lines of the page, headings first."""
    yield from _overview(table)
    for on_premises, title in _ON_PREMISES.items():
        yield from ("", f"## {title}")
        for scenario in table.scenarios.values():
            if scenario.states["on_premises"] == on_premises:
                yield from _scenario(table, scenario)
    yield from _classes(table)
    yield from _steps(table)
    yield from ("", "## Blockers", "", "| blocker | what it means |", "| --- | --- |")
    yield from (f"| `{id_}` | {blocker.says} |" for id_, blocker in table.blockers.items())


def _overview(table: DecisionTable) -> Iterator[str]:
    yield from (
        "## The 27 scenarios at a glance",
        "",
        "| on-premises | Entra ID | mailbox | outcome by branch |",
    )
    yield "| --- | --- | --- | --- |"
    for scenario in table.scenarios.values():
        states = " | ".join(scenario.states[axis] for axis in AXES)
        yield f"| {states} | [{_outcomes(scenario)}](#{scenario.id}) |"


def _outcomes(scenario: Scenario) -> str:
    outcomes = (
        f"{branch.id}: {branch.outcome}" if branch.id else branch.outcome for branch in scenario.branches
    )
    return ", ".join(outcomes)


def _scenario(table: DecisionTable, scenario: Scenario) -> Iterator[str]:
    yield from ("", f"### {scenario.id}", "", f"KB 20804, `#{scenario.anchor}`.")
    yield f"The guide says: {scenario.kb_says}"
    if scenario.slips:
        yield from ("", "Slips in the guide:", "", *(f"- {slip}" for slip in scenario.slips))
    if scenario.unobservable:
        yield from ("", f"Not observable: {scenario.unobservable}")
    for branch in scenario.branches:
        yield from ("", f"**{branch.id or 'Always'}** ({_condition(branch.when)}): {branch.outcome}.")
        yield from _plan(table, branch)


def _condition(when: Mapping[str, bool]) -> str:
    return " and ".join(fact if value else f"not {fact}" for fact, value in when.items()) or "no condition"


def _plan(table: DecisionTable, branch: Branch) -> Iterator[str]:
    yield branch.plan.action
    if branch.plan.kb != 20804:  # noqa: PLR2004 - the article the page is about
        yield f"From KB {branch.plan.kb}, `#{branch.plan.anchor}`."
    yield from _steps_and_warnings(table, branch.plan)


def _steps_and_warnings(table: DecisionTable, plan: Plan) -> Iterator[str]:
    if plan.steps:
        yield from ("", *(f"{number}. [{step}](#step-{step})" for number, step in enumerate(plan.steps, 1)))
    if plan.warnings:
        yield from ("", *(f"- Warning: {table.warnings[warning]}" for warning in plan.warnings))


def _classes(table: DecisionTable) -> Iterator[str]:
    yield from ("", "## Orphan classes", "")
    yield from ("The first row that fits names the class, or says why a case is no orphan.", "")
    yield "| class | on-premises | Entra ID | mailbox | if | what it is |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in table.classes:
        states = " | ".join(_some(row, axis) for axis in AXES)
        name = f"`{row.id}`" if row.id else f"no orphan: {row.excluded}"
        yield f"| {name} | {states} | {_condition(row.when)} | {row.says} |"
    for kind, other in table.others.items():
        yield f"| `{other.orphan_class}` | - | - | soft_deleted | {kind} | {other.says} |"


def _some(row: OrphanClass, axis: str) -> str:
    return "any" if row.states[axis] == AXES[axis] else ", ".join(row.states[axis])


def _steps(table: DecisionTable) -> Iterator[str]:
    yield from ("", "## Steps", "")
    yield "A step is left out where the case lacks what it needs, or something blocks it."
    for step in table.steps.values():
        yield from ("", f'<a id="step-{step.id}"></a>**{step.id}** ({step.kind}): {step.say}')
        if step.needs:
            yield f"Needs: {', '.join(step.needs)}."
        if step.blocked_by:
            yield f"Blocked by: {', '.join(step.blocked_by)}."
        if step.commands:
            # Doubled braces are the template's way of writing one.
            commands = (command.replace("{{", "{").replace("}}", "}") for command in step.commands)
            yield from ("", "```powershell", *commands, "```")
