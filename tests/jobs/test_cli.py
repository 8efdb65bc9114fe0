"""The command line: help, options, and how errors become messages and exit codes."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from audit.errors import AuditError, InputError, LockError, SignInError, SourceError, TieOutError
from jobs.cli import cli
from jobs.exit_codes import ExitCode, exit_code
from jobs.options import parse_as_of

COMMANDS = ["demo", "nightly", "collect", "report", "explain", "scenarios", "verify", "export-script"]
HEAVY = ["pandas", "openpyxl", "pydantic", "msgraph", "azure", "rich"]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings file and no out folder of the developer's is found; the temporary folder is the test's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def run(*arguments: str) -> Result:
    """Run the command line."""
    return CliRunner().invoke(cli, arguments, prog_name="mailbox-audit")


def run_raising(error: BaseException, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    """Run a command that ends in `error`."""

    def fail(*_arguments: object) -> ExitCode:
        raise error

    monkeypatch.setattr("jobs.nightly.run", fail)
    return run("demo", *options)


def test_the_commands_are_those_of_this_release() -> None:
    """A command that is not built yet is not offered."""
    assert sorted(COMMANDS) == cli.list_commands(click.Context(cli))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_commands_help_has_an_example(command: str) -> None:
    """One learns a command from its example."""
    result = run(command, "--help")

    assert result.exit_code == 0
    assert f"Example:\n    mailbox-audit {command}" in result.stdout


def test_help_imports_nothing_heavy() -> None:
    """`--help` answers at once: only click is loaded."""
    program = (
        "import sys\nfrom jobs.cli import cli\ncli.main(['--help'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent.parent,
    )

    assert done.stderr == "[]\n"


def test_python_m_jobs_is_the_same_program() -> None:
    """It needs no installed script."""
    done = subprocess.run(
        [sys.executable, "-m", "jobs", "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent.parent.parent,
    )

    assert done.stdout.startswith("Usage: mailbox-audit ")


@pytest.mark.parametrize(
    "options",
    [
        ("--demo", "--exports", "x"),
        ("--demo", "--snapshot", "x"),
        ("--exports", "x", "--snapshot", "y"),
        ("--demo", "--exports", "x", "--snapshot", "y"),
        ("--quiet", "--verbose"),
        ("--fail-on", "high"),
        ("--nonsense",),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_2(options: tuple[str, ...]) -> None:
    """Two sources are as wrong as an unknown option."""
    result = run("nightly", *options)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error: " in result.stderr


def test_no_source_names_the_ways_to_get_one() -> None:
    """The live tenant is not read yet, and the message says what can be."""
    result = run("nightly")

    assert result.exit_code == 2
    assert "--exports" in result.stderr
    assert "export-script" in result.stderr
    assert "mailbox-audit demo" in result.stderr


def test_a_future_as_of_exits_2() -> None:
    """A tenant cannot be judged as it will be."""
    result = run("nightly", "--demo", "--as-of", "2999-01-01")

    assert result.exit_code == 2
    assert "--as-of 2999-01-01: lies in the future" in result.stderr


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-19", datetime(2026, 11, 19, tzinfo=UTC)),
        ("2026-11-19T23:30", datetime(2026, 11, 19, 23, 30, tzinfo=UTC)),
        ("2026-11-19 23:30:15", datetime(2026, 11, 19, 23, 30, 15, tzinfo=UTC)),
        ("2026-11-20T01:59:00Z", datetime(2026, 11, 20, 1, 59, tzinfo=UTC)),
        ("2026-11-20T02:59:00+01:00", datetime(2026, 11, 20, 1, 59, tzinfo=UTC)),
        ("20261120T015900Z", datetime(2026, 11, 20, 1, 59, tzinfo=UTC)),
        ("2026-11-20T02:05:00Z", NOW + timedelta(minutes=5)),
    ],
)
def test_as_of_is_utc_where_it_names_no_offset(text: str, instant: datetime) -> None:
    """All arithmetic is in UTC, and a clock that is a little ahead is no mistake."""
    assert instant == parse_as_of(text, NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "20.11.2026",
        "2026-13-01",
        "2026-11-20-05:00",
        "2026-W47-5",
        "2026-11-20T25:00",
        "0001-01-01T00:00+05:00",
        "2026-11-20T02:05:01Z",
    ],
)
def test_an_as_of_that_is_no_past_instant_is_refused(text: str) -> None:
    """No form is guessed at."""
    with pytest.raises(InputError, match=r"^--as-of "):
        parse_as_of(text, NOW)


def test_an_unknown_key_exits_2(tmp_path: Path) -> None:
    """The message names file, line and key, the hint the near one."""
    (tmp_path / "audit.toml").write_text("[windows]\nacount = 1\n")

    result = run("nightly", "--demo", "--config", "audit.toml")

    assert result.exit_code == 2
    assert (
        "Error: audit.toml, line 2: unknown key windows.acount.\n  -> Did you mean account?" in result.stderr
    )


@pytest.mark.parametrize(
    ("complete", "urgencies", "fail_on", "expected"),
    [
        (True, [], None, 0),
        (True, ["overdue"], None, 0),
        (True, [], "soon", 0),
        (True, ["ok", "held", "none"], "soon", 0),
        (True, ["soon"], "soon", 11),
        (True, ["high"], "soon", 11),
        (True, ["critical"], "soon", 12),
        (True, ["ok", "overdue", "soon"], "soon", 13),
        (True, ["soon"], "critical", 0),
        (True, ["high"], "critical", 0),
        (True, ["critical", "high"], "critical", 12),
        (True, ["overdue", "critical"], "critical", 13),
        (True, ["critical"], "overdue", 0),
        (True, ["overdue"], "overdue", 13),
        (False, [], None, 5),
        (False, ["overdue"], None, 5),
        (False, ["overdue"], "soon", 5),
        (False, ["overdue"], "overdue", 5),
    ],
)
def test_the_exit_code_is_the_level_reached_and_incomplete_outranks_it(
    complete: bool, urgencies: list[str], fail_on: str | None, expected: int
) -> None:
    """What was not seen may be more urgent than what was."""
    assert expected == exit_code(complete, urgencies, fail_on)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("no file", "name one"), 2),
        (SignInError("no file", "name one"), 3),
        (SourceError("no file", "name one"), 4),
        (LockError("no file", "name one"), 6),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_of_ours_is_a_sentence_a_hint_and_its_code(
    monkeypatch: pytest.MonkeyPatch, error: AuditError, code: int
) -> None:
    """Nothing else is printed."""
    result = run_raising(error, monkeypatch)

    assert code == result.exit_code
    assert result.stdout == ""
    assert result.stderr == "Error: no file\n  -> name one\n"


@pytest.mark.parametrize("error", [RuntimeError("boom"), TieOutError("boom"), OSError("boom")], ids=repr)
def test_a_bug_exits_1_and_keeps_its_traceback_in_a_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception
) -> None:
    """The terminal shows where the log is, and the log shows where the bug is."""
    result = run_raising(error, monkeypatch)

    (log,) = tmp_path.glob("mailbox-audit-error-*.log")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: this is a bug: ")
    assert str(log) in result.stderr
    assert "Traceback" not in result.stderr
    assert "Traceback" in log.read_text(encoding="utf-8")
    assert "boom" in log.read_text(encoding="utf-8")


def test_a_full_disk_is_no_bug(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The remedy is on the user's side, and no log is written."""
    result = run_raising(OSError(28, "No space left on device", "/out/x"), monkeypatch)

    assert result.exit_code == 2
    assert result.stderr.startswith("Error: /out/x: No space left on device.\n  -> ")
    assert list(tmp_path.glob("*.log")) == []


def test_ctrl_c_exits_130_with_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler can tell it from a failure."""
    result = run_raising(KeyboardInterrupt(), monkeypatch)

    assert result.exit_code == 130
    assert result.stderr == "Interrupted; nothing was left half written.\n"


def test_an_interrupt_that_a_library_turned_into_an_error_is_no_bug(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A bare except of openpyxl catches what a signal raised, and raises a TypeError."""
    monkeypatch.setattr("jobs.cli._interrupter.signal", signal.SIGTERM)

    result = run_raising(TypeError("expected <class 'bool'>"), monkeypatch)

    assert result.exit_code == 143
    assert result.stderr == "Interrupted; nothing was left half written.\n"
    assert list(tmp_path.glob("*.log")) == []


def test_with_log_json_an_error_is_a_log_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever parses standard error can parse all of it."""
    result = run_raising(InputError("no file", "name one"), monkeypatch, "--log-json")

    line = json.loads(result.stderr)
    assert (line["level"], line["message"]) == ("error", "Error: no file name one")
    assert result.exit_code == 2


def test_a_message_cannot_steer_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file's name or a key may hold anything."""
    result = run_raising(InputError("a\x1b[2J", "b\u202e"), monkeypatch)

    assert result.stderr == "Error: a\\u{001B}[2J\n  -> b\\u{202E}\n"


def test_log_json_of_one_run_does_not_leak_into_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run is its own."""
    run_raising(InputError("no file"), monkeypatch, "--log-json")

    assert run_raising(InputError("no file"), monkeypatch).stderr == "Error: no file\n"


def test_the_table_is_printed_whole_as_json() -> None:
    """Programs get every scenario."""
    result = run("scenarios", "--json")

    assert result.exit_code == 0
    assert len(json.loads(result.stdout)["scenarios"]) == 27


def test_the_table_is_printed_whole_as_text() -> None:
    """People get every scenario."""
    result = run("scenarios")

    assert result.exit_code == 0
    assert result.stdout.count("(KB 20804#") == 27


def test_the_export_script_is_printed() -> None:
    """It can be piped into a file."""
    result = run("export-script")

    assert result.exit_code == 0
    assert result.stdout.startswith("#Requires")


def test_the_export_script_is_written_where_asked(tmp_path: Path) -> None:
    """What is written is what is printed, with Windows' line ends."""
    result = run("export-script", "--output", "export.ps1")

    assert result.exit_code == 0
    assert run("export-script").stdout == (tmp_path / "export.ps1").read_text(encoding="ascii")


def test_a_script_that_cannot_be_written_exits_2() -> None:
    """The message names the file."""
    result = run("export-script", "--output", "no/such/folder/export.ps1")

    assert result.exit_code == 2
    assert "no/such/folder/export.ps1" in result.stderr


def test_a_folder_without_a_manifest_cannot_be_verified(tmp_path: Path) -> None:
    """It is not the folder of a run."""
    result = run("verify", str(tmp_path))

    assert result.exit_code == 2
    assert "manifest.json" in result.stderr


def test_explain_without_a_source_or_a_run_names_the_sources() -> None:
    """There is nothing to explain from."""
    result = run("explain", "ada@contoso.com")

    assert result.exit_code == 2
    assert "holds no snapshot" in result.stderr
    assert "--exports" in result.stderr


def test_the_version_is_printed() -> None:
    """A bug report can name it."""
    result = run("--version")

    assert result.exit_code == 0
    assert result.stdout.startswith("mailbox-audit ")
