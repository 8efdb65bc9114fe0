"""A run that is stopped while it writes: what it says, how it ends, and that nothing of it stays."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.tenant import write_tenant

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows ends a program without a signal")

SIZE = 5000
ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a tenant whose workbook takes seconds to write."""
    folder = tmp_path_factory.mktemp("tenant") / "exports"
    write_tenant(SIZE, folder)
    return folder


@contextmanager
def writing(tenant: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Yield a run that is writing its workbook into `folder`/out, with `folder`/tmp for temporary files."""
    (folder / "tmp").mkdir()
    command = [
        sys.executable,
        "-m",
        "jobs",
        "nightly",
        "--exports",
        str(tenant),
        "--out",
        str(folder / "out"),
    ]
    environment = {**os.environ, "TMPDIR": str(folder / "tmp")}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        try:
            assert run.stderr is not None
            assert any("writing mailbox-orphans.xlsx" in line for line in run.stderr)
            wait_for(folder / "out", ".writing-*/openpyxl.*")
            yield run
        finally:
            run.kill()


def wait_for(folder: Path, pattern: str) -> None:
    """Return once there is such a file."""
    until = time.monotonic() + PATIENCE
    while not any(folder.glob(pattern)):
        assert time.monotonic() < until, f"no {pattern} in {folder}"
        time.sleep(0.005)


@pytest.mark.parametrize(
    ("signals", "code"),
    [
        ((signal.SIGINT,), 130),
        ((signal.SIGTERM,), 143),
        # GNU timeout signals the program, then the group it is in.
        ((signal.SIGTERM, signal.SIGTERM), 143),
    ],
    ids=["Ctrl-C", "SIGTERM", "timeout"],
)
def test_a_run_that_is_stopped_says_one_line_and_leaves_nothing(
    tmp_path: Path, tenant: Path, signals: tuple[signal.Signals, ...], code: int
) -> None:
    """No traceback, no half-written file, nobody's name in the temporary folder."""
    with writing(tenant, tmp_path) as run:
        send(run, signals)
        output, errors = run.communicate(timeout=PATIENCE)

    assert (run.returncode, output) == (code, "")
    assert errors == "Interrupted; nothing was left half written.\n"
    assert not (tmp_path / "out").exists()
    assert list((tmp_path / "tmp").iterdir()) == []


def send(run: subprocess.Popen[str], signals: tuple[signal.Signals, ...]) -> None:
    """Send one signal after the other."""
    for number in signals:
        run.send_signal(number)
        time.sleep(0.02)


def test_a_run_that_is_killed_leaves_nothing_in_the_temporary_folder(tmp_path: Path, tenant: Path) -> None:
    """What stays lies in its hidden folder, where the next run finds and removes it."""
    with writing(tenant, tmp_path) as run:
        run.kill()
        run.wait(timeout=PATIENCE)

    assert list((tmp_path / "tmp").iterdir()) == []
    assert [path.name[:9] for path in (tmp_path / "out").iterdir()] == [".writing-"]
