"""The PowerShell an administrator runs to make an exports folder, for tenants without an app registration."""

from importlib.resources import files


def script_text() -> str:
    """Return the script as shipped: plain ASCII, which every console prints and every PowerShell reads."""
    return files(__package__).joinpath("export_script.ps1").read_text(encoding="ascii")
