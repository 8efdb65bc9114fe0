"""A snapshot: everything read from one tenant at one moment, with how much of each listing was seen.

On disk it is `snapshot.jsonl.gz`, one JSON object a line (docs/decisions/0002-snapshot.md):

1. a header: ``{"format": "mailbox-audit-snapshot", "format_version": 1, "tenant": …, "as_of": …}``
2. for each listing its coverage and known columns: ``{"listing": "users", "known": […], "coverage": {…}}``
3. after it the listing's records: ``{"id": …}``. A key that is missing was not said by the source;
   ``null`` and ``""`` were said to be empty. That difference is kept, because the audit rests on it.
"""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from audit.errors import InputError
from audit.memory import collector_paused
from audit.reading import Batch, read_table
from audit.records import LISTINGS, Coverage, Kind, Table

FORMAT = "mailbox-audit-snapshot"
FORMAT_VERSION = 1

_ABSENT = object()
_LINES_A_WRITE = 1_000


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
    """The instant the collecting run judged deadlines by, UTC; `report` takes it again
    unless told otherwise."""
    tables: dict[str, Table]
    """By listing name; a listing the source does not have is not in it."""
    coverage: dict[str, Coverage]
    """By listing name, one for every listing in `LISTINGS`, absent ones included (not complete)."""
    notes: tuple[str, ...] = ()
    """What a reader should know about the collection, in plain words: files ignored, stale exports."""


def write_snapshot(snapshot: Snapshot, path: Path) -> None:
    """Write the snapshot to `path`, row by row; OSError is the caller's to explain."""
    # Level 3 costs a third of gzip's default and gives a file some 15 % larger (docs/performance.md).
    with gzip.GzipFile(path, "wb", compresslevel=3, mtime=0) as out:
        out.write(orjson.dumps(_header(snapshot), option=orjson.OPT_APPEND_NEWLINE))
        for name in LISTINGS:
            table = snapshot.tables.get(name)
            head = {
                "listing": name,
                "known": sorted(table.known) if table else None,
                "coverage": asdict(snapshot.coverage[name]),
                "records": len(table.frame) if table else 0,
            }
            out.write(orjson.dumps(head, option=orjson.OPT_APPEND_NEWLINE))
            if table:
                _write_records(out, name, table)


def _header(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "tenant": snapshot.tenant,
        "source": snapshot.source,
        "taken_at": snapshot.taken_at,
        "as_of": snapshot.as_of,
        "notes": list(snapshot.notes),
    }


def _write_records(out: gzip.GzipFile, name: str, table: Table) -> None:
    columns = [*LISTINGS[name].columns]
    for start in range(0, len(table.frame), _LINES_A_WRITE):
        part = table.frame.iloc[start : start + _LINES_A_WRITE]
        cells = [_cells(part[c.name], c.kind, known=c.name in table.known) for c in columns]
        names = [c.name for c in columns]
        lines = bytearray()
        for row, notes in zip(zip(*cells, strict=True), part["notes"], strict=True):
            record = {key: value for key, value in zip(names, row, strict=True) if value is not _ABSENT}
            if notes:
                record["@notes"] = notes
            lines += orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE)
        out.write(lines)


def _cells(column: pd.Series, kind: Kind, *, known: bool) -> list[Any]:
    """Return a column's cells for JSON.

    What the source did not say is `_ABSENT`, what it said was empty is null.
    """
    empty = None if known else _ABSENT
    if kind is Kind.INSTANT:
        texts = column.dt.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return [empty if missing else text for text, missing in zip(texts, column.isna(), strict=True)]
    if kind is Kind.FLAG:
        return [empty if missing else bool(flag) for flag, missing in zip(column, column.isna(), strict=True)]
    return [_ABSENT if value is None else value for value in column]


def read_snapshot(path: Path) -> Snapshot:
    """Read a snapshot; raises `InputError` where the file is none, is damaged, or is of a newer format."""
    try:
        with gzip.open(path, "rb") as lines, collector_paused():
            return _read_lines(path, iter(lines))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is damaged: {error!r} in its header lines.", _REMEDY) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path} is damaged or no snapshot: {error}.", _REMEDY) from error
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror or error}.", "Check the path and its permissions."
        ) from error


_REMEDY = (
    "Use the snapshot.jsonl.gz of a run, or collect again; `mailbox-audit verify` checks a run's folder."
)


def _read_lines(path: Path, lines: Iterator[bytes]) -> Snapshot:
    header = _loads(path, next(lines, b""))
    if header.get("format") != FORMAT:
        raise InputError(f"{path} is no snapshot of mailbox-audit.", _REMEDY)
    if header.get("format_version") != FORMAT_VERSION:
        raise InputError(
            f"{path} has format version {header.get('format_version')}; this program reads {FORMAT_VERSION}.",
            "Read it with the version of mailbox-audit that wrote it, or a newer one.",
        )
    tables: dict[str, Table] = {}
    coverage: dict[str, Coverage] = {}
    for line in lines:
        head = _loads(path, line)
        name = str(head.get("listing"))
        if name not in LISTINGS:
            raise InputError(f"{path}: the listing {name!r} is not known.", _REMEDY)
        coverage[name] = Coverage(**head["coverage"])
        if head["known"] is not None:
            rows = [_loads(path, next(lines, b"")) for _ in range(head["records"])]
            tables[name] = _table(name, rows, frozenset(head["known"]), path)
    if set(coverage) != set(LISTINGS):
        raise InputError(f"{path} ends early: {len(LISTINGS) - len(coverage)} listings are missing.", _REMEDY)
    instants = {key: datetime.fromisoformat(header[key]) for key in ("taken_at", "as_of")}
    return Snapshot(
        header["tenant"],
        header["source"],
        **instants,
        tables=tables,
        coverage=coverage,
        notes=tuple(header["notes"]),
    )


def _table(name: str, rows: list[dict[str, Any]], known: frozenset[str], path: Path) -> Table:
    notes = [tuple(row.get("@notes", ())) for row in rows]
    table = read_table(LISTINGS[name], [Batch(rows, str(path))] if rows else [])
    table.frame["notes"] = pd.Series(notes, dtype=object)
    return Table(table.frame, known)


def _loads(path: Path, line: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path} is damaged or ends early: {error}.", _REMEDY) from error
    if not isinstance(value, dict):
        raise InputError(f"{path} is no snapshot of mailbox-audit.", _REMEDY)
    return value
