"""One mailbox or account: the evidence, the clocks, the row of the table that fired, the steps."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from audit.errors import InputError
from jobs.options import Options, run_options, start


@click.command("explain")
@click.argument("id_", metavar="ID")
@run_options()
def command(options: Options, id_: str) -> None:
    """Explain one mailbox or account.

    Shows the evidence, the two clocks, the row of the table that fired and the steps.

    ID is an object id, ExchangeGuid, user principal name, SMTP address or finding_id.
    Without a source, the newest snapshot under the out folder is read; --out names another.
    A snapshot is judged by the instant its own run used, unless --as-of names another.

    \b
    Example:
      mailbox-audit explain ada.gruber@contoso.com --exports ./exports
    """  # noqa: D301
    click.echo(run(options, id_, start()), nl=False)


def run(options: Options, id_: str, now: datetime) -> str:
    """Return all that is known of `id_`; raises `InputError` where nothing is."""
    from audit.pipeline import run_audit
    from jobs.explanation import answer
    from jobs.settings_file import load_settings
    from jobs.sources import source_of
    from jobs.terminal import progress

    settings = load_settings(options.config)
    source = source_of(_with_source(options, Path(settings.report.out)), settings)
    with progress(options) as show:
        snapshot = source.collect(options.as_of or now, show)
        as_of = options.as_of or snapshot.as_of
        result = run_audit(snapshot, as_of, settings.window_days(), settings.urgency_limits())
    return answer(result, id_)


def _with_source(options: Options, out: Path) -> Options:
    """Choose the newest snapshot where no source was chosen, and say which."""
    from jobs.folders import newest_snapshot

    if options.has_source:
        return options
    snapshot = newest_snapshot(options.out or out)
    if snapshot is None:
        raise InputError(
            f"{options.out or out}: holds no snapshot of an earlier run.",
            "Name a source: --exports DIR, --snapshot FILE or --demo.",
        )
    if not options.quiet:
        click.echo(f"Reading {snapshot}", err=True)
    return replace(options, snapshot=snapshot)
