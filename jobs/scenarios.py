"""Print the decision table."""

import click


@click.command("scenarios")
@click.option("--json", "as_json", is_flag=True, help="Print the whole table as JSON.")
def command(as_json: bool) -> None:
    """Print the decision table.

    Every state, its branches, and what Microsoft's guide promises for each.

    \b
    Example:
      mailbox-audit scenarios --json
    """  # noqa: D301
    import json
    from dataclasses import asdict

    from audit.scenarios import load_table

    table = load_table()
    if as_json:
        click.echo(json.dumps(asdict(table), indent=2, ensure_ascii=False))
        return
    for scenario in table.scenarios.values():
        click.echo(f"{scenario.id}  (KB 20804#{scenario.anchor})")
        for branch in scenario.branches:
            when = ", ".join(f"{fact} is {str(value).lower()}" for fact, value in branch.when.items())
            click.echo(f"  {f'if {when}' if when else 'always'}: {branch.outcome}")
            click.echo(f"    {branch.plan.action}")
