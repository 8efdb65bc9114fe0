import errno
import os
import subprocess
import sys
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

    assert set(told) == FILES


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


@pytest.mark.parametrize("name", sorted(FILES | {"snapshot.jsonl.gz"}))
@pytest.mark.parametrize("check", [check_writable, lambda path: write_all(make_result(), make_run(), path)])
def test_a_folder_in_a_files_place_is_refused_and_kept(
    tmp_path: Path, name: str, check: Callable[[Path], object]
) -> None:
    """It is named, and so is everything in it left where it is."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "precious").touch()

    with pytest.raises(InputError, match=f"{name}: is not a regular file") as caught:
        check(tmp_path)

    assert caught.value.exit_code == 2
    assert "Move it away" in caught.value.hint
    assert names_in(tmp_path) == {name}
    assert names_in(tmp_path / name) == {"precious"}


@pytest.mark.skipif(os.name != "posix", reason="links need a right on Windows")
def test_a_link_in_a_files_place_is_refused(tmp_path: Path) -> None:
    """Not even one that leads nowhere is ours."""
    (tmp_path / "run.json").symlink_to("nowhere")

    with pytest.raises(InputError, match=r"run\.json: is not a regular file"):
        write_all(make_result(), make_run(), tmp_path)

    assert names_in(tmp_path) == {"run.json"}


def test_a_folder_that_appears_during_the_run_is_refused_before_anything_is_moved(tmp_path: Path) -> None:
    """A run takes minutes, and others work in the folder meanwhile."""
    (tmp_path / "findings.json").write_text("old")

    def write_and_be_in_the_way(path: Path) -> None:
        write_snapshot(path)
        (tmp_path / "manifest.json").mkdir()

    with pytest.raises(InputError, match=r"manifest\.json: is not a regular file"):
        write_all(make_result(), make_run(), tmp_path, write_and_be_in_the_way)

    assert names_in(tmp_path) == {"findings.json", "manifest.json"}
    assert (tmp_path / "findings.json").read_text() == "old"


def test_regular_files_are_replaced(tmp_path: Path) -> None:
    """The run before is what usually stands there."""
    (tmp_path / "findings.json").write_text("old")

    write_all(make_result(), make_run(), tmp_path)

    assert (tmp_path / "findings.json").read_text() != "old"


def test_a_read_only_folder_is_named_and_nobody_is_told_to_close_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hidden folder that could not be made in it is nothing the user knows."""

    def refuse(prefix: str, dir: Path) -> str:  # noqa: A002 - the name is tempfile's
        raise PermissionError(errno.EACCES, "Permission denied", str(dir / f"{prefix}x"))

    monkeypatch.setattr("tempfile.mkdtemp", refuse)

    with pytest.raises(InputError) as caught:
        check_writable(tmp_path)

    assert caught.value.message == f"{tmp_path}: cannot be written: Permission denied"
    assert "write access" in caught.value.hint
    assert "Close" not in caught.value.hint


def test_a_file_that_is_open_elsewhere_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel locks the workbook it shows."""
    (tmp_path / "mailbox-orphans.xlsx").write_text("old")

    def refuse(path: Path, _target: Path) -> Path:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "replace", refuse)

    with pytest.raises(InputError, match=r"mailbox-orphans\.xlsx: cannot be written") as caught:
        write_all(make_result(), make_run(), tmp_path)

    assert caught.value.hint.startswith("Close the file")


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    """It holds names of people, and nobody looks for hidden folders."""
    left = tmp_path / ".writing-killed"
    (left / "replaced").mkdir(parents=True)
    (left / "openpyxl.x").write_text("Ada")
    os.utime(left, (0, 0))

    write_all(make_result(), make_run(), tmp_path)

    assert names_in(tmp_path) == FILES


@pytest.mark.skipif(os.name != "posix", reason="only there a folder can be locked")
def test_the_hidden_folder_of_a_running_run_is_left_alone(tmp_path: Path) -> None:
    """Two runs into one folder do not pull the ground from under each other."""
    program = (
        "import sys, pathlib, reports.staging\n"
        "with reports.staging.staging_in(pathlib.Path(sys.argv[1])) as path:\n"
        "    print(path.name, flush=True)\n"
        "    sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    root = Path(__file__).parent.parent.parent
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root
    ) as other:
        assert other.stdout is not None
        hidden = other.stdout.readline().strip()

        write_all(make_result(), make_run(), tmp_path)

        assert names_in(tmp_path) == {*FILES, hidden}
        other.communicate("")

    assert names_in(tmp_path) == FILES
