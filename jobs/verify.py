"""Check a pack's hashes offline."""

from pathlib import Path

import click

from audit.errors import InputError
from audit.powershell import visible


@click.command("verify")
@click.argument("pack", type=click.Path(path_type=Path))
def command(pack: Path) -> None:
    """Check the hashes of a run's folder, offline.

    Every file of PACK is compared with the manifest in it.

    \b
    Example:
      mailbox-audit verify out/contoso.onmicrosoft.com/20261120T020000Z
    """  # noqa: D301
    from reports.manifest import verify

    verdicts = verify(pack)
    width = max((len(name) for name, _ in verdicts), default=0)
    for name, verdict in verdicts:
        click.echo(f"{visible(name):<{width}}  {verdict}")
    wrong = sum(verdict != "ok" for _, verdict in verdicts)
    if wrong:
        raise InputError(
            f"{pack}: {wrong} of {len(verdicts)} files are not as the manifest says.",
            "Do not rely on this pack: fetch it again, or make it anew with `mailbox-audit report`.",
        )
    click.echo(f"{len(verdicts)} files, all as the manifest says.")
