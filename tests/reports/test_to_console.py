from pathlib import Path

from reports.to_console import summary
from tests.builders_findings import make_finding, make_result, make_run


def test_first_line_says_incomplete_and_why() -> None:
    """The first line is all that many schedulers show."""
    text = summary(make_result(gaps=("mailboxes were cut",)), make_run())

    assert text.splitlines()[0] == "INCOMPLETE: mailboxes were cut"


def test_first_line_says_complete() -> None:
    """A whole run says so."""
    text = summary(make_result(make_finding()), make_run())

    assert text.splitlines()[0] == "Coverage complete"


def test_most_urgent_comes_first() -> None:
    """At most ten, the earliest deadline first."""
    late = make_finding(user_principal_name="late@contoso.com")
    early = make_finding(user_principal_name="early@contoso.com", act_by=make_run().as_of)

    text = summary(make_result(*[late] * 12, early), make_run())

    lines = [line for line in text.splitlines() if "@contoso.com" in line]
    assert (len(lines), lines[0].split()[:4]) == (10, ["2026-11-20", "02:00Z", "high", "early@contoso.com"])


def test_names_cannot_steer_the_terminal() -> None:
    """Control and direction characters are shown by their numbers."""
    text = summary(make_result(make_finding(user_principal_name="a\x1b[31m\u202eb")), make_run())

    assert "a\\u{001B}[31m\\u{202E}b" in text


def test_lines_stay_within_a_terminal(tmp_path: Path) -> None:
    """A hundred columns are enough for everything but a path."""
    finding = make_finding(user_principal_name="x" * 200, orphan_class="live_mailbox_without_account")

    text = summary(make_result(finding, gaps=("long words " * 30,)), make_run(), [tmp_path / "run.json"])

    assert max(map(len, text.replace(str(tmp_path), "").splitlines())) <= 100


def test_unknown_deadlines_are_counted() -> None:
    """A clock with no known end is not left out for want of a date."""
    finding = make_finding(act_by=None, mailbox_purge_after=None)

    assert "1 with a running clock whose end is not known" in summary(make_result(finding), make_run())


def test_says_what_to_open_first(tmp_path: Path) -> None:
    """The reader is led to the workbook."""
    text = summary(make_result(), make_run(), [tmp_path / "mailbox-orphans.xlsx"])

    assert f"Files in {tmp_path}" in text
    assert "Open mailbox-orphans.xlsx first" in text
