"""Names of folders are safe, and the newest run is found."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jobs.folders import SNAPSHOT_FILE, newest_snapshot, path_safe, run_folder

STARTED = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def keep(folder: Path) -> Path:
    """Put a snapshot into a folder."""
    folder.mkdir(parents=True)
    (folder / SNAPSHOT_FILE).touch()
    return folder / SNAPSHOT_FILE


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("contoso.onmicrosoft.com", "contoso.onmicrosoft.com"),
        ("Contoso & Söhne / Wien", "Contoso-Söhne-Wien"),
        ("../../etc", "etc"),
        ("..", "tenant"),
        ("", "tenant"),
        ("CON", "tenant-CON"),
        ("nul.txt", "tenant-nul.txt"),
        ("a\x00b\nc", "a-b-c"),
        ("x" * 300, "x" * 80),
    ],
)
def test_a_tenants_name_is_one_safe_folder(name: str, folder: str) -> None:
    """No name leads out of the out folder, and none is refused by Windows."""
    assert folder == path_safe(name)


def test_a_run_is_kept_under_its_tenant_and_start(tmp_path: Path) -> None:
    """`out/<tenant>/<start, UTC>/`."""
    assert tmp_path / "contoso" / "20261120T020000Z" == run_folder(tmp_path, "contoso", STARTED)


def test_two_runs_in_one_second_get_two_folders(tmp_path: Path) -> None:
    """The second never replaces the first."""
    keep(tmp_path / "contoso" / "20261120T020000Z")
    keep(tmp_path / "contoso" / "20261120T020000Z-2")

    assert tmp_path / "contoso" / "20261120T020000Z-3" == run_folder(tmp_path, "contoso", STARTED)


def test_the_newest_snapshot_is_that_of_the_latest_start(tmp_path: Path) -> None:
    """A run's folder says when it started; when its files were copied does not matter."""
    newest = keep(tmp_path / "contoso" / "20261120T020000Z")
    keep(tmp_path / "fabrikam" / "20261119T020000Z")

    assert newest == newest_snapshot(tmp_path)


def test_no_run_has_no_newest_snapshot(tmp_path: Path) -> None:
    """An out folder that does not exist is no error here."""
    assert newest_snapshot(tmp_path / "none") is None
