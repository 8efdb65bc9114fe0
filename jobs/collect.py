"""Read a source once into a snapshot, nothing else."""

from datetime import datetime
from pathlib import Path

import click

from jobs.exit_codes import ExitCode
from jobs.options import Options, run_options, start


@click.command("collect")
@run_options()
def command(options: Options) -> None:
    """Read the source into a snapshot, nothing else.

    \b
    Example:
      mailbox-audit collect --exports ./exports --out ./tonight
    """  # noqa: D301
    click.get_current_context().exit(run(options, start()))


def run(options: Options, started_at: datetime) -> ExitCode:
    """Collect and store; a listing that was cut short is stored, and told by the exit code."""
    from audit.snapshot import write_snapshot
    from jobs.folders import SNAPSHOT_FILE, run_folder
    from jobs.settings_file import load_settings
    from jobs.sources import source_of
    from jobs.terminal import progress
    from reports.write import check_writable, write_files

    settings = load_settings(options.config)
    source = source_of(options, settings)
    check_writable(options.out or Path(settings.report.out))
    with progress(options) as show:
        snapshot = source.collect(options.as_of or started_at, show)
        folder = options.out or run_folder(Path(settings.report.out), snapshot.tenant, started_at)
        write_files({SNAPSHOT_FILE: lambda path: write_snapshot(snapshot, path)}, folder)
    read = [snapshot.coverage[listing] for listing in snapshot.tables]
    if not options.quiet:
        for coverage in read:
            cut = "" if coverage.complete else f"  INCOMPLETE: {coverage.reason}"
            click.echo(f"{coverage.query:<24}{coverage.rows:>12,} rows{cut}")
    click.echo(folder / SNAPSHOT_FILE)
    return ExitCode.DONE if all(coverage.complete for coverage in read) else ExitCode.INCOMPLETE
