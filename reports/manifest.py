"""The manifest: every file of a run with its size and SHA-256, and the check that nothing changed since."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import orjson

from audit.errors import InputError

MANIFEST = "manifest.json"
SCHEMA_VERSION = 1

_NO_FILES = frozenset({"", ".", ".."})
_ELSEWHERE = frozenset("/\\:\0")

Verdict = Literal["ok", "changed", "missing", "not in the manifest"]


def write(paths: Iterable[Path], run_id: str, path: Path) -> None:
    """Write the manifest of `paths` to `path`."""
    manifest = {
        "schema_version": SCHEMA_VERSION,
        "run_id": run_id,
        "files": [
            {"name": file.name, "size": file.stat().st_size, "sha256": sha256_of(file)} for file in paths
        ],
    }
    path.write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")


def verify(folder: Path) -> list[tuple[str, Verdict]]:
    """Return each file's verdict: those of the manifest in its order, then those it does not name.

    Raises InputError where there is no manifest, or one that cannot be read.
    """
    declared = _read(folder / MANIFEST)
    verdicts: list[tuple[str, Verdict]] = [
        (name, _verdict(folder / name, entry)) for name, entry in declared.items()
    ]
    others = sorted(path.name for path in folder.iterdir() if path.name not in {MANIFEST, *declared})
    return [*verdicts, *((name, "not in the manifest") for name in others)]


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal, read as a stream."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _verdict(path: Path, entry: dict[str, Any]) -> Verdict:
    try:
        same = path.stat().st_size == entry["size"] and sha256_of(path) == entry["sha256"]
    except (FileNotFoundError, IsADirectoryError):
        return "missing"
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read: {error.strerror}", "Check its permissions, then verify again."
        ) from error
    return "ok" if same else "changed"


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """Return the manifest's entries by file name; a name that leads out of the folder is refused."""
    hint = "Name the folder of a run: the one that holds mailbox-orphans.xlsx and manifest.json."
    try:
        files = orjson.loads(path.read_bytes())["files"]
        declared = {entry["name"]: {"size": entry["size"], "sha256": entry["sha256"]} for entry in files}
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", hint) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not a manifest of this program", hint) from error
    for name in declared:
        if not isinstance(name, str) or name in _NO_FILES or _ELSEWHERE & {*name}:
            raise InputError(f"{path}: names a file outside its folder: {name!r}", "Do not trust this pack.")
    return declared
