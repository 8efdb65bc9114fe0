"""Generated pages are current, and the example file is what it says."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from jobs.docs import PAGES, ROOT
from jobs.exit_codes import ExitCode
from jobs.settings import Settings, all_settings
from jobs.settings_file import load_settings


@pytest.mark.parametrize(("path", "page"), PAGES.items(), ids=list(PAGES))
def test_a_generated_page_is_current(path: str, page: Callable[[], str]) -> None:
    """`python -m jobs.docs` was run after the last change."""
    assert page() == (ROOT / path).read_text(encoding="utf-8")


def test_the_example_equals_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copying the example changes nothing."""
    monkeypatch.chdir(tmp_path)

    assert Settings() == load_settings(ROOT / "config.example.toml")


def test_the_example_names_every_setting() -> None:
    """No key is known to the program only."""
    example = tomllib.loads((ROOT / "config.example.toml").read_text(encoding="utf-8"))

    named = [f"{section}.{key}" for section, keys in example.items() for key in keys]

    assert [setting.name for setting in all_settings()] == named


@pytest.mark.parametrize("code", ExitCode, ids=lambda code: code.name)
def test_every_exit_code_is_documented(code: ExitCode) -> None:
    """A scheduler's author finds each code in the table."""
    page = (ROOT / "docs" / "exit-codes.md").read_text(encoding="utf-8")

    assert f"\n| {code.value} |" in page
