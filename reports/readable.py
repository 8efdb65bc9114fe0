"""Lists and records of a finding as one readable text; programs take them whole from findings.json."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from audit.findings import Field, FieldKind

Readable = Callable[[Any], str | None]

_SENTENCES = frozenset({"warnings", "reasons", "missing_evidence"})
_LINES = frozenset({"commands"})
_RETAINS = {True: "retains", False: "does not retain", None: "not known whether it retains"}


def reader_of(field: Field) -> Readable:
    """Return the function that makes this field's values readable: chosen once for a column."""
    match field.kind:
        case FieldKind.TEXTS if field.name in _LINES:
            return _joined("\n")
        case FieldKind.TEXTS if field.name in _SENTENCES:
            return _joined(" | ")
        case FieldKind.TEXTS:
            return _joined("; ")
        case FieldKind.RECORDS:
            return _records
        case FieldKind.RECORD:
            return _article if field.name == "kb" else _record
        case _:
            return _as_it_is


def hold(record: Mapping[str, Any]) -> str:
    """Say a hold in a few words: its kind, its id, whether it retains."""
    retains = _RETAINS[record.get("retains")]
    return " ".join(str(part) for part in (record.get("kind"), record.get("id"), f"({retains})") if part)


def conflict(record: Mapping[str, Any]) -> str:
    """Say a conflict in a few words: its code, the other object, what is known of it."""
    other = f" with {record['with']}" if record.get("with") else ""
    note = f": {record['note']}" if record.get("note") else ""
    return f"{record.get('code')}{other}{note}"


def _joined(separator: str) -> Readable:
    def read(values: Iterable[str] | None) -> str | None:
        return separator.join(values) or None if values else None

    return read


def _records(records: Iterable[Mapping[str, Any]] | None) -> str | None:
    if not records:
        return None
    return "; ".join(conflict(record) if "code" in record else hold(record) for record in records)


def _record(record: Mapping[str, Any] | None) -> str | None:
    if not record:
        return None
    return "; ".join(f"{key}: {value}" for key, value in record.items() if value is not None) or None


def _article(record: Mapping[str, Any] | None) -> str | None:
    if not record:
        return None
    anchor = f"#{record['anchor']}" if record.get("anchor") else ""
    return f"KB {record.get('number')}{anchor}"


def _as_it_is(value: Any) -> Any:
    return value
