"""The demo tenant as a source: no credentials, no network, every state the audit can meet.

Its records are made by `audit.sources.demo_tenant` and go through the same reading as any other source.
"""

from datetime import datetime

from audit.reading import Batch, read_table
from audit.records import LISTINGS, Coverage
from audit.snapshot import Snapshot
from audit.sources.demo_tenant import TENANT, records_of
from audit.sources.interface import Progress, no_progress


class DemoSource:
    """The bundled tenant, its ages counted back from `as_of`."""

    def collect(self, as_of: datetime, progress: Progress = no_progress) -> Snapshot:
        """Make the demo tenant as it stands at `as_of`; see `audit.sources.interface.Source`."""
        records = records_of(as_of)
        tables, coverage = {}, {}
        for name, listing in LISTINGS.items():
            progress(listing.title, len(records[name]))
            tables[name] = read_table(listing, [Batch(records[name], f"demo tenant, {name}")])
            coverage[name] = Coverage(name, complete=True, pages=1, rows=len(records[name]))
        return Snapshot(TENANT, "demo", taken_at=as_of, as_of=as_of, tables=tables, coverage=coverage)
