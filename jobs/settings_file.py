"""Reading the settings from a TOML file and the environment.

Every mistake is an `InputError` that names the place and the remedy. No message repeats a value, because one
may be a secret in the wrong place.
"""

import difflib
import logging
import os
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from audit.errors import InputError
from jobs.settings import PREFIX, Settings, all_settings, sections

DEFAULT_FILE = "mailbox-audit.toml"
"""Read from the working folder where no file is named."""

_log = logging.getLogger(__name__)

_EVERY_KEY = "config.example.toml and docs/configuration.md list every key."


class _File(NamedTuple):
    """A settings file: its path for messages, and its text to find line numbers in."""

    path: Path
    text: str

    def place(self, section: str, key: str = "") -> str:
        """Say where `key` of `section` stands: the file, and the line where it is found."""
        line = _line_of(self.text, section, key) or _line_of(self.text, section, "")
        return f"{self.path}, line {line}" if line else str(self.path)


def load_settings(file: Path | None = None) -> Settings:
    """Read the settings from `file`, or from the working folder's, and from the environment, which wins.

    Raises `InputError` at the first mistake.
    """
    _refuse_unknown_variables(os.environ)
    if file is None and Path(DEFAULT_FILE).exists():
        file = Path(DEFAULT_FILE)
    opened = _open(file) if file else _File(Path(DEFAULT_FILE), "")
    _log.info("settings: %s", file or "defaults and environment")
    document = _parsed(opened)
    _refuse_unknown_keys(document, opened)
    try:
        return Settings(**document)
    except ValidationError as error:
        raise _invalid(error, opened) from None


def _open(path: Path) -> _File:
    try:
        return _File(path, path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read: {error.strerror}.",
            "Name a settings file with --config; see config.example.toml.",
        ) from None
    except UnicodeDecodeError:
        raise InputError(
            f"{path}: is not UTF-8 text.", "Save the file again with the encoding UTF-8."
        ) from None


def _parsed(file: _File) -> dict[str, Any]:
    try:
        return tomllib.loads(file.text)
    except tomllib.TOMLDecodeError as error:
        found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", str(error), re.DOTALL)
        what, line = found.groups() if found else (str(error), None)
        last = line or file.text.count("\n") + 1
        raise InputError(
            f"{file.path}, line {last}: is not valid TOML: {what}.",
            'Text stands in quotes: key = "value"; in a Windows path write / or put it in single quotes.',
        ) from None


def _refuse_unknown_keys(document: dict[str, Any], file: _File) -> None:
    """Refuse a section, a key or a type the settings do not declare."""
    declared = {(setting.section, setting.key): setting for setting in all_settings()}
    elsewhere = {setting.key: f"{setting.key} in [{setting.section}]" for setting in all_settings()}
    for section, keys in document.items():
        if section not in sections():
            near = {**elsewhere, **{name: f"[{name}]" for name in sections()}}
            raise _unknown(f"{file.place(section)}: unknown section or key {section}", section, near)
        if not isinstance(keys, dict):
            raise InputError(
                f"{file.place(section)}: {section} is a section, not a key.",
                f"Write [{section}] on its own line.",
            )
        for key, value in keys.items():
            setting = declared.get((section, key))
            if setting is None:
                near = {**elsewhere, **{name: name for where, name in declared if where == section}}
                raise _unknown(f"{file.place(section, key)}: unknown key {section}.{key}", key, near)
            if type(value) is not type(setting.default):
                kind = "a whole number" if isinstance(setting.default, int) else "text in quotes"
                raise InputError(
                    f"{file.place(section, key)}: {setting.name} must be {kind}.", setting.meaning
                )


def _refuse_unknown_variables(names: Iterable[str]) -> None:
    known = {setting.variable: setting.variable for setting in all_settings()}
    for name in sorted(names):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            raise _unknown(f"unknown environment variable {name}", name.upper(), known)


def _unknown(what: str, name: str, candidates: dict[str, str]) -> InputError:
    """Say what is unknown and suggest the nearest of `candidates`, which maps a name to how it is written."""
    near = difflib.get_close_matches(name.lower(), [each.lower() for each in candidates], n=1, cutoff=0.5)
    written = {each.lower(): spelled for each, spelled in candidates.items()}
    return InputError(f"{what}.", (f"Did you mean {written[near[0]]}? " if near else "") + _EVERY_KEY)


def _invalid(error: ValidationError, file: _File) -> InputError:
    """Turn pydantic's first complaint into a sentence without the value."""
    first = error.errors(include_url=False, include_input=False)[0]
    section, key = (*map(str, first["loc"]), "")[:2]
    said = str(first["msg"]).removeprefix("Value error, ")
    setting = next((each for each in all_settings() if (each.section, each.key) == (section, key)), None)
    if setting is None:
        return InputError(f"{file.place(section)}: {section} must have {said}.", _EVERY_KEY)
    named = next((name for name in os.environ if name.upper() == setting.variable), None)
    place = f"environment variable {named}" if named else file.place(section, key)
    return InputError(f"{place}: {setting.name} must be {setting.allowed or said}.", setting.meaning)


def _line_of(text: str, section: str, key: str) -> int | None:
    """Return the number of the line that opens `section`, or that sets `key` in it."""
    header = re.compile(r"\s*\[{1,2}\s*[\"']?([^\"'\]]*?)[\"']?\s*\]")
    wanted = rf"[\"']?{re.escape(key)}[\"']?\s*[=.]"
    dotted = rf"[\"']?{re.escape(section)}[\"']?\s*[=.]" + (rf".*?\b{wanted}" if key else "")
    current = ""
    for number, line in enumerate(text.splitlines(), start=1):
        opened = header.match(line)
        if opened:
            current = opened.group(1).strip()
            if current == (f"{section}.{key}" if key else section):
                return number
            continue
        if key and current == section and re.match(rf"\s*{wanted}", line):
            return number
        if not current and re.match(rf"\s*{dotted}", line):
            return number
    return None
