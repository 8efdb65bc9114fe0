"""The decision table in code: loads `scenarios.toml` and refuses one that is not whole.

The table is data so that an administrator can review it; this module only reads it.
What a case becomes is decided in `audit.classify`.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from audit.decision_table import (
    AXES,
    BlockerRule,
    Branch,
    DecisionTable,
    OrphanClass,
    OtherKind,
    Plan,
    Scenario,
    StepRule,
)
from audit.errors import AuditError
from audit.scenarios_proof import problems_of


class TableError(AuditError):
    """The decision table is not whole; lists every problem found."""


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
            blockers={id_: BlockerRule(**row) for id_, row in data["blocker"].items()},
            warnings={id_: row["says"] for id_, row in data["warning"].items()},
            undetermined=_plan(data["undetermined"]),
            ambiguous=_plan(data["ambiguous"]),
            others={kind: _other_kind(row) for kind, row in data["other"].items()},
        )
    except (KeyError, TypeError) as error:
        raise TableError(f"scenarios.toml: a key is missing or not known: {error}.") from error
    if problems := list(problems_of(table)):
        raise TableError("scenarios.toml is not whole:\n  " + "\n  ".join(problems))
    return table


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
    lists = {key: tuple(row[key]) for key in ("commands", "blocked_by", "needs", "after") if key in row}
    return StepRule(**{"id": id_, **row, **lists})
