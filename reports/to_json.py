"""`findings.json` and `run.json`: the same findings for programs, written a chunk at a time.

`run.json` is `findings.json` without the findings: who ran what when, what was seen, how it adds up.
"""

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from audit.findings import FIELDS, AuditResult, Field, FieldKind, TieOutSide
from audit.records import Coverage
from reports.counts import counts
from reports.run_info import RunInfo, run_object
from reports.values import chunked, iso_texts, plain

SCHEMA_VERSION = 1


def write(result: AuditResult, run: RunInfo, path: Path) -> None:
    """Write `findings.json` as the contract has it (design.md, section 4)."""
    with path.open("wb") as file:
        file.write(_encode(_head(result, run))[:-1] + b',"findings":[')
        separator = b"\n"
        for rows in findings(result.findings):
            file.write(separator + b",\n".join(map(_encode, rows)))
            separator = b",\n"
        file.write(b"\n]}\n")


def write_run(result: AuditResult, run: RunInfo, path: Path) -> None:
    """Write `run.json`."""
    path.write_bytes(orjson.dumps(_head(result, run), option=orjson.OPT_INDENT_2) + b"\n")


def findings(frame: pd.DataFrame) -> Iterator[list[dict[str, Any]]]:
    """Yield the findings as JSON-ready objects, some thousand at a time."""
    names = [field.name for field in FIELDS]
    for rows in chunked(frame):
        columns = [_values(rows[field.name], field) for field in FIELDS]
        yield [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def schema() -> dict[str, Any]:
    """Return the JSON Schema of `findings.json`, which ships in the package."""
    text = resources.files("reports").joinpath("findings.schema.json").read_bytes()
    loaded: dict[str, Any] = orjson.loads(text)
    return loaded


def _head(result: AuditResult, run: RunInfo) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "run": run_object(run, result),
        "coverage": [_coverage(coverage) for coverage in result.coverage],
        "tie_out": {name: _side(side) for name, side in result.tie_out.items()},
        "counts": counts(result.findings),
    }


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {
        "query": coverage.query,
        "complete": coverage.complete,
        "pages": coverage.pages,
        "rows": coverage.rows,
        "retries": coverage.retries,
        "reason": coverage.reason or None,
    }


def _side(side: TieOutSide) -> dict[str, Any]:
    return {
        "rows_in": side.rows_in,
        "in_findings": side.in_findings,
        "excluded": side.excluded,
        "balanced": side.balanced,
    }


def _values(column: "pd.Series[Any]", field: Field) -> list[Any]:
    match field.kind:
        case FieldKind.INSTANT:
            return iso_texts(column)
        case FieldKind.TEXTS:
            return [values or () for values in plain(column)]
        case FieldKind.RECORDS:
            return [[_record(record) for record in records or ()] for records in plain(column)]
        case FieldKind.RECORD:
            return [record and _record(record) for record in plain(column)]
        case _:
            return plain(column)


def _record(record: dict[str, Any]) -> dict[str, Any]:
    return {key: None if value == "" else value for key, value in record.items()}


def _encode(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:
        # Half of a surrogate pair cannot be UTF-8, and names come as they were typed: two halves are
        # joined, a single one becomes U+FFFD.
        text = json.dumps(value, ensure_ascii=False, default=list, separators=(",", ":"))
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
