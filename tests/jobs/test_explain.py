"""Explaining: every way to name a mailbox finds it, and the text says all that is known."""

from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from audit.errors import InputError
from audit.findings import AuditResult, Step
from jobs.explanation import answer
from jobs.matching import normalized
from tests.builders_findings import AS_OF, GUID, OBJECT_ID, make_finding, make_result

EXCLUDED_ID = "33333333-3333-4333-8333-333333333333"
NOTHING_EXCLUDED: dict[str, list[Any]] = {
    "side": [],
    "id": [],
    "exchange_guid": [],
    "display_name": [],
    "user_principal_name": [],
    "primary_smtp_address": [],
    "reason": [],
}


def result_of(*findings: dict[str, Any], **overrides: Any) -> AuditResult:
    """Return an audit with these findings and a guest that is no finding."""
    guest = {
        "side": ["users"],
        "id": [EXCLUDED_ID],
        "exchange_guid": [None],
        "display_name": ["Grace Hopper"],
        "user_principal_name": ["grace@fabrikam.com"],
        "primary_smtp_address": [None],
        "reason": ["guest"],
    }
    return make_result(*findings, **{"excluded": pd.DataFrame({**NOTHING_EXCLUDED, **guest}), **overrides})


def refusal(result: AuditResult, id_: str) -> InputError:
    """Return the error of an id that names nothing."""
    with pytest.raises(InputError) as refused:
        answer(result, id_)
    return refused.value


@pytest.mark.parametrize(
    "id_",
    [
        GUID,
        GUID.upper(),
        f"{{{GUID}}}",
        GUID.replace("-", ""),
        OBJECT_ID,
        f"mailbox:{GUID}",
        "ada@contoso.com",
        "ADA@Contoso.COM",
        " ada@contoso.com ",
        "SMTP:ada@contoso.com",
        f"{OBJECT_ID.replace('-', '')}ada@contoso.com",
    ],
)
def test_every_way_to_name_a_mailbox_finds_it(id_: str) -> None:
    """Whatever an administrator has in the clipboard works."""
    text = answer(result_of(make_finding()), id_)

    assert text.startswith("Ada Lovelace <ada@contoso.com>\n")


def test_every_match_is_shown() -> None:
    """Two mailboxes of one person are two stories."""
    other = make_finding(finding_id="mailbox:other", display_name="Ada Lovelace (old)")

    text = answer(result_of(make_finding(), other), "ada@contoso.com")

    assert "Ada Lovelace <ada@contoso.com>" in text
    assert "Ada Lovelace (old) <ada@contoso.com>" in text


@pytest.mark.parametrize(
    "line",
    [
        f"  object id {OBJECT_ID}\n",
        f"  ExchangeGuid {GUID} (UserMailbox)\n",
        "  - entra is soft_deleted: deletedDateTime is set\n",
        "  - Account: deleted 2026-10-26T02:00:00Z (deletedDateTime); it can be restored until\n",
        "  - Mailbox: soft deleted 2026-10-26T02:00:00Z (WhenSoftDeleted); it is purged after\n",
        "    2026-11-25T02:00:00Z (5 days left).\n",
        "  - Act by 2026-11-25T02:00:00Z (5 days left): high. At stake: Both are lost.\n",
        "  - Scenario managed-soft_deleted-soft_deleted.\n",
        "/20804#soft-deleted\n",
        "  - auto_expanding_archive: ",
        "  - duplicate_object_id with other: two\n",
        "  - Mind the gap.\n",
        "  Restore the account; the mailbox follows it.\n",
        f"  1. Restore the account.\n       Restore-MgDirectoryDeletedItem -DirectoryObjectId '{OBJECT_ID}'",
        "  2. Give it a license with Exchange.\n",
    ],
)
def test_the_text_says_all_that_is_known(line: str) -> None:
    """Who, the evidence, the clocks, the rule, what is in the way, the steps."""
    finding = make_finding(
        blockers=("auto_expanding_archive",),
        conflicts=({"code": "duplicate_object_id", "with": "other", "note": "two"},),
        warnings=("Mind the gap.",),
    )

    assert line in answer(result_of(finding), GUID)


@pytest.mark.parametrize(
    ("overrides", "line"),
    [
        (
            {"mailbox_clock": "held", "mailbox_purge_after": None},
            "Mailbox: Stands still: a hold keeps the mailbox.",
        ),
        (
            {"mailbox_purge_after": None},
            "Mailbox: soft deleted 2026-10-26T02:00:00Z (WhenSoftDeleted); its end is",
        ),
        (
            {"mailbox_soft_deleted_at": None},
            "Mailbox: soft deleted at a time that is not known; it is purged after",
        ),
        (
            {"mailbox_purge_after": AS_OF - timedelta(hours=1), "mailbox_clock": "hold_released"},
            "it is purged after 2026-11-20T01:00:00Z\n    (past).",
        ),
        ({"act_by": AS_OF + timedelta(hours=25)}, "Act by 2026-11-21T03:00:00Z (1 day left)"),
        ({"entra": "hard_deleted", "account_deleted_at": None}, "Account: no clock runs on it."),
        (
            {"scenario": None, "scenario_candidates": ("a", "b"), "missing_evidence": ("users",)},
            "Scenarios not ruled out: a, b.\n  - Missing evidence: users",
        ),
    ],
)
def test_what_is_not_known_is_said_to_be(overrides: dict[str, Any], line: str) -> None:
    """Not knowing is never shown as a date, a zero or nothing."""
    assert line in answer(result_of(make_finding(**overrides)), GUID)


def test_what_is_no_orphan_is_shown_with_its_reason() -> None:
    """The answer to "why is it not in the report"."""
    text = answer(result_of(make_finding()), EXCLUDED_ID)

    assert text.startswith(
        f"Grace Hopper <grace@fabrikam.com>\n  id {EXCLUDED_ID}\n  Not an orphan (users): "
    )


@pytest.mark.parametrize("id_", ["adda@contoso.com", "ada", "Ada@"])
def test_nothing_found_names_the_near_ones(id_: str) -> None:
    """A slip of the keyboard, or half a name, costs nothing."""
    error = refusal(result_of(make_finding()), id_)

    assert error.message == f"{id_}: no account or mailbox that was read goes by this."
    assert error.hint == "Did you mean ada@contoso.com?"


def test_nothing_found_under_incomplete_coverage_proves_nothing() -> None:
    """Absence is evidence only where a listing is complete."""
    error = refusal(result_of(gaps=("Mailboxes were cut short.",)), "zz")

    assert "it may exist all the same: Mailboxes were cut short." in error.hint


def test_a_name_cannot_steer_the_terminal() -> None:
    """Escape sequences in a display name are shown, not obeyed."""
    text = answer(result_of(make_finding(display_name="A\x1b[2J\u202e")), GUID)

    assert text.startswith("A\\u{001B}[2J\\u{202E} <ada@contoso.com>\n")


def test_a_command_stays_on_its_line() -> None:
    """It can be copied whole, however long it is."""
    command = "Set-Mailbox -Identity " + "x" * 200 + " -EmailAddresses @{ Add = 'a b' }"

    text = answer(result_of(make_finding(steps=(Step("Do it.", (command,)),))), GUID)

    assert f"\n       {command}\n" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"),
        ("0123456789abcdef0123456789abcdef@contoso.com", "0123456789abcdef0123456789abcdef@contoso.com"),
        ("Straße@contoso.com", "strasse@contoso.com"),
    ],
)
def test_an_id_is_taken_apart_only_where_it_is_made_so(text: str, expected: str) -> None:
    """A local part that looks like an id is still a local part."""
    assert expected == normalized(text)
