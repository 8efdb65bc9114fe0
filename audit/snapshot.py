"""A snapshot: everything read from one tenant at one moment, with how much of each listing was seen.

On disk it is `snapshot.jsonl.gz`, one JSON object a line (docs/decisions/0002-snapshot.md):

1. a header: ``{"format": "mailbox-audit-snapshot", "format_version": 1, "tenant": …, "as_of": …}``
2. for each listing its coverage and known columns: ``{"listing": "users", "known": […], "coverage": {…}}``
3. after it the listing's records: ``{"id": …}``. A key that is missing was not said by the source;
   ``null`` and ``""`` were said to be empty. That difference is kept, because the audit rests on it.
"""

from dataclasses import dataclass
from datetime import datetime

from audit.records import Coverage, Table


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything collected at one moment, whatever the source."""

    tenant: str
    """What to call the tenant: its initial domain where known."""
    source: str
    """Where the records came from: demo, exports, tenant."""
    taken_at: datetime
    """When the records were current, UTC."""
    as_of: datetime
    """The instant the collecting run judged deadlines by, UTC; `report` takes it again unless told otherwise."""
    tables: dict[str, Table]
    """By listing name; a listing the source does not have is not in it."""
    coverage: dict[str, Coverage]
    """By listing name, one for every listing in `LISTINGS`, absent ones included (not complete)."""
    notes: tuple[str, ...] = ()
    """What a reader should know about the collection, in plain words: files ignored, stale exports."""
