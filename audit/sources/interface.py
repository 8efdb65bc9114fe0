"""What every source promises: one snapshot, complete where it says so."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from audit.snapshot import Snapshot

Progress = Callable[[str, int], None]
"""Called with a listing's title and the rows read so far."""


def no_progress(title: str, rows: int) -> None:
    """Report nothing."""


class Source(Protocol):
    """Somewhere records come from: an exports folder, the demo tenant, a live tenant."""

    def collect(self, as_of: datetime, progress: Progress = no_progress) -> Snapshot:
        """Read everything once.

        Raises `InputError` where an input cannot be read, `SourceError` where nothing could be reached.
        A listing that was cut short is returned with ``complete=False``, never as a short listing.
        """
        ...
