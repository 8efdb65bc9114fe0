"""The script an administrator runs parses, only reads, and asks for exactly what the audit declares."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from audit.records import LISTINGS, Kind
from jobs.export_script import script_text
from tests.powershell_grammar import Command, commands, problems, sources

DATA = Path(__file__).parents[1] / "data"
EXCHANGE = json.loads((DATA / "exchange-cmdlets.json").read_text("utf-8"))
GRAPH_TYPES: dict[str, dict[str, Any]] = json.loads((DATA / "graph-v1.0-types.json").read_text("utf-8"))[
    "types"
]
SCRIPT = script_text()
COMMANDS = commands(SCRIPT)

READING = {
    "Connect-ExchangeOnline",
    "Connect-MgGraph",
    "ConvertFrom-Json",
    "ConvertTo-Json",
    "ForEach-Object",
    "Get-ADDomain",
    "Get-ADForest",
    "Get-ADObject",
    "Get-ADUser",
    "Get-ChildItem",
    "Get-ConnectionInformation",
    "Get-Mailbox",
    "Get-MgContext",
    "Get-Module",
    "Invoke-MgGraphRequest",
    "Join-Path",
    "Move-Item",
    "New-Item",
    "New-Object",
    "Set-StrictMode",
    "Test-Path",
    "Where-Object",
    "Write-Host",
    "Write-Progress",
}
"""Every cmdlet the script may run. The last word on "it only reads": add to it with care."""
OWN = {"ConvertTo-Row", "Write-GraphListing", "Write-Listing", "Write-ListingFile"}
METHODS = {
    "Add",
    "Match",
    "Matches",
    "ToBase64String",
    "ToString",
    "ToUniversalTime",
    "WriteAllText",
}
"""Every .NET method the script may call; WriteAllText writes the files."""

# Where the script keeps the columns of each listing, and the file each one goes to.
GRAPH = {
    "organization": ("organization", "OrganizationProperties", "organization"),
    "domains": ("domains", "DomainProperties", "domain"),
    "users": ("users", "AccountProperties", "user"),
    "deleted_users": ("deleted-users", "DeletedAccountProperties", "user"),
}
RECORDS = {
    "mailboxes": ("mailboxes", "MailboxColumns"),
    "soft_deleted_mailboxes": ("soft-deleted-mailboxes", "DeletedMailboxColumns"),
    "inactive_mailboxes": ("inactive-mailboxes", "DeletedMailboxColumns"),
    "ad_users": ("ad-users", "DirectoryColumns"),
    "ad_deleted_users": ("ad-deleted-users", "DirectoryColumns"),
}
WRITTEN_AS = {
    Kind.GUID: "text",
    Kind.TEXT: "text",
    Kind.TEXTS: "texts",
    Kind.FLAG: "flag",
    Kind.INSTANT: "instant",
}
MAILBOX_COMMANDS = [each for each in COMMANDS if each.name == "Get-Mailbox"]
EXCHANGE_COMMANDS = [each for each in COMMANDS if each.name in EXCHANGE["cmdlets"]]


def assigned(variable: str) -> str:
    """Return what the script assigns to a variable."""
    (source,) = [
        each for each in sources(SCRIPT, "assignment_expression") if each.startswith(f"${variable} =")
    ]
    return source.partition("=")[2]


def listed(variable: str) -> list[str]:
    """Return the texts of a list, those of the list it extends first."""
    value = assigned(variable)
    extended = re.match(r" \$(\w+) \+", value)
    return (listed(extended[1]) if extended else []) + re.findall(r"'([^']+)'", value)


def declared(variable: str) -> dict[str, str]:
    """Return the columns of a table and how each is written, those of the table it extends first."""
    value = assigned(variable)
    extended = re.match(r" \$(\w+) \+", value)
    own = re.findall(r"^\s+'?([\w-]+)'?\s+= '(\w+)'$", value, re.MULTILINE)
    return (declared(extended[1]) if extended else {}) | dict(own)


def expected_of(listing: str) -> dict[str, str]:
    """Return the declared columns of a listing and how the script should write each."""
    columns = {each.name: WRITTEN_AS[each.kind] for each in LISTINGS[listing].columns}
    # A byte array in Active Directory, base64 text wherever Entra shows it.
    return columns | ({"mS-DS-ConsistencyGuid": "base64"} if "mS-DS-ConsistencyGuid" in columns else {})


def properties_of(name: str) -> set[str]:
    """Return the properties of a Graph type, inherited ones included."""
    found = GRAPH_TYPES[name]
    base = found["base"]
    return set(found["properties"]) | (properties_of(base.removeprefix("graph.")) if base else set())


def writers(name: str) -> dict[str, str]:
    """Return the source of what each command of this name says about the file it writes."""
    return {each.values["Name"]: repr(each.values) for each in COMMANDS if each.name == name}


def test_the_script_parses() -> None:
    """PowerShell's grammar finds nothing wrong."""
    assert problems(SCRIPT) == []


def test_the_script_is_plain_ascii_without_tabs() -> None:
    """Windows PowerShell 5.1 reads it the same without a byte order mark."""
    assert (SCRIPT.isascii(), "\t" in SCRIPT) == (True, False)


def test_the_script_runs_reading_cmdlets_only() -> None:
    """Every command is on the list of those that change nothing in a tenant, or is the script's own."""
    assert {each.name for each in COMMANDS} - READING - OWN == set()


def test_the_script_s_own_commands_are_its_functions() -> None:
    """No name on the list of its own commands can be anything but a function defined in it."""
    assert set(sources(SCRIPT, "function_name")) == OWN


def test_the_script_calls_harmless_methods_only() -> None:
    """No .NET call does what no cmdlet may."""
    called = {
        re.split(r"::|\.", each.partition("(")[0])[-1] for each in sources(SCRIPT, "invokation_expression")
    }

    assert called - METHODS == set()


def test_the_script_runs_no_text_as_code() -> None:
    """There is no call or dot operator, and Graph is only ever asked with GET."""
    asked = [each.values["Method"] for each in COMMANDS if each.name == "Invoke-MgGraphRequest"]

    assert (asked, sources(SCRIPT, "command_invokation_operator")) == (["GET"], [])


@pytest.mark.parametrize("command", EXCHANGE_COMMANDS, ids=lambda each: f"{each.name} {each.parameters}")
def test_every_exchange_parameter_is_published(command: Command) -> None:
    """Each parameter is one of Microsoft's reference, and works in Exchange Online."""
    parameters = EXCHANGE["cmdlets"][command.name]
    online = {name for name, facts in parameters.items() if "Exchange Online" in facts["applies"]}

    assert set(command.parameters) - online - set(EXCHANGE["common_parameters"]) == set()


@pytest.mark.parametrize("command", MAILBOX_COMMANDS, ids=lambda each: str(each.parameters))
def test_every_mailbox_listing_is_unlimited_and_stops_on_an_error(command: Command) -> None:
    """The default of 1000 rows, or an error passed over, would look like mailboxes that are gone."""
    assert (command.values["ResultSize"], command.values["ErrorAction"]) == ("Unlimited", "Stop")


def test_the_three_mailbox_listings_are_read() -> None:
    """Active, soft-deleted and inactive ones, each by its own switch; present before deleted."""
    assert [each.parameters[0] for each in MAILBOX_COMMANDS] == [
        "ResultSize",
        "SoftDeletedMailbox",
        "InactiveMailboxOnly",
    ]


@pytest.mark.parametrize(
    "command", [each for each in COMMANDS if "-AD" in each.name], ids=lambda each: each.name
)
def test_every_directory_command_stops_on_an_error(command: Command) -> None:
    """A module does not see the script's own error preference."""
    assert command.values["ErrorAction"] == "Stop"


def test_every_listing_is_exported() -> None:
    """A listing the audit learns to read is a listing the script must learn to write."""
    assert GRAPH.keys() | RECORDS.keys() == LISTINGS.keys()


@pytest.mark.parametrize("listing", GRAPH)
def test_graph_is_asked_for_the_declared_columns(listing: str) -> None:
    """The properties selected are the columns of audit/records.py, and each one exists in Graph."""
    file, variable, graph_type = GRAPH[listing]
    selected = set(listed(variable))

    assert {each.name for each in LISTINGS[listing].columns} == selected
    assert selected - properties_of(graph_type) == set()
    assert f"${variable} -join" in writers("Write-GraphListing")[file]


@pytest.mark.parametrize("listing", RECORDS)
def test_records_are_written_with_the_declared_columns(listing: str) -> None:
    """The columns written, and how each is written, follow audit/records.py."""
    file, variable = RECORDS[listing]

    assert expected_of(listing) == declared(variable)
    assert f"'${variable}'" in writers("Write-Listing")[file]


@pytest.mark.parametrize(
    "file", [file for file, _, _ in GRAPH.values()] + [file for file, _ in RECORDS.values()]
)
def test_every_file_has_the_name_the_audit_looks_for(file: str) -> None:
    """A file is named for its listing, with dashes."""
    assert file.replace("-", "_") in LISTINGS


def test_files_appear_whole_or_not_at_all() -> None:
    """The one place that writes does so beside the file, then renames."""
    writes = [each for each in sources(SCRIPT, "invokation_expression") if "WriteAllText" in each]

    assert ['"$file.partial"' in each for each in writes] == [True]
    assert [each.values for each in COMMANDS if each.name == "Move-Item"] == [
        {"LiteralPath": '"$file.partial"', "Destination": "$file"}
    ]
