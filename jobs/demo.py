"""The nightly job on the bundled demo tenant: no credentials, no network, the same files."""

from dataclasses import replace

import click

from jobs import nightly
from jobs.options import Options, run_options, start


@click.command("demo")
@run_options(source=False, fail_on=True)
def command(options: Options) -> None:
    """Run the nightly job on the bundled demo tenant.

    It needs no credentials and no network, and writes the same files as a real run.

    \b
    Example:
      mailbox-audit demo --out ./demo-report
    """  # noqa: D301
    started_at = start()
    code = nightly.run(replace(options, demo=True), options.as_of or started_at, started_at)
    click.get_current_context().exit(code)
