"""A run: what was run when, on which tenant, with which parameters; the `run` object of the JSON files."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from audit.findings import AuditResult


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One run of the program, as every file of it says."""

    run_id: str
    tool_version: str
    tenant: str
    source: str
    as_of: datetime
    taken_at: datetime
    started_at: datetime
    finished_at: datetime
    parameters: dict[str, Any] = field(default_factory=dict)
    """What the run was asked to do: flags and settings, never a secret."""


def iso_utc(instant: datetime) -> str:
    """Return an aware instant in ISO 8601, in UTC, ending in Z; microseconds only where there are any.

    A naive one raises ValueError: it would silently be taken for local time.
    """
    if instant.tzinfo is None:
        raise ValueError(f"an instant without a time zone: {instant!r}")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def run_object(run: RunInfo, result: AuditResult) -> dict[str, Any]:
    """Return the `run` object: the run itself, and whether what it saw was all that matters."""
    return {
        "run_id": run.run_id,
        "tool_version": run.tool_version,
        "tenant": run.tenant,
        "source": run.source,
        "as_of": iso_utc(run.as_of),
        "taken_at": iso_utc(run.taken_at),
        "started_at": iso_utc(run.started_at),
        "finished_at": iso_utc(run.finished_at),
        "parameters": run.parameters,
        "complete": result.complete,
        "gaps": list(result.gaps),
        "notes": list(result.notes),
    }
