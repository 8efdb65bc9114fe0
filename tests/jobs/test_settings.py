"""Settings: defaults, precedence, and a helpful refusal of every mistake."""

from pathlib import Path

import pytest

from audit.errors import InputError
from audit.windows import UrgencyLimits, Windows
from jobs.settings import Setting, Settings, all_settings
from jobs.settings_file import load_settings

BOM = b"\xef\xbb\xbf"
ZERO_GUID = "00000000-0000-0000-0000-000000000000"

OTHER = {
    "tenant.id": "0f3c1a52-0000-4000-8000-00000000000a",
    "tenant.organization": "contoso.onmicrosoft.com",
    "tenant.cloud": "gcc_high",
    "auth.method": "azure_cli",
    "auth.client_id": "0f3c1a52-0000-4000-8000-00000000000b",
    "auth.certificate_path": "other.pem",
    "auth.certificate_password_env": "CERTIFICATE_PASSWORD",
    "auth.client_secret_env": "OTHER_SECRET",
    "endpoints.login": "https://localhost:8443",
    "endpoints.graph": "https://localhost:8443/v1.0",
    "endpoints.exchange": "https://localhost:8443",
    "endpoints.ca_bundle": "ca.pem",
    "windows.account": 29,
    "windows.mailbox": 29,
    "windows.hold_released": 29,
    "windows.license_removed": 29,
    "windows.public_folder": 89,
    "urgency.critical": 2,
    "urgency.high": 6,
    "urgency.soon": 13,
    "exports.date_order": "dmy",
    "exports.time_zone": "Europe/Vienna",
    "report.out": "reports-of-mine",
}
"""A value for each setting that is not its default."""


@pytest.fixture(autouse=True)
def _empty_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings file of the developer's is found."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the place of a settings file that is read only where it is named."""
    return tmp_path / "audit.toml"


def refusal(file: Path) -> InputError:
    """Return the error this file is refused with."""
    with pytest.raises(InputError) as refused:
        load_settings(file)
    return refused.value


def test_without_a_file_the_defaults_are_microsofts() -> None:
    """No file and no variable are a working configuration."""
    settings = load_settings()

    assert Windows() == settings.window_days()
    assert UrgencyLimits() == settings.urgency_limits()
    assert settings.tenant.id == ""


def test_a_file_in_the_working_folder_is_read(tmp_path: Path) -> None:
    """`mailbox-audit.toml` needs no `--config`."""
    (tmp_path / "mailbox-audit.toml").write_text("[windows]\nmailbox = 45\n")

    assert load_settings().windows.mailbox == 45


def test_the_named_file_is_read_instead_of_the_working_folders(tmp_path: Path, file: Path) -> None:
    """`--config` replaces, it does not merge."""
    (tmp_path / "mailbox-audit.toml").write_text("[windows]\nmailbox = 45\n")
    file.write_text("[windows]\naccount = 20\n")

    assert Windows(account=20) == load_settings(file).window_days()


def test_the_environment_wins_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One variable overrides one key, and leaves the section's others."""
    file.write_text("[windows]\naccount = 20\nmailbox = 45\n")
    monkeypatch.setenv("MAILBOX_AUDIT__WINDOWS__ACCOUNT", "25")

    assert Windows(account=25, mailbox=45) == load_settings(file).window_days()


@pytest.mark.parametrize("setting", all_settings(), ids=lambda setting: setting.name)
def test_every_setting_can_come_from_the_environment(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable the documentation names is the variable that is read."""
    other = OTHER[setting.name]
    monkeypatch.setenv(setting.variable, str(other))

    assert other != setting.default
    assert other == getattr(getattr(load_settings(), setting.section), setting.key)


def test_a_byte_order_mark_is_not_part_of_the_file(file: Path) -> None:
    """Windows PowerShell and Notepad write one."""
    file.write_bytes(BOM + b"[windows]\r\nmailbox = 45\r\n")

    assert load_settings(file).windows.mailbox == 45


@pytest.mark.parametrize("key", ["tenant.id", "auth.client_id"])
def test_the_documentations_zero_guid_means_not_set(file: Path, key: str) -> None:
    """A placeholder left in the file is no tenant."""
    section, _, name = key.partition(".")
    file.write_text(f'[{section}]\n{name} = "{ZERO_GUID}"\n')

    assert getattr(getattr(load_settings(file), section), name) == ""


def test_a_guid_is_compared_in_lower_case(file: Path) -> None:
    """GUID case never matters later on."""
    file.write_text('[tenant]\nid = "0F3C1A52-0000-4000-8000-00000000000A"\n')

    assert load_settings(file).tenant.id == "0f3c1a52-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    ("text", "place", "near"),
    [
        ("[windws]\naccount = 1\n", "line 1: unknown section or key windws", "[windows]"),
        ("\n[Windows]\naccount = 1\n", "line 2: unknown section or key Windows", "[windows]"),
        ("# note\naccount = 1\n", "line 2: unknown section or key account", "account in [windows]"),
        ("[windows]\nmailbox = 1\nacount = 1\n", "line 3: unknown key windows.acount", "account?"),
        ("[tenant]\nmethod = 'x'\n", "line 2: unknown key tenant.method", "method in [auth]"),
        ("[auth]\nclient_secret = 'x'\n", "line 2: unknown key auth.client_secret", "client_secret_env"),
        (
            "[urgency]\n[windows]\ncritical = 1\n",
            "line 3: unknown key windows.critical",
            "critical in [urgency]",
        ),
        ("windows.acount = 1\n", "line 1: unknown key windows.acount", "account"),
        ("windows = { acount = 1 }\n", "line 1: unknown key windows.acount", "account"),
        ("[windows.acount]\n", "line 1: unknown key windows.acount", "account"),
    ],
)
def test_an_unknown_key_is_refused_with_its_line_and_the_near_one(
    file: Path, text: str, place: str, near: str
) -> None:
    """A slip of the keyboard is answered with what was meant."""
    file.write_text(text)

    error = refusal(file)

    assert f"{file}, {place}." == error.message
    assert near in error.hint


def test_a_key_like_no_other_is_refused_without_a_guess(file: Path) -> None:
    """A wrong suggestion is worse than none."""
    file.write_text("[windows]\nzzzz = 1\n")

    assert "Did you mean" not in refusal(file).hint


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[windows]\naccount = '30'\n", "line 2: windows.account must be a whole number."),
        ("[windows]\naccount = 30.0\n", "line 2: windows.account must be a whole number."),
        ("[windows]\naccount = true\n", "line 2: windows.account must be a whole number."),
        (
            "[windows]\naccount = 0\n",
            "line 2: windows.account must be a whole number of days from 1 to 3660.",
        ),
        (
            "[windows]\n\nmailbox = -1\n",
            "line 3: windows.mailbox must be a whole number of days from 1 to 3660.",
        ),
        (
            "[windows]\nmailbox = 99999999\n",
            "line 2: windows.mailbox must be a whole number of days from 1 to 3660.",
        ),
        ("[urgency]\nsoon = -1\n", "line 2: urgency.soon must be a whole number of days from 0 to 3660."),
        (
            "[urgency]\ncritical = 9\n",
            "line 1: urgency must have limits that ascend: critical <= high <= soon.",
        ),
        ("[tenant]\ncloud = 'moon'\n", "line 2: tenant.cloud must be one of global, gcc_high, dod, china."),
        ("[tenant]\nid = 'contoso'\n", "line 2: tenant.id must be a GUID such as 0f3c1a52-…, or nothing."),
        (
            "[tenant]\norganization = 'a b'\n",
            "line 2: tenant.organization must be a domain such as contoso.onmicrosoft.com, or nothing.",
        ),
        ("[tenant]\nid = 5\n", "line 2: tenant.id must be text in quotes."),
        (
            "[exports]\ndate_order = 'ymd'\n",
            "line 2: exports.date_order must be one of dmy, mdy, or nothing.",
        ),
        (
            "[exports]\ntime_zone = 'Europe/Vinna'\n",
            "line 2: exports.time_zone must be the name of a time zone such as Europe/Vienna, or nothing.",
        ),
        (
            "[exports]\ntime_zone = '../etc/passwd'\n",
            "line 2: exports.time_zone must be the name of a time zone such as Europe/Vienna, or nothing.",
        ),
        (
            "[endpoints]\ngraph = 'localhost'\n",
            "line 2: endpoints.graph must be an address that begins with https://, or nothing.",
        ),
        ("[report]\nout = ' '\n", "line 2: report.out must be the path of a folder."),
        ("tenant = 'contoso'\n", "line 1: tenant is a section, not a key."),
        ("[[tenant]]\nid = ''\n", "line 1: tenant is a section, not a key."),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(file: Path, text: str, sentence: str) -> None:
    """The message names the line, the key and what may stand there."""
    file.write_text(text)

    assert f"{file}, {sentence}" == refusal(file).message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[windows]\naccount = \n", 2),
        ("[windows\n", 1),
        ("[tenant]\nid = contoso\n", 2),
        ("[windows]\naccount = 1\naccount = 2\n", 3),
        ('[auth]\ncertificate_path = "C:\\Users\\audit.pem"\n', 2),
        ('[tenant]\nid = """', 2),
    ],
)
def test_broken_toml_is_refused_with_its_line(file: Path, text: str, line: int) -> None:
    """The place of the mistake is in the message."""
    file.write_text(text)

    assert refusal(file).message.startswith(f"{file}, line {line}: is not valid TOML: ")


@pytest.mark.parametrize(
    "content", ["[windows]\n".encode("utf-16"), b"[windows]\n# \xe4\n"], ids=["utf-16", "latin-1"]
)
def test_a_file_that_is_not_utf_8_is_refused(file: Path, content: bytes) -> None:
    """The remedy is to save it again."""
    file.write_bytes(content)

    error = refusal(file)

    assert f"{file}: is not UTF-8 text." == error.message
    assert "UTF-8" in error.hint


def test_a_named_file_that_does_not_exist_is_refused(file: Path) -> None:
    """Falling back to the defaults would audit with the wrong windows."""
    assert f"{file}: cannot be read: No such file or directory." == refusal(file).message


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    """The message names the folder."""
    assert str(tmp_path) in refusal(tmp_path).message


@pytest.mark.parametrize(
    ("variable", "near"),
    [
        ("MAILBOX_AUDIT__WINDOWS__ACOUNT", "MAILBOX_AUDIT__WINDOWS__ACCOUNT"),
        ("MAILBOX_AUDIT__WINDOW__ACCOUNT", "MAILBOX_AUDIT__WINDOWS__ACCOUNT"),
        ("MAILBOX_AUDIT__TENANT", "MAILBOX_AUDIT__TENANT__ID"),
        ("MAILBOX_AUDIT__TENANT__ID__X", "MAILBOX_AUDIT__TENANT__ID"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_near_one(
    monkeypatch: pytest.MonkeyPatch, variable: str, near: str
) -> None:
    """A variable that would have no effect is an error, not a surprise."""
    monkeypatch.setenv(variable, "1")

    with pytest.raises(InputError) as refused:
        load_settings()

    assert f"unknown environment variable {variable}." == refused.value.message
    assert f"Did you mean {near}?" in refused.value.hint


def test_a_variable_for_a_secret_is_not_taken_for_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default name of the secret's variable begins like a setting's."""
    monkeypatch.setenv("MAILBOX_AUDIT_SECRET", "hunter2")

    assert load_settings() == Settings()


@pytest.mark.parametrize("value", ["x", "", "2.5", "0"])
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """The message names the variable, not the file."""
    monkeypatch.setenv("MAILBOX_AUDIT__WINDOWS__ACCOUNT", value)

    with pytest.raises(InputError) as refused:
        load_settings()

    expected = (
        "environment variable MAILBOX_AUDIT__WINDOWS__ACCOUNT: "
        "windows.account must be a whole number of days from 1 to 3660."
    )
    assert expected == refused.value.message


@pytest.mark.parametrize(
    "key", ["client_secret_env", "certificate_password_env", "client_id", "method", "nonsense"]
)
def test_a_secret_in_the_wrong_place_is_never_repeated(file: Path, key: str) -> None:
    """Messages end up in logs."""
    file.write_text(f'[auth]\n{key} = "hunter2~very.secret"\n')

    error = refusal(file)

    assert "hunter2" not in f"{error.message} {error.hint} {error.__cause__}"


@pytest.mark.parametrize("setting", all_settings(), ids=lambda setting: setting.name)
def test_every_setting_has_a_sentence(setting: Setting) -> None:
    """The sentence is the documentation, the example file and the hint of a refusal."""
    assert setting.meaning[:1].isupper()
    assert setting.meaning.endswith(".")
