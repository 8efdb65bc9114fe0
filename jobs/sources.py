"""Which source the command line chose; each one's libraries are imported only then."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from audit.errors import InputError
from audit.snapshot import Snapshot
from audit.sources.interface import Progress, Source, no_progress
from jobs.options import Options
from jobs.settings import Settings


@dataclass(frozen=True, slots=True)
class SnapshotSource:
    """What an earlier run read."""

    path: Path

    def collect(self, as_of: datetime, progress: Progress = no_progress) -> Snapshot:  # noqa: ARG002
        """Read the stored snapshot; it keeps its own `as_of`."""
        from audit.snapshot import read_snapshot

        progress(f"snapshot {self.path}", 0)
        return read_snapshot(self.path)


def source_of(options: Options, settings: Settings) -> Source:
    """Return the chosen source; raises `InputError` where there is none."""
    if options.demo:
        from audit.sources.demo import DemoSource

        return DemoSource()
    if options.exports is not None:
        from audit.sources.exports import ExportsSource

        return ExportsSource(
            options.exports, settings.exports.date_order or None, settings.exports.time_zone or None
        )
    if options.snapshot is not None:
        return SnapshotSource(options.snapshot)
    raise InputError(
        "no source was chosen: reading the live tenant arrives with a later release.",
        "Run `mailbox-audit export-script`, let an administrator run what it prints, and read the folder "
        "it makes with --exports DIR; or look at `mailbox-audit demo`.",
    )
