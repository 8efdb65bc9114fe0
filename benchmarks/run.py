"""Time and peak memory of every stage, beside its floor measured in the same run.

    python -m benchmarks.run 100000                    # makes the tenant it needs
    python -m benchmarks.run 1000000 --no-writers      # without the files, which take long

Floors: what the same libraries need at best.
Reading and joining: decoding the JSON with the decoder the audit uses, and one pandas merge; once as a plain
program does it, once with Python's cycle collector paused as the audit does.
The workbook: openpyxl's write-only mode appending the same cells bare.
Memory is the growth of resident memory.
"""

import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
from openpyxl import Workbook

from audit.findings import AuditResult
from audit.memory import collector_paused
from audit.pipeline import judge, report
from audit.scenarios import load_table
from audit.snapshot import Snapshot, read_snapshot, write_snapshot
from audit.sources.exports import ExportsSource
from audit.windows import UrgencyLimits, Windows
from benchmarks.measure import Figures, measured, median_of
from benchmarks.tenant import AS_OF, write_tenant
from reports import to_csv, to_json, to_xlsx
from reports.run_info import RunInfo
from reports.table import Table
from reports.tables import all_findings, deadlines, glossary, runbook

ROUNDS = 3
_LISTINGS = ("deleted-users", "soft-deleted-mailboxes")


def main(size: int, *, writers: bool) -> None:
    """Measure a tenant of `size` accounts and `size` mailboxes and print the table."""
    rounds = ROUNDS if size <= 100_000 else 1  # a million takes minutes a round
    folder = Path(tempfile.gettempdir()) / f"mailbox-audit-benchmark-{size}"
    if not (folder / "mailboxes.json").exists():
        write_tenant(size, folder)
    source = ExportsSource(folder, None, None)
    print(f"{size:,} accounts and {size:,} mailboxes, median of {rounds}\n")
    _line("stage", "seconds", "MB growth", "of its floor")
    plain = median_of(rounds, lambda: _decode_and_merge(folder))
    with collector_paused():
        paused = median_of(rounds, lambda: _decode_and_merge(folder))
    read = median_of(rounds, lambda: source.collect(AS_OF))
    snapshot = source.collect(AS_OF)
    judged = median_of(rounds, lambda: _judge(snapshot))
    both = Figures(read.seconds + judged.seconds, max(read.growth_mb, judged.growth_mb))
    _show("floor: JSON decode + pandas merge", plain)
    _show("  the same, cycle collector paused", paused)
    _show("read", read)
    _show("join and classify", judged)
    _show("read, join and classify", both, plain, paused)
    with measured() as advice:
        result = report(_judge(snapshot), load_table())
    _show("findings: reasons, advice, tie-out", advice)
    if writers:
        _writers(result, snapshot)
    _start_up()


def _decode_and_merge(folder: Path) -> pd.DataFrame:
    pages = {
        name: [orjson.loads(p.read_bytes()) for p in sorted(folder.glob(f"{name}*"))] for name in _LISTINGS
    }
    rows = {name: [row for page in own for row in page["value"]] for name, own in pages.items()}
    users = pd.DataFrame({"id": [row["id"] for row in rows["deleted-users"]]}, dtype=object)
    ids = [row["ExternalDirectoryObjectId"] for row in rows["soft-deleted-mailboxes"]]
    mailboxes = pd.DataFrame({"id": [id_ for id_ in ids if id_]}, dtype=object)
    return users.merge(mailboxes, on="id", how="outer")


def _judge(snapshot: Snapshot) -> Any:
    with collector_paused():
        return judge(snapshot, load_table(), Windows(), UrgencyLimits())


def _writers(result: AuditResult, snapshot: Snapshot) -> None:
    run = RunInfo("benchmark", "0", "contoso.example", "exports", AS_OF, AS_OF, AS_OF, AS_OF)
    tables = [deadlines(result.findings), all_findings(result.findings), runbook(result.findings), glossary()]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writers: dict[str, Callable[[], object]] = {
            "findings.json": lambda: to_json.write(result, run, folder / "f.json"),
            "findings.csv": lambda: to_csv.write(result, folder / "f.csv"),
            "snapshot.jsonl.gz": lambda: write_snapshot(snapshot, folder / "s.gz"),
            "snapshot.jsonl.gz, read again": lambda: read_snapshot(folder / "s.gz"),
        }
        for title, writer in writers.items():
            with measured() as figures:
                writer()
            _show(title, figures)
        with measured() as cells:
            _walk(tables)
        with measured() as floor:
            _bare_workbook(tables, folder / "floor.xlsx")
        with measured() as workbook:
            to_xlsx.write(result, run, folder / "w.xlsx")
    _show("floor: openpyxl write-only, same cells bare", floor)
    _show("  of that, making the cells", cells)
    _show("mailbox-orphans.xlsx", workbook, floor)


def _walk(tables: list[Table]) -> None:
    for table in tables:
        for _ in table.chunks():
            pass


def _bare_workbook(tables: list[Table], path: Path) -> None:
    """Write the same cells with openpyxl alone: no style, no filter, nothing made safe."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(table.name)
        sheet.append([column.name for column in table.columns])
        for chunk in table.chunks():
            for row in zip(*chunk, strict=True):
                sheet.append(row)
    book.save(path)


def _start_up() -> None:
    times = []
    for _ in range(7):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "jobs", "--help"], check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    gc.collect()
    _show("--help, a new process", Figures(sorted(times)[3]))


def _show(title: str, figures: Figures, *floors: Figures) -> None:
    ratios = " / ".join(f"{figures.seconds / floor.seconds:.2f}" for floor in floors)
    _line(title, f"{figures.seconds:.2f}", f"{figures.growth_mb:,.0f}", ratios)


def _line(title: str, seconds: str, memory: str, ratio: str) -> None:
    print(f"{title:<45} {seconds:>9} {memory:>10}  {ratio}", flush=True)


if __name__ == "__main__":
    sizes = [int(argument) for argument in sys.argv[1:] if argument.isdecimal()]
    main(sizes[0] if sizes else 10_000, writers="--no-writers" not in sys.argv)
