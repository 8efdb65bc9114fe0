"""The hidden folder a run is written into: gone when the run ends, cleared away where it was killed."""

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PREFIX = ".writing-"
LONGEST_RUN = 86_400
"""Seconds after which a hidden folder is taken for abandoned where no lock can tell."""


@contextlib.contextmanager
def staging_in(folder: Path) -> Iterator[Path]:
    """Yield a new hidden folder inside `folder`, readable by its owner only, and remove it afterwards."""
    staging = Path(tempfile.mkdtemp(prefix=PREFIX, dir=folder))
    try:
        with _held(staging):
            yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def remove_abandoned(folder: Path) -> None:
    """Remove the hidden folders of runs that were killed; those of running ones are left alone."""
    for staging in folder.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), _held(staging, strict=True):
            shutil.rmtree(staging, ignore_errors=True)


if sys.platform == "win32":  # which cannot lock a folder

    @contextlib.contextmanager
    def _held(staging: Path, *, strict: bool = False) -> Iterator[None]:
        """Hold a hidden folder; where `strict`, raise OSError if another run may still write into it."""
        if strict and time.time() - staging.stat().st_mtime < LONGEST_RUN:
            raise BlockingIOError
        yield

else:
    import fcntl

    @contextlib.contextmanager
    def _held(staging: Path, *, strict: bool = False) -> Iterator[None]:
        """Lock a hidden folder until done or killed; where `strict`, raise OSError if another run has it."""
        descriptor = os.open(staging, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            # Not every network drive has locks: a run goes on without.
            with contextlib.suppress(*(() if strict else (OSError,))):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(descriptor)


def is_hidden(path: Path) -> bool:
    """Tell whether a path is that of a hidden folder, or lies in one."""
    return any(part.startswith(PREFIX) for part in path.parts)
