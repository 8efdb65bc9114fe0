"""A folder of exported files becomes a snapshot; no app registration is needed (design.md, section 7).

What the folder does not hold, or holds in part, is said in the coverage: a page that is missing must never
make a mailbox look gone.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from audit.dates import DateOrder
from audit.errors import InputError
from audit.instants import DateHabits
from audit.memory import collector_paused
from audit.reading import Batch, read_table
from audit.records import LISTINGS, Coverage, Listing, Table
from audit.snapshot import Snapshot
from audit.sources.completeness import doubts, names_of
from audit.sources.export_names import NamedFile, in_order, name_file, near_misses
from audit.sources.files import ExportFile, read_file
from audit.sources.interface import Progress, no_progress

REQUIRED = ("deleted_users", "soft_deleted_mailboxes")
_MAKE_ONE = "Make the folder with the script `mailbox-audit export-script` prints."
_STALE = timedelta(days=1)
_SAMPLE = 1000
"""Mailboxes looked at for the tenant's name."""
_DATES = {
    "deleted_users": ("deletedDateTime", "Get-MgDirectoryDeletedItem leaves it empty unless it is selected"),
    "soft_deleted_mailboxes": ("WhenSoftDeleted", "Get-Mailbox -SoftDeletedMailbox fills it"),
}
"""The date without which no row of a listing has a deadline, and how exports come to lack it."""
_INITIAL_DOMAIN = re.compile(r"@([a-z0-9-]+\.onmicrosoft\.(?:com|us|cn))$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ExportsSource:
    """Files an administrator exported with Microsoft's own tools."""

    folder: Path
    date_order: DateOrder | None = None
    time_zone: str | None = None

    def collect(self, as_of: datetime, progress: Progress = no_progress) -> Snapshot:
        """Read the folder once; raises `InputError` where a file is needed or cannot be read."""
        files, ignored = _look(self.folder)
        habits = DateHabits(self.date_order or None, _zone(self.time_zone))
        tables: dict[str, Table] = {}
        coverage: dict[str, Coverage] = {}
        for name, listing in LISTINGS.items():
            if name in files:
                tables[name], coverage[name] = _read_listing(listing, files[name], habits, progress)
            else:
                coverage[name] = Coverage(name, complete=False, reason="not provided")
        times = [_written_at(file.path) for group in files.values() for file in group]
        return Snapshot(
            tenant=_tenant(tables) or self.folder.resolve().name,
            source="exports",
            taken_at=max(times),
            as_of=as_of,
            tables=tables,
            coverage=coverage,
            notes=(*ignored, *_dateless(tables, files), *_staleness(min(times), as_of)),
        )


def _look(folder: Path) -> tuple[dict[str, list[NamedFile]], list[str]]:
    """Sort the folder's files by listing; the second part says what was left aside."""
    if not folder.is_dir():
        problem = "is not a folder" if folder.exists() else "does not exist"
        raise InputError(f"The exports folder {folder} {problem}.", _MAKE_ONE)
    try:
        paths = sorted((path for path in folder.iterdir() if not path.name.startswith(".")), key=in_order)
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror}.", "Check who may read it.") from error
    files: dict[str, list[NamedFile]] = {}
    ignored: list[str] = []
    for path in paths:
        if file := name_file(path):
            files.setdefault(file.listing, []).append(file)
        elif not path.name.lower().startswith("readme"):
            ignored.append(f"{path.name} was not read: its name is not that of a listing")
    for name in REQUIRED:
        if name not in files:
            raise _missing(name, folder, [path.name for path in paths])
    for group in files.values():
        # However the names are joined: `deleted-users`, which is the first, then `DeletedUsers_2`.
        group.sort(key=lambda file: -1 if file.number is None else file.number)
        _refuse_twice(group)
    return files, ignored


def _missing(name: str, folder: Path, found: list[str]) -> InputError:
    near = near_misses(name, found)
    meant = f" Was {' or '.join(near)} meant?" if near else ""
    return InputError(
        f"{folder} has no file {name.replace('_', '-')}.json or .csv, which the audit needs; "
        f"it holds {', '.join(found) or 'nothing'}.{meant}",
        _MAKE_ONE,
    )


def _refuse_twice(files: list[NamedFile]) -> None:
    """Refuse a listing exported both as JSON and as CSV: each of its rows would be there twice."""
    stems: dict[str, Path] = {}
    for file in files:
        other = stems.setdefault(file.path.stem.lower(), file.path)
        if other is not file.path:
            raise InputError(f"{other.name} and {file.path.name} hold the same listing.", "Keep one of them.")


def _read_listing(
    listing: Listing, files: list[NamedFile], habits: DateHabits, progress: Progress
) -> tuple[Table, Coverage]:
    read: list[ExportFile] = []
    rows = 0
    with collector_paused():
        for file in files:
            read.append(read_file(file.path))
            rows += len(read[-1].rows)
            progress(listing.title, rows)
        batches = [Batch(file.rows, file.name, file.lines, file.headers, habits) for file in read]
        table = read_table(listing, batches)
    reasons = doubts(listing, files, read)
    pages = sum(len(file.pages) for file in read)
    return table, Coverage(
        listing.name, complete=not reasons, pages=pages, rows=rows, reason="; ".join(reasons) or None
    )


def _tenant(tables: dict[str, Table]) -> str | None:
    """Find the initial domain: the organization says it, else the domains, else the mailboxes' addresses."""
    if "organization" in tables:
        domains = (
            domain for cell in tables["organization"].frame["verifiedDomains"] for domain in cell or ()
        )
        said = [{key.lower(): value for key, value in domain.items()} for domain in domains]
        named = [str(domain["name"]) for domain in said if domain.get("isinitial") and domain.get("name")]
    elif "domains" in tables:
        frame = tables["domains"].frame
        named = list(frame.loc[frame["isInitial"].fillna(value=False), "id"])
    else:
        named = []
    return next(iter(named), None) or _domain_of_addresses(tables)


def _domain_of_addresses(tables: dict[str, Table]) -> str | None:
    columns = [table.frame["EmailAddresses"] for table in tables.values() if "EmailAddresses" in table.frame]
    addresses = (address for column in columns for cell in islice(column, _SAMPLE) for address in cell or ())
    found = Counter(match[1].lower() for address in addresses if (match := _INITIAL_DOMAIN.search(address)))
    return found.most_common(1)[0][0] if found else None


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            f"[exports] time_zone: there is no time zone {name!r}.", "Use a name such as Europe/Vienna."
        ) from error


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _dateless(tables: dict[str, Table], files: dict[str, list[NamedFile]]) -> list[str]:
    """Say which listing has rows and not one date: an export that left the column out, not a tenant."""
    return [
        f"{names_of([file.path.name for file in files[listing]])}: {column} is empty in every row, so no "
        f"deadline follows from it; export again with the script `mailbox-audit export-script` prints ({why})"
        for listing, (column, why) in _DATES.items()
        if len(frame := tables[listing].frame) and frame[column].isna().all()
    ]


def _staleness(oldest: datetime, as_of: datetime) -> list[str]:
    age = as_of - oldest
    if age <= _STALE:
        return []
    days = "1 day" if age.days == 1 else f"{age.days} days"
    note = (
        f"the exports are {days} old: deadlines are computed to {as_of:%Y-%m-%dT%H:%M:%SZ}, "
        f"but the rows are as old as the files, the oldest from {oldest:%Y-%m-%dT%H:%M:%SZ}"
    )
    return [note]
