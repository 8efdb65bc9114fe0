"""What a run says about itself in every file it writes."""

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit.findings import AuditResult
from jobs.folders import stamp
from jobs.options import Options
from jobs.settings import Settings
from jobs.version import tool_version
from reports.run_info import RunInfo


def run_info(result: AuditResult, options: Options, settings: Settings, started_at: datetime) -> RunInfo:
    """Describe a run that has its result and is about to write it."""
    return RunInfo(
        run_id=f"{stamp(started_at)}-{secrets.token_hex(4)}",
        tool_version=tool_version(),
        tenant=result.tenant,
        source=result.source,
        as_of=result.as_of,
        taken_at=result.taken_at,
        started_at=started_at,
        finished_at=datetime.now(UTC),
        parameters=_parameters(options, settings),
    )


def _parameters(options: Options, settings: Settings) -> dict[str, Any]:
    """Return what shaped the result; no address, no credential, no name of a variable that holds one."""
    return {
        "config": _text(options.config),
        "exports": _text(options.exports),
        "snapshot": _text(options.snapshot),
        "demo": options.demo,
        "fail_on": options.fail_on,
        "windows": settings.windows.model_dump(),
        "urgency": settings.urgency.model_dump(),
        "date_order": settings.exports.date_order or None,
        "time_zone": settings.exports.time_zone or None,
    }


def _text(path: Path | None) -> str | None:
    """Return a path as text; a byte of it that is not UTF-8 is written as its number."""
    return None if path is None else str(path).encode(errors="backslashreplace").decode()
