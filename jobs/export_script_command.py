"""Print the PowerShell that makes an exports folder."""

from pathlib import Path

import click

from audit.errors import InputError


@click.command("export-script")
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it to FILE instead.")
def command(output: Path | None) -> None:
    """Print the PowerShell that makes an exports folder.

    An administrator runs it with Microsoft's own modules; no app registration is needed.

    \b
    Example:
      mailbox-audit export-script --output Export-MailboxAudit.ps1
    """  # noqa: D301
    from jobs.export_script import script_text

    if output is None:
        click.echo(script_text(), nl=False)
        return
    try:
        output.write_text(script_text(), encoding="ascii", newline="\r\n")
    except OSError as error:
        raise InputError(f"{output}: cannot be written: {error.strerror}.", "Name another file.") from None
    click.echo(f"Written: {output}", err=True)
