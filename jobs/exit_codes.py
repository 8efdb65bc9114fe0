"""Every exit code and what it means: the contract with schedulers (`docs/exit-codes.md`)."""

from collections.abc import Collection
from enum import IntEnum


class ExitCode(IntEnum):
    """What the program's exit code says; all others are reserved."""

    DONE = 0
    BUG = 1
    INPUT = 2
    SIGN_IN = 3
    SOURCE = 4
    INCOMPLETE = 5
    LOCKED = 6
    SOON = 11
    CRITICAL = 12
    OVERDUE = 13
    INTERRUPTED = 130
    TERMINATED = 143


FAIL_ON = {"soon": ExitCode.SOON, "critical": ExitCode.CRITICAL, "overdue": ExitCode.OVERDUE}
"""The levels `--fail-on` knows, least urgent first."""

_REACHED = {**FAIL_ON, "high": ExitCode.SOON}
"""The level an urgency reaches. High is nearer than soon yet not critical, so it counts as soon."""


def exit_code(complete: bool, urgencies: Collection[str], fail_on: str | None) -> ExitCode:
    """Return the code of a run that wrote its report.

    Incomplete coverage outranks every urgency: what was not seen may be more urgent than what was.
    """
    if not complete:
        return ExitCode.INCOMPLETE
    if fail_on is None:
        return ExitCode.DONE
    reached = max((_REACHED.get(urgency, ExitCode.DONE) for urgency in urgencies), default=ExitCode.DONE)
    return reached if reached >= FAIL_ON[fail_on] else ExitCode.DONE
