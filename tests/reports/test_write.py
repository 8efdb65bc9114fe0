import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.errors import InputError
from reports import manifest
from reports.write import check_writable, write_all
from tests.builders_findings import make_finding, make_result, make_run

FILES = {"mailbox-orphans.xlsx", "findings.json", "findings.csv", "run.json", "manifest.json"}


def names_in(folder: Path) -> set[str]:
    """Return what a folder holds, hidden files included."""
    return {path.name for path in folder.iterdir()}


def failing(error: BaseException) -> Callable[[Path], None]:
    """Return a snapshot writer that writes half and fails."""

    def write(path: Path) -> None:
        path.write_bytes(b"half")
        raise error

    return write


def write_snapshot(path: Path) -> None:
    """Write a snapshot of one byte."""
    path.write_bytes(b"s")


def test_all_files_appear_and_verify(tmp_path: Path) -> None:
    """A run leaves its files, a manifest that holds, and nothing else."""
    paths = write_all(make_result(make_finding()), make_run(), tmp_path / "out")

    assert {path.name for path in paths} == names_in(tmp_path / "out") == FILES
    assert {verdict for _, verdict in manifest.verify(tmp_path / "out")} == {"ok"}


def test_snapshot_is_written_and_listed(tmp_path: Path) -> None:
    """The snapshot is one of the run's files, with a hash as all of them."""
    write_all(make_result(), make_run(), tmp_path, write_snapshot)

    assert ("snapshot.jsonl.gz", "ok") in manifest.verify(tmp_path)


def test_progress_is_told_each_file(tmp_path: Path) -> None:
    """A long write is not silent."""
    told: list[str] = []

    write_all(make_result(), make_run(), tmp_path, progress=told.append)

    assert set(told) == FILES - {"manifest.json"}


@pytest.mark.parametrize("error", [RuntimeError("bug"), KeyboardInterrupt()], ids=["bug", "interrupted"])
def test_failing_writer_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    """Half a run is no run: not even the folders made for it stay."""
    with pytest.raises(type(error)):
        write_all(make_result(), make_run(), tmp_path / "a" / "b", failing(error))

    assert names_in(tmp_path) == set()


def test_full_disk_is_an_input_error_with_the_remedy(tmp_path: Path) -> None:
    """The message names the path, the hint says what to do; nothing stays."""
    error = OSError(errno.ENOSPC, "No space left on device", "/full/file")

    with pytest.raises(InputError, match=r"/full/file: cannot be written: No space left") as caught:
        write_all(make_result(), make_run(), tmp_path, failing(error))

    assert "--out" in caught.value.hint
    assert names_in(tmp_path) == set()


def test_earlier_run_survives_a_failing_one(tmp_path: Path) -> None:
    """A folder that is written again keeps its files until all new ones are complete."""
    write_all(make_result(), make_run(run_id="first"), tmp_path)

    with pytest.raises(RuntimeError):
        write_all(make_result(make_finding()), make_run(run_id="second"), tmp_path, failing(RuntimeError()))

    assert {verdict for _, verdict in manifest.verify(tmp_path)} == {"ok"}
    assert '"first"' in (tmp_path / "run.json").read_text()


def test_failing_rename_puts_back_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the last file cannot be placed, the first ones are taken away again."""
    (tmp_path / "findings.json").write_text("old")
    replace = Path.replace

    def replace_all_but_the_manifest(path: Path, target: Path) -> Path:
        if target == tmp_path / "manifest.json":
            raise PermissionError(errno.EACCES, "Permission denied", str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", replace_all_but_the_manifest)

    with pytest.raises(InputError, match=r"manifest\.json"):
        write_all(make_result(), make_run(), tmp_path)

    assert names_in(tmp_path) == {"findings.json"}
    assert (tmp_path / "findings.json").read_text() == "old"


@pytest.mark.skipif(os.name != "posix", reason="modes are a POSIX matter")
def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """Names and addresses of people who left are nobody else's business."""
    paths = write_all(make_result(), make_run(), tmp_path / "out")

    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_check_writable_leaves_nothing(tmp_path: Path) -> None:
    """The early check does not create the run's folder."""
    check_writable(tmp_path / "a" / "b")

    assert names_in(tmp_path) == set()


def test_file_in_the_way_is_an_input_error(tmp_path: Path) -> None:
    """Found before an hour of reading, not after it."""
    (tmp_path / "out").touch()

    with pytest.raises(InputError, match="out: cannot be written"):
        check_writable(tmp_path / "out")
