"""The version of this program, as installed."""

from importlib.metadata import PackageNotFoundError, version


def tool_version() -> str:
    """Return the installed version; a checkout that is not installed has none."""
    try:
        return version("mailbox-audit")
    except PackageNotFoundError:
        return "not installed"
