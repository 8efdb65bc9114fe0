"""The wheel: it holds what the program needs, and nothing else."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Build the wheel from this tree and list it."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return zipfile.ZipFile(wheel).namelist()


@pytest.mark.parametrize(
    "name",
    [
        "audit/scenarios.toml",
        "audit/sources/demo_tenant.toml",
        "audit/sources/exports.py",
        "jobs/cli.py",
        "jobs/export_script.ps1",
        "reports/findings.schema.json",
        "reports/to_xlsx.py",
    ],
)
def test_the_wheel_holds(names: list[str], name: str) -> None:
    """Code and data; a bare `reports/` line in .gitignore would drop a package without a word."""
    assert name in names


def test_the_wheel_holds_nothing_else(names: list[str]) -> None:
    """No tests, no benchmarks, no outputs."""
    assert {"jobs", "audit", "reports"} == {name.split("/")[0] for name in names if ".dist-info" not in name}
