"""Standard error: log lines and progress. Standard output is for results only."""

import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import click

from jobs.options import Options

PLAIN_EVERY = 5.0
"""Seconds between two lines about the same listing where standard error is no terminal."""

_LEVELS = (logging.WARNING, logging.INFO, logging.DEBUG)


class _ToStderr(logging.Handler):
    """Write to whatever standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        click.echo(self.format(record), err=True)


class _PlainLines(logging.Formatter):
    """`warning: what happened`."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Write the level in lower case, as the rest of the terminal is."""
        level, _, message = super().format(record).partition(": ")
        return f"{level.lower()}: {message}"


class _JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message and, where there is one, the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one object."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def start_logging(options: Options) -> None:
    """Send log lines to standard error, as many and in the form the options ask for."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _ToStderr)]:
        root.removeHandler(handler)
    handler = _ToStderr()
    handler.setFormatter(_JsonLines() if options.log_json else _PlainLines())
    root.addHandler(handler)
    root.setLevel(logging.ERROR if options.quiet else _LEVELS[min(options.verbose, 2)])


def json_line(level: int, message: str) -> str:
    """Return a message as the log line it is where `--log-json` was given."""
    return _JsonLines().format(logging.LogRecord("jobs", level, "", 0, message, None, None))


class _Silence:
    """Show nothing."""

    def __call__(self, title: str, rows: int) -> None:
        """Report nothing."""


class _Lines:
    """A line when a title is new and every few seconds after, where nothing can be redrawn."""

    def __init__(self, *, log_json: bool) -> None:
        self._log_json = log_json
        self._title = ""
        self._said_at = 0.0

    def __call__(self, title: str, rows: int) -> None:
        """Say where we are, unless it was said a moment ago."""
        if title == self._title and time.monotonic() - self._said_at < PLAIN_EVERY:
            return
        self._title, self._said_at = title, time.monotonic()
        line = f"{title}: {rows:,}" if rows else title
        click.echo(json_line(logging.INFO, line) if self._log_json else line, err=True)


class _Bars:
    """A line for each title on a terminal, redrawn in place."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

        self.bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TextColumn("{task.fields[rows]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, title: str, rows: int) -> None:
        """Move this title's line; a new title ends the lines before it."""
        if title not in self._tasks:
            for task in self._tasks.values():
                self.bars.update(task, total=1, completed=1)
            self._tasks[title] = self.bars.add_task(title, total=None, rows="")
        self.bars.update(self._tasks[title], rows=f"{rows:,}" if rows else "")


@contextmanager
def progress(options: Options) -> Iterator[_Silence | _Lines | _Bars]:
    """Yield what a source calls with a title and the rows so far, shown as standard error allows."""
    if options.quiet or options.no_progress:
        yield _Silence()
    elif options.log_json or not sys.stderr.isatty():
        yield _Lines(log_json=options.log_json)
    else:
        shown = _Bars()
        with shown.bars:
            yield shown
