"""Every error a user can cause, and the exit code each one ends the program with.

    AuditError                 the base: a sentence, and a hint that says what to do next
    ├── InputError        2    usage, configuration or unreadable input
    ├── SignInError       3    sign-in or permission
    ├── SourceError       4    a source out of reach, or throttled past its budget
    ├── LockError         6    another run holds the lock
    └── TieOutError       1    rows read and rows reported differ: a bug, never a report

The codes are the contract of the command line (`docs/exit-codes.md`).
They are turned into a message in one place, `jobs.cli`.
"""

from typing import ClassVar


class AuditError(Exception):
    """An error with a message for the person at the terminal: what happened and where, then the remedy."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(AuditError):
    """A flag, a setting or an input file that cannot be used; names the file, line, column or key."""

    exit_code = 2


class SignInError(AuditError):
    """The tenant refused the sign-in or a permission; names the missing grant."""

    exit_code = 3


class SourceError(AuditError):
    """A source could not be reached and nothing could be reported."""

    exit_code = 4


class LockError(AuditError):
    """Another run holds the lock."""

    exit_code = 6


class TieOutError(AuditError):
    """Rows read and rows accounted for differ; the run fails rather than report (see `audit.tie_out`)."""
