"""All files of a run, whole or not at all.

They are written into a hidden folder inside the run's own, flushed to the disk, and renamed into place once
all of them are complete, the manifest last. Whatever goes wrong before leaves the folder as it was.
What a killed run leaves, its hidden folder, is removed by the next run into the same folder.
"""

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from audit.errors import InputError
from audit.findings import AuditResult
from reports import manifest, to_csv, to_json, to_xlsx
from reports.run_info import RunInfo
from reports.staging import is_hidden, remove_abandoned, staging_in

WORKBOOK = "mailbox-orphans.xlsx"
FINDINGS_JSON = "findings.json"
FINDINGS_CSV = "findings.csv"
SNAPSHOT = "snapshot.jsonl.gz"
RUN_JSON = "run.json"
FILES = (WORKBOOK, FINDINGS_JSON, FINDINGS_CSV, RUN_JSON, SNAPSHOT, manifest.MANIFEST)
"""Every file a run may leave."""

FOLDER_MODE = 0o700
FILE_MODE = 0o600

_IN_USE = "Close the file where it is open, give this account write access, or use another --out."
_NO_ACCESS = "Give this account write access to it, or name another folder with --out."
_HINTS = {
    errno.ENOSPC: "The disk is full: free some space there, or name another folder with --out.",
    errno.EDQUOT: "The disk quota is used up: free some space there, or name another folder with --out.",
    errno.EROFS: "The file system is read-only: name another folder with --out.",
    errno.EACCES: _NO_ACCESS,
    errno.EPERM: _NO_ACCESS,
    errno.EEXIST: "A file is in the way: move it, or name another folder with --out.",
    errno.ENOTDIR: "A file is in the way: move it, or name another folder with --out.",
    errno.ENAMETOOLONG: "Name a folder with a shorter path with --out.",
}
_OTHER_HINT = "Name another folder with --out."


def write_all(
    result: AuditResult,
    run: RunInfo,
    folder: Path,
    snapshot_writer: Callable[[Path], None] | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[Path, ...]:
    """Write every file of the run into `folder` and return their paths, the workbook first.

    `progress` is told each file's name before it is written. Raises InputError where the folder cannot be
    written to; then nothing of this run is left in it.
    """
    writers: dict[str, Callable[[Path], None]] = {
        WORKBOOK: lambda path: to_xlsx.write(result, run, path),
        FINDINGS_JSON: lambda path: to_json.write(result, run, path),
        FINDINGS_CSV: lambda path: to_csv.write(result, path),
        RUN_JSON: lambda path: to_json.write_run(result, run, path),
    }
    if snapshot_writer is not None:
        writers[SNAPSHOT] = snapshot_writer
    hashed = [*writers]
    writers[manifest.MANIFEST] = lambda path: manifest.write(
        [path.with_name(name) for name in hashed], run.run_id, path
    )
    return write_files(writers, folder, progress)


def write_files(
    writers: dict[str, Callable[[Path], None]],
    folder: Path,
    progress: Callable[[str], None] | None = None,
) -> tuple[Path, ...]:
    """Write these files, by name and in this order, into `folder`: whole or not at all.

    `progress` is told each file's name before it is written. Raises InputError where the folder cannot be
    written to.
    """
    _refuse_others(folder)
    with _refused(folder), _folder(folder):
        remove_abandoned(folder)
        with staging_in(folder) as staging:
            for name, write in writers.items():
                if progress is not None:
                    progress(name)
                write(staging / name)
            for name in writers:
                _settle(staging / name)
            _refuse_others(folder)
            _move(staging, folder, tuple(writers))
    return tuple(folder / name for name in writers)


def check_writable(folder: Path) -> None:
    """Raise InputError where `folder` could not be written to, before any reading; leaves nothing behind."""
    _refuse_others(folder)
    with _refused(folder), _folder(folder, keep=False), staging_in(folder) as staging:
        (staging / "probe").write_bytes(b"probe")


@contextlib.contextmanager
def _refused(folder: Path) -> Iterator[None]:
    """Turn what the system refuses into an error that names the path and the remedy."""
    try:
        yield
    except OSError as error:
        where = _place(error, folder)
        hint = _HINTS.get(error.errno or 0, _OTHER_HINT)
        if error.errno == errno.EACCES and os.path.isfile(where):  # noqa: PTH113 - never raises
            hint = _IN_USE
        raise InputError(f"{where}: cannot be written: {error.strerror or error}", hint) from error


def _place(error: OSError, folder: Path) -> Path:
    """Return the path an error is about as the user knows it: never one in the hidden folder."""
    named = [Path(name) for name in (error.filename, error.filename2) if isinstance(name, str)]
    return next((path for path in named if not is_hidden(path)), folder)


def _refuse_others(folder: Path) -> None:
    """Raise InputError where anything but a file stands in a file's place: it is not ours to remove."""
    for path in (folder / name for name in FILES):
        if os.path.lexists(path) and (path.is_symlink() or not path.is_file()):
            raise InputError(
                f"{path}: is not a regular file, yet a file of the report must go there.",
                "Move it away, or name another folder with --out.",
            )


@contextlib.contextmanager
def _folder(folder: Path, *, keep: bool = True) -> Iterator[None]:
    """Make the folder and those above it; on failure, or unless `keep`, remove the ones that were made."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    kept = False
    try:
        folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        yield
        kept = keep
    finally:
        if not kept:
            for path in missing:
                with contextlib.suppress(OSError):
                    path.rmdir()


def _settle(path: Path) -> None:
    """Close a file to others and see that it is on the disk."""
    path.chmod(FILE_MODE)
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _move(staging: Path, folder: Path, names: tuple[str, ...]) -> None:
    """Rename all files into place; where one cannot be, put back what was there."""
    replaced = staging / "replaced"
    replaced.mkdir()
    try:
        for name in names:
            if (folder / name).exists():
                (folder / name).replace(replaced / name)
            (staging / name).replace(folder / name)
    except BaseException:
        for name in names:
            if not (staging / name).exists():
                (folder / name).unlink(missing_ok=True)
            if (replaced / name).exists():
                (replaced / name).replace(folder / name)
        raise
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Flush the folder's own entries; Windows has no such call and needs none."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
