"""The runbook: one row a warning, step or command, in an order one can follow.

The text column is a script: what is said stands in it as PowerShell comments, so that the rows of one
finding can be filtered, copied and pasted whole, warnings included.
"""

from collections.abc import Iterable, Iterator

from audit.findings import Step
from audit.powershell import comment

PREAMBLE: tuple[tuple[str, str], ...] = (
    ("step", "Review each block, then run it line by line. Nothing here was run for you."),
    ("step", "Connect once, as an administrator who may restore users and mailboxes:"),
    ("command", "Connect-MgGraph -Scopes 'User.ReadWrite.All', 'Organization.Read.All'"),
    ("step", "To restore a group, connect with the scope 'Group.ReadWrite.All' as well."),
    ("command", "Connect-ExchangeOnline"),
)
"""What stands before the first block: what a row is, its text."""

Line = tuple[str, str]


def preamble() -> Iterator[Line]:
    """Yield how to begin."""
    for kind, text in PREAMBLE:
        yield kind, text if kind == "command" else comment(text)


def block(name: str, action: str | None, warnings: Iterable[str], steps: Iterable[Step]) -> Iterator[Line]:
    """Yield one finding's rows: what it is, its warnings, then each step followed by its commands."""
    yield "finding", comment(f"{name}: {action}" if action else name)
    for warning in warnings:
        yield "warning", comment(f"WARNING: {warning}")
    for number, step in enumerate(steps, 1):
        yield "step", comment(f"{number}. {step.say}")
        for command in step.commands:
            yield "command", command


def name_of(display_name: str | None, user_principal_name: str | None, finding_id: str) -> str:
    """Return what to call a finding: its name and sign-in name, else its id."""
    if display_name and user_principal_name:
        return f"{display_name} <{user_principal_name}>"
    return display_name or user_principal_name or finding_id
