"""The scheduled run: collect, audit, write the report, say what it found."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from jobs.exit_codes import ExitCode, exit_code
from jobs.options import Options, run_options, start


@click.command("nightly")
@run_options(fail_on=True)
def command(options: Options) -> None:
    """Collect, classify and write the report.

    \b
    Example:
      mailbox-audit nightly --exports ./exports --fail-on critical
    """  # noqa: D301
    started_at = start()
    click.get_current_context().exit(run(options, options.as_of or started_at, started_at))


def run(options: Options, as_of: datetime | None, started_at: datetime) -> ExitCode:
    """Do the whole run; judge by `as_of`, or by the snapshot's own instant where that is None."""
    from audit.pipeline import run_audit
    from audit.snapshot import write_snapshot
    from jobs.folders import run_folder
    from jobs.run_info import run_info
    from jobs.settings_file import load_settings
    from jobs.sources import source_of
    from jobs.terminal import progress
    from reports.to_console import summary
    from reports.write import check_writable, write_all

    settings = load_settings(options.config)
    source = source_of(options, settings)
    check_writable(options.out or Path(settings.report.out))
    with progress(options) as show:
        collected = source.collect(as_of or started_at, show)
        snapshot = replace(collected, as_of=as_of or collected.as_of)
        show("classifying", 0)
        result = run_audit(snapshot, snapshot.as_of, settings.window_days(), settings.urgency_limits())
        folder = options.out or run_folder(Path(settings.report.out), snapshot.tenant, started_at)
        info = run_info(result, options, settings, started_at)
        paths = write_all(
            result,
            info,
            folder,
            snapshot_writer=lambda path: write_snapshot(snapshot, path),
            progress=lambda name: show(f"writing {name}", 0),
        )
    click.echo(f"{folder}\n" if options.quiet else summary(result, info, paths), nl=False)
    return exit_code(result.complete, result.findings["urgency"].unique().tolist(), options.fail_on)
