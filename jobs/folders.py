"""Where runs are kept: `out/<tenant>/<start, UTC>/`, and which of them is the newest."""

import re
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

SNAPSHOT_FILE = "snapshot.jsonl.gz"

_STAMP = "%Y%m%dT%H%M%SZ"
_LONGEST_NAME = 80
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names Windows gives to devices."""


def stamp(instant: datetime) -> str:
    """Return an instant as the name of a run's folder."""
    return instant.astimezone(UTC).strftime(_STAMP)


def path_safe(name: str) -> str:
    """Return a tenant's name as the name of one folder on any system: never empty, a parent, or a path."""
    safe = re.sub(r"[^\w.-]+", "-", name)[:_LONGEST_NAME].strip(".-_ ")
    return f"tenant-{safe}".rstrip("-") if not safe or _RESERVED.fullmatch(safe) else safe


def run_folder(out: Path, tenant: str, started_at: datetime) -> Path:
    """Return the folder of a run that started at this instant; two in one second get two folders."""
    folder = out / path_safe(tenant) / stamp(started_at)
    if not folder.exists():
        return folder
    return next(
        each for number in count(2) if not (each := folder.with_name(f"{folder.name}-{number}")).exists()
    )


def newest_snapshot(out: Path) -> Path | None:
    """Return the snapshot of the run that started last, whatever the tenant; None where no run is kept.

    A run's folder says when it started. One the user named does not, so its file's age stands in.
    """
    return max(out.rglob(SNAPSHOT_FILE), key=_started, default=None)


def _started(snapshot: Path) -> str:
    name = snapshot.parent.name
    if re.match(r"\d{8}T\d{6}Z", name):
        return name
    return stamp(datetime.fromtimestamp(snapshot.stat().st_mtime, UTC))
