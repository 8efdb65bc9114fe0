"""The command line: wiring, and the one place where an error becomes a message and an exit code.

At import it loads click only; each command imports what it needs when it runs, so that `--help` stays fast.
"""

import errno
import io
import logging
import math
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

import click

from audit.errors import AuditError
from audit.powershell import visible
from jobs import collect, demo, explain, export_script_command, nightly, report, scenarios, verify
from jobs.exit_codes import ExitCode
from jobs.options import LOG_JSON

_MACHINE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO})
"""What goes wrong with a disk and is no bug of ours."""

_ECHO = 1.0
"""Seconds. `timeout` signals the program, then the whole group: the second is no new signal."""
_BY_SIGNAL = 128
"""The exit code of a program that a signal ended is this and the signal's number: 130, 143."""


class _Interrupter:
    """Ends the run where it stands, on Ctrl-C and on SIGTERM alike; what it made is removed on the way out.

    SIGTERM is what docker stop, systemd and a scheduler's timeout send.
    """

    def __init__(self) -> None:
        self.signal: int | None = None
        """The signal that was heeded."""
        self._last = -math.inf

    def listen(self) -> None:
        """Heed both signals; one that the caller had us ignore stays ignored (nohup)."""
        for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
            if signal.getsignal(number) == usual:
                signal.signal(number, self)

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        """Raise, unless this is the echo of a signal that is being heeded."""
        before, self._last = self._last, time.monotonic()
        if self._last - before < _ECHO:
            return
        self.signal = number
        # Half-written sheets complain when they are dropped, after the one line the user is told.
        sys.unraisablehook = lambda _complaint: None
        raise KeyboardInterrupt

    def retire(self) -> None:
        """Ignore further echoes once the run has ended: Python's own ending would let them kill it."""
        if self.signal is not None:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)


_interrupter = _Interrupter()


class _Audit(click.Group):
    """The group whose commands may raise `AuditError`."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; every error that is not click's own ends here."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:
            ctx.exit(_interrupted(ctx, _interrupter.signal or signal.SIGINT))
        except Exception as error:  # noqa: BLE001 - the one place: no traceback reaches the terminal
            # openpyxl has bare excepts, which make another error of an interrupt.
            stopped = _interrupter.signal
            ctx.exit(_code_of(ctx, error) if stopped is None else _interrupted(ctx, stopped))


def _interrupted(ctx: click.Context, number: int) -> int:
    _say(ctx, "Interrupted; nothing was left half written.")
    return _BY_SIGNAL + number


def _say(ctx: click.Context, message: str, hint: str = "") -> None:
    """Write to standard error: as a log line where those are asked for, else the sentence and its hint."""
    if ctx.meta.get(LOG_JSON):
        from jobs.terminal import json_line

        click.echo(json_line(logging.ERROR, " ".join(filter(None, (message, hint)))), err=True)
        return
    for line in (*message.splitlines(), *([f"  -> {hint}"] if hint else [])):
        click.echo(visible(line), err=True)


def _code_of(ctx: click.Context, error: Exception) -> int:
    """Tell the user what happened and return the exit code."""
    if isinstance(error, AuditError) and error.exit_code != ExitCode.BUG:
        _say(ctx, f"Error: {error.message}", error.hint)
        return error.exit_code
    if isinstance(error, OSError) and error.errno in _MACHINE:
        return _machine(ctx, error)
    return _bug(ctx, error)


def _machine(ctx: click.Context, error: OSError) -> ExitCode:
    place = f"{error.filename}: " if error.filename else ""
    _say(ctx, f"Error: {place}{error.strerror}.", "Free space, or name a folder you may write to with --out.")
    return ExitCode.INPUT


def _bug(ctx: click.Context, error: Exception) -> ExitCode:
    """Keep the traceback in a file only its owner can read, and say where."""
    lines = traceback.format_exception(error)
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            errors="backslashreplace",
            prefix="mailbox-audit-error-",
            suffix=".log",
            delete=False,
        ) as log:
            log.write(f"arguments: {sys.argv[1:]}\npython: {sys.version}\n\n")
            log.writelines(lines)
        where = f"The log is {Path(log.name)}; please attach it to a bug report."
    except OSError as unwritable:
        where = f"The log could not be written ({unwritable.strerror}); set TMPDIR to a writable folder."
    what = error.message if isinstance(error, AuditError) else type(error).__name__
    _say(ctx, f"Error: this is a bug: {what.rstrip('.')}.", where)
    return ExitCode.BUG


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from jobs.version import tool_version

        click.echo(f"mailbox-audit {tool_version()}")
        ctx.exit()


@click.group(cls=_Audit, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version.",
)
def cli() -> None:
    """Find the mailboxes about to be lost, by when, and the exact commands that save them.

    \b
    Example:
      mailbox-audit demo
    """  # noqa: D301 - \b is click's mark for text to leave as it is


for _command in (
    demo.command,
    nightly.command,
    collect.command,
    report.command,
    explain.command,
    scenarios.command,
    verify.command,
    export_script_command.command,
):
    cli.add_command(_command)


def main() -> None:
    """Run the command line."""
    _interrupter.listen()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A name the terminal's code page lacks must not end a run: Windows pipes are cp1252, and strict.
            stream.reconfigure(errors="backslashreplace")
    try:
        cli.main(prog_name="mailbox-audit")
    finally:
        _interrupter.retire()
