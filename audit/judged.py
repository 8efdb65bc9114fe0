"""Everything known and decided about the cases of one audit, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from audit.classify import Decision
from audit.clocks import Clocks
from audit.join import Joined
from audit.snapshot import Snapshot
from audit.states import States

Cases = npt.NDArray[np.int64]
"""Positions of cases."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The stages of one audit, each with one entry a case."""

    snapshot: Snapshot
    joined: Joined
    states: States
    decisions: Sequence[Decision]
    """The distinct decisions."""
    decision_of: Cases
    """For each case the position of its decision."""
    clocks: Clocks

    @property
    def findings(self) -> Cases:
        """The cases that are orphans."""
        return np.flatnonzero(self.exclusions == None)  # noqa: E711 - elementwise

    @property
    def exclusions(self) -> npt.NDArray[np.object_]:
        """For each case why it is no orphan; None for findings."""
        return np.array([decision.excluded for decision in self.decisions], dtype=object)[self.decision_of]

    def decisions_of(self, cases: Cases) -> list[Decision]:
        """Return each case's decision."""
        return [self.decisions[position] for position in self.decision_of[cases].tolist()]

    def of_account(self, column: str, cases: Cases) -> list[Any]:
        """Return an account column for some cases; None where a case has no account."""
        values: list[Any] = self.joined.of_account(column)[cases].tolist()
        return values

    def of_mailbox(self, column: str, cases: Cases) -> list[Any]:
        """Return a mailbox column for some cases; None where a case has no mailbox."""
        values: list[Any] = self.joined.of_mailbox(column)[cases].tolist()
        return values

    def fact(self, name: str, cases: Cases) -> list[bool | None]:
        """Return a fact for some cases; None where it is not known."""
        return [None if trit < 0 else bool(trit) for trit in self.states.facts[name][cases].tolist()]
