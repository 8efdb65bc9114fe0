"""The options every job shares, declared once, and the one object they arrive in."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import click

from audit.errors import InputError

_P = ParamSpec("_P")
_R = TypeVar("_R")

LOG_JSON = "jobs.log_json"
"""Where the context remembers `--log-json`, so that errors are log lines too."""

CLOCK_SKEW = timedelta(minutes=5)
"""How far ahead `--as-of` may be: two machines' clocks differ by this much, a plan for tomorrow by more."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said. A command that lacks an option leaves its default here."""

    config: Path | None = None
    exports: Path | None = None
    snapshot: Path | None = None
    demo: bool = False
    as_of: datetime | None = None
    out: Path | None = None
    fail_on: str | None = None
    no_progress: bool = False
    quiet: bool = False
    verbose: int = 0
    log_json: bool = False

    def __post_init__(self) -> None:
        """Refuse two sources, and silence that is also talkative."""
        if sum((self.exports is not None, self.snapshot is not None, self.demo)) > 1:
            raise click.UsageError("choose one source: --exports, --snapshot or --demo.")
        if self.quiet and self.verbose:
            raise click.UsageError("choose one: --quiet or --verbose.")

    @property
    def has_source(self) -> bool:
        """Whether a source other than the tenant was chosen."""
        return self.exports is not None or self.snapshot is not None or self.demo


def start() -> datetime:
    """Return now in UTC, in whole seconds: when a run starts, and by default what it judges by."""
    return datetime.now(UTC).replace(microsecond=0)


def parse_as_of(text: str, now: datetime) -> datetime:
    """Read the instant `--as-of` names; raises `InputError` where it is none, or lies ahead of `now`."""
    form = re.fullmatch(r"\d{4}-?\d{2}-?\d{2}([Tt ][\d:.,]+([Zz]|[+-][\d:]+)?)?", text.strip())
    try:
        if form is None:
            raise ValueError(text)  # noqa: TRY301 - one message for all that is no instant
        given = datetime.fromisoformat(text.strip())
        instant = (given if given.tzinfo else given.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(
            f"--as-of {text}: is not an ISO 8601 date or time.",
            "Write 2026-11-20, 2026-11-20T02:00:00Z or 2026-11-20T03:00+01:00; without an offset it is UTC.",
        ) from None
    if instant > now + CLOCK_SKEW:
        raise InputError(
            f"--as-of {text}: lies in the future; it is now {now:%Y-%m-%dT%H:%M:%SZ}.",
            "A tenant can be judged as it was, not as it will be; without an offset the time is UTC.",
        )
    return instant


def _as_of(_context: click.Context, _option: click.Parameter, given: str | None) -> datetime | None:
    return None if given is None else parse_as_of(given, start())


def _log_json(context: click.Context, _option: click.Parameter, wanted: bool) -> bool:
    context.meta[LOG_JSON] = wanted
    return wanted


_PATH = click.Path(path_type=Path)

_SOURCE = (
    click.option("--exports", type=_PATH, metavar="DIR", help="Read a folder of exported files."),
    click.option("--snapshot", type=_PATH, metavar="FILE", help="Read the snapshot of an earlier run."),
    click.option("--demo", is_flag=True, help="Read the bundled demo tenant."),
)
_RUN = (
    click.option(
        "--config", type=_PATH, metavar="FILE", help="Settings; default: mailbox-audit.toml, if it exists."
    ),
    click.option(
        "--as-of",
        callback=_as_of,
        metavar="ISO8601",
        help="Judge deadlines by this instant; UTC where it has no offset. "
        "Default: now; for report and explain, the snapshot's own.",
    ),
    click.option(
        "--out", type=_PATH, metavar="DIR", help="The run's own folder. Default: out/<tenant>/<start, UTC>/."
    ),
    click.option("--no-progress", is_flag=True, help="Show no progress."),
    click.option("-q", "--quiet", is_flag=True, help="Print only where the result is."),
    click.option("-v", "--verbose", count=True, help="Log more; twice: log everything."),
    click.option(
        "--log-json",
        is_flag=True,
        is_eager=True,
        callback=_log_json,
        help="Log to standard error as one JSON object a line.",
    ),
)
_FAIL_ON = (
    click.option(
        "--fail-on",
        type=click.Choice(["soon", "critical", "overdue"]),
        help="Exit 11, 12 or 13 where the most urgent finding reached this level.",
    ),
)


def run_options(
    *, source: bool = True, fail_on: bool = False
) -> Callable[[Callable[Concatenate[Options, _P], _R]], Callable[..., _R]]:
    """Give a command the shared options; it takes them as one `Options`, before its own parameters."""
    declared = (*(_SOURCE if source else ()), *_RUN, *(_FAIL_ON if fail_on else ()))

    def decorate(command: Callable[Concatenate[Options, _P], _R]) -> Callable[..., _R]:
        @functools.wraps(command)
        def with_options(*args: _P.args, **given: _P.kwargs) -> _R:
            from jobs.terminal import start_logging

            names = [field.name for field in fields(Options) if field.name in given]
            options = Options(**{name: given.pop(name) for name in names})  # type: ignore[arg-type]
            start_logging(options)
            return command(options, *args, **given)

        return functools.reduce(lambda wrapped, option: option(wrapped), reversed(declared), with_options)

    return decorate
