"""Which listing a file of an exports folder holds: its name says so (design.md, section 7)."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from audit.errors import InputError

SUFFIXES = (".json", ".jsonl", ".csv")

# The more telling name first: `mailboxes-soft-deleted` must never be read as `mailboxes`.
_NAMES = {
    "ad-deleted-users": "ad_deleted_users",
    "ad-users-deleted": "ad_deleted_users",
    "ad-users": "ad_users",
    "deleted-users": "deleted_users",
    "users-deleted": "deleted_users",
    "users": "users",
    "soft-deleted-mailboxes": "soft_deleted_mailboxes",
    "mailboxes-soft-deleted": "soft_deleted_mailboxes",
    "inactive-mailboxes": "inactive_mailboxes",
    "mailboxes-inactive": "inactive_mailboxes",
    "mailboxes": "mailboxes",
    "organization": "organization",
    "domains": "domains",
}
_PATTERNS = {name: re.compile(name.replace("-", "[-_ ]*")) for name in _NAMES}
_STATES = re.compile(r"deleted|inactive|purged|removed")
_ONLY_OUR_WORDS = re.compile(r"(?:ad|soft|deleted|inactive|active|users?|mailbox(?:es)?|[-_ \d])+")
# Not every number counts files: 2026 and 20261120 are dates.
_NUMBER = re.compile(r"[-_ (]*(\d{1,3}|[01]\d{3})\)?")


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file of the folder with the listing its name says it holds."""

    path: Path
    listing: str
    number: int | None
    """The number at the end of its name, null where the name has anything else or nothing there."""


def name_file(path: Path) -> NamedFile | None:
    """Read the name; null where it is none of ours. Raises `InputError` where it can be read two ways."""
    stem = path.stem.lower()
    if path.suffix.lower() not in SUFFIXES:
        return None
    for name, pattern in _PATTERNS.items():
        if found := pattern.match(stem):
            rest = stem[found.end() :]
            if _STATES.search(rest):
                raise _two_ways(path)
            number = _NUMBER.fullmatch(rest)
            return NamedFile(path, _NAMES[name], int(number[1]) if number else None)
    if _ONLY_OUR_WORDS.fullmatch(stem) and _STATES.search(stem):
        raise _two_ways(path)
    return None


def _two_ways(path: Path) -> InputError:
    return InputError(
        f"{path.name}: the name does not say clearly which listing the file holds.",
        "Rename it: soft-deleted-mailboxes, inactive-mailboxes, mailboxes, deleted-users, users, "
        "ad-deleted-users or ad-users, with a number behind it where there are several.",
    )


def in_order(path: Path) -> tuple[list[tuple[int, int, str]], str]:
    """Order names as people do: 2 before 10, and a name before the same with more behind it."""
    parts = re.findall(r"\d+|\D+", path.stem.lower())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts], path.suffix


def missing_numbers(files: list[NamedFile]) -> list[int]:
    """Return the numbers that are missing from numbered files; one without number stands for the first."""
    numbers = {file.number for file in files if file.number is not None}
    if not numbers:
        return []
    missing = sorted(set(range(1, max(numbers))) - numbers)
    has_first = 0 in numbers or len(numbers) < len(files)
    return [number for number in missing if number > 1 or not has_first]


def near_misses(listing: str, names: list[str]) -> list[str]:
    """Return file names that may have been meant for the listing."""
    wanted = [name for name, meant in _NAMES.items() if meant == listing]
    stems = {name.split(".")[0].lower().replace("_", "-"): name for name in names}
    near = [stem for want in wanted for stem in get_close_matches(want, stems, cutoff=0.7)]
    return [stems[stem] for stem in dict.fromkeys(near)]
