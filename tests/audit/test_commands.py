"""The commands: they parse, exist, address by GUID, and survive any name."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.commands import values_of
from audit.decision_table import PLACEHOLDERS
from audit.scenarios import load_table
from audit.sources.demo import DemoSource
from tests.builders import (
    AS_OF,
    Row,
    audit,
    guid,
    make_deleted_mailbox,
    make_deleted_user,
    make_user,
    only_finding,
)
from tests.powershell_grammar import commands, problems

DATA = Path(__file__).parents[1] / "data"
EXCHANGE = json.loads((DATA / "exchange-cmdlets.json").read_text(encoding="utf-8"))
OTHERS = json.loads((DATA / "graph-and-ad-cmdlets.json").read_text(encoding="utf-8"))["cmdlets"]
PRINTED = sorted(
    {command for printed in audit(DemoSource().collect(AS_OF)).findings["commands"] for command in printed}
)
IDENTITY_PARAMETERS = {
    "Identity",
    "SoftDeletedObject",
    "SourceMailbox",
    "TargetMailbox",
    "InactiveMailbox",
    "UserId",
    "DirectoryObjectId",
}
HOSTILE = [
    "O'Brien",
    "O’Brien",
    "$(Remove-Mailbox x)",
    "`n",
    "a\nb",
    "'; Remove-Mailbox -Identity * #",
    "\u202eevil",
    "=1+1",
    "-Confirm:$false",
]
EVERY_VALUE = values_of(
    PLACEHOLDERS,
    object_id=guid(1),
    exchange_guid=guid(2),
    other_object_id=guid(3),
    anchor_guid=guid(4),
    ad_guid=guid(6),
    target=guid(5),
    legacy_dn="/o=ExchangeLabs/cn=x",
    upn="a@contoso.example",
    new_upn="b@contoso.example",
    name="Ada",
)
STEPS = [step for step in load_table().steps.values() if step.commands]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_every_step_of_the_table_parses(step: Any) -> None:
    """Demo or no demo, each template is PowerShell once filled."""
    script = "\n".join(command.format_map(EVERY_VALUE) for command in step.commands)

    assert [] == problems(script)


@pytest.mark.parametrize("command", PRINTED)
def test_every_printed_command_parses_on_one_line(command: str) -> None:
    """All that the demo tenant prints, its hostile names included."""
    assert [] == problems(command)
    assert 1 == len(command.splitlines())


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_every_cmdlet_and_parameter_exists(step: Any) -> None:
    """Checked against what Microsoft publishes of each cmdlet."""
    script = "\n".join(command.format_map(EVERY_VALUE) for command in step.commands)
    wrong = [
        f"{command.name} -{parameter}"
        for command in commands(script)
        for parameter in command.parameters
        if parameter not in _parameters_of(command.name)
    ]

    assert [] == wrong


def _parameters_of(cmdlet: str) -> set[str]:
    if cmdlet in OTHERS:
        return set(OTHERS[cmdlet])
    published = EXCHANGE["cmdlets"][cmdlet]
    return {name for name, facts in published.items() if "Exchange Online" in facts["applies"]} | set(
        EXCHANGE["common_parameters"]
    )


@pytest.mark.parametrize("command", PRINTED)
def test_objects_are_addressed_by_guid(command: str) -> None:
    """Never by name, address or alias, which need not be unique among deleted objects."""
    printed = [
        value
        for parsed in commands(command)
        for name, value in parsed.values.items()
        if name in IDENTITY_PARAMETERS
    ]

    assert all((len(value) == 36 and value.count("-") == 4) or value.startswith("(") for value in printed)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_arrives_as_the_name_and_nothing_else(name: str) -> None:
    """One command, and the name it sets is the name in the listing."""
    held = make_deleted_mailbox(ExternalDirectoryObjectId="", DisplayName=name, IsInactiveMailbox=True)

    printed = only_finding(audit(soft_deleted_mailboxes=[held]))["commands"]

    (recover,) = [command for command in printed if command.startswith("New-Mailbox ")]
    parsed = commands(recover)
    assert ["New-Mailbox", "Read-Host"] == [command.name for command in parsed]
    assert name == parsed[0].values["DisplayName"]


@settings(max_examples=60, deadline=None)
@given(name=st.text(min_size=1, max_size=90))
def test_any_name_gives_commands_that_parse(name: str) -> None:
    """Whatever a person managed to type."""
    held = make_deleted_mailbox(
        ExternalDirectoryObjectId="",
        DisplayName=name,
        UserPrincipalName=f"{name}@contoso.example",
        IsInactiveMailbox=True,
    )

    printed = only_finding(audit(soft_deleted_mailboxes=[held]))["commands"]

    assert [] == problems("\n".join(printed))


def test_a_new_name_fits_exchange_and_is_not_the_old_one() -> None:
    """Names have 64 characters at most, and the old one may still be taken."""
    held = make_deleted_mailbox(ExternalDirectoryObjectId="", DisplayName="x" * 80, IsInactiveMailbox=True)

    printed = only_finding(audit(soft_deleted_mailboxes=[held]))["commands"]

    name = next(
        parsed.values["Name"]
        for command in printed
        for parsed in commands(command)
        if "Name" in parsed.values
    )
    assert 64 == len(name)
    assert name.endswith("(00001001)")


def test_no_password_is_ever_printed() -> None:
    """Commands ask for it."""
    assert not any("AsPlainText" in command or "ConvertTo-SecureString" in command for command in PRINTED)


@pytest.mark.parametrize(
    ("overrides", "forbidden"),
    [
        (
            {"AutoExpandingArchiveEnabled": True},
            ("Undo-SoftDeletedMailbox", "New-Mailbox ", "New-MailboxRestoreRequest"),
        ),
        (
            {"MailboxLocations": [f"1;{guid(8)};AuxPrimary;x;{guid(9)}"]},
            ("Undo-SoftDeletedMailbox", "New-Mailbox "),
        ),
    ],
)
@pytest.mark.parametrize("held", [True, False])
def test_a_blocked_command_is_not_printed(
    overrides: dict[str, Any], forbidden: tuple[str, ...], *, held: bool
) -> None:
    """Blockers come first; the warning says why."""
    mailbox = make_deleted_mailbox(ExternalDirectoryObjectId="", IsInactiveMailbox=held, **overrides)

    finding = only_finding(audit(soft_deleted_mailboxes=[mailbox]))

    assert not any(command.startswith(forbidden) for command in finding["commands"])
    assert finding["blockers"]
    assert any("archive" in warning or "shards" in warning for warning in finding["warnings"])


def test_the_account_is_restored_not_its_mailbox_while_it_can_be() -> None:
    """Undo or recover would be refused or make a second account."""
    finding = only_finding(
        audit(deleted_users=[make_deleted_user()], soft_deleted_mailboxes=[make_deleted_mailbox()])
    )

    assert f"Restore-MgDirectoryDeletedItem -DirectoryObjectId '{guid(1)}'" in finding["commands"]
    assert not any("Undo-" in command or "New-Mailbox" in command for command in finding["commands"])
    assert ("account_still_restorable",) == finding["blockers"]


def test_a_federated_name_becomes_one_in_the_initial_domain() -> None:
    """A recovered account must have a name in a managed domain (KB 20804)."""
    domains: list[Row] = [
        {"id": "contoso.example", "authenticationType": "Federated"},
        {"id": "contoso.onmicrosoft.com", "isInitial": True},
    ]
    mailbox = make_deleted_mailbox(ExternalDirectoryObjectId="")

    finding = only_finding(audit(soft_deleted_mailboxes=[mailbox], domains=domains))

    undo = next(command for command in finding["commands"] if command.startswith("Undo-"))
    assert "-WindowsLiveID 'person1@contoso.onmicrosoft.com'" in undo
    assert ("federated_domain",) == finding["blockers"]


def test_a_synchronized_persons_old_mailbox_carries_the_warning_that_saves_it() -> None:
    """Licensing or synchronizing a copy of its identity would hard-delete it."""
    mailbox = make_deleted_mailbox(ExternalDirectoryObjectId="", IsDirSynced=True)

    finding = only_finding(audit(soft_deleted_mailboxes=[mailbox]))

    assert any("hard-delete" in warning for warning in finding["warnings"])


def test_a_license_removed_account_is_licensed_again() -> None:
    """KB 3158794, addressed by object id."""
    mailbox = make_deleted_mailbox(days=6, IsSoftDeletedByDisable=True, IsSoftDeletedByRemove=False)

    finding = only_finding(audit(users=[make_user(assignedPlans=[])], soft_deleted_mailboxes=[mailbox]))

    assert any(
        command.startswith(f"Set-MgUserLicense -UserId '{guid(1)}'") for command in finding["commands"]
    )
    assert {"number": 3158794, "anchor": "resolution"} == finding["kb"]
