from reports.runbook import preamble
from tests.powershell_grammar import commands, problems


def test_the_preamble_connects_with_the_scopes_its_commands_need() -> None:
    """Licenses are read from the organization, and the list parses as PowerShell."""
    script = "\n".join(text for _, text in preamble())

    graph, exchange = commands(script)

    assert problems(script) == []
    assert (graph.name, graph.parameters) == ("Connect-MgGraph", ("Scopes",))
    assert "'User.ReadWrite.All', 'Organization.Read.All'" in script
    assert exchange.name == "Connect-ExchangeOnline"


def test_the_preamble_names_the_scope_for_groups_in_a_comment() -> None:
    """Few need it, so it is not asked for unasked."""
    (line,) = [text for _, text in preamble() if "Group.ReadWrite.All" in text]

    assert line.startswith("# ")
