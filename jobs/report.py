"""Classify and render again from a snapshot, offline."""

from dataclasses import replace
from pathlib import Path

import click

from jobs import nightly
from jobs.options import Options, run_options, start


@click.command("report")
@click.argument("stored", metavar="SNAPSHOT", type=click.Path(path_type=Path))
@run_options(source=False, fail_on=True)
def command(options: Options, stored: Path) -> None:
    """Classify and render again from SNAPSHOT, offline.

    Deadlines are judged by the instant the snapshot's own run used, unless --as-of names another.

    \b
    Example:
      mailbox-audit report out/contoso.onmicrosoft.com/20261120T020000Z/snapshot.jsonl.gz
    """  # noqa: D301
    code = nightly.run(replace(options, snapshot=stored), options.as_of, start())
    click.get_current_context().exit(code)
