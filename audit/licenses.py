"""Which service plans give a mailbox, and what an account's plans say (facts/graph.md 1.7, KB 3158794)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from audit.dates import read_date

MAILBOX_PLANS: dict[str, str] = {
    "9aaf7827-d63c-4b61-89c3-182f06f82e5c": "EXCHANGE_S_STANDARD",
    "efb87545-963c-4e0d-99df-69c6916d9eb0": "EXCHANGE_S_ENTERPRISE",
    "4a82b400-a79f-41a4-b4e2-e94f5787b113": "EXCHANGE_S_DESKLESS",
    "1126bef5-da20-4f07-b45e-ad25d2581aa8": "EXCHANGE_S_ESSENTIALS",
    "d42bdbd6-c335-4231-ab3d-c8f348d5aff5": "EXCHANGE_L_STANDARD",
    "90927877-dcff-4af6-b346-2332c0b15bb7": "EXCHANGE_B_STANDARD",
    "fc52cc4b-ed7d-472d-bbe7-b081c23ecc56": "EXCHANGE_S_STANDARD_MIDMARKET",
    "e9b4930a-925f-45e2-ac2a-3f7788ca6fdd": "EXCHANGE_S_STANDARD_GOV",
    "8c3069c0-ccdb-44be-ab77-986203a67df2": "EXCHANGE_S_ENTERPRISE_GOV",
    "88f4d7ef-a73b-4246-8047-516022144c9f": "EXCHANGE_S_DESKLESS_GOV",
}
"""Service plans that entitle to a mailbox. Foundation, archive-only, analytics and EOP plans do not."""

_HELD = frozenset({"enabled", "warning", "suspended", "lockedout"})


class LicenseState(NamedTuple):
    """What the plans of one account say about its mailbox."""

    had_plan: bool | None
    """Some Exchange mailbox plan stands among them, whatever its state; None where plans are not known."""
    has_license: bool | None
    """Such a plan is still held; None where a plan does not say."""
    removed_at: datetime | None
    """When the last of them was taken away; null where one is held, none was taken, or no date is known."""
    removed: bool
    """Every such plan was taken away."""


def license_state(plans: Iterable[Mapping[str, Any]] | None) -> LicenseState:
    """Read the Exchange mailbox plans among `assignedPlans`.

    A removed plan stays in the list with capabilityStatus ``Deleted``; its assignedDateTime is then taken
    for the time of removal. Graph documents the field only as the time of assignment, so the finding names
    it as its source (facts/graph.md 1.7 [U]).
    """
    if plans is None:
        return LicenseState(had_plan=None, has_license=None, removed_at=None, removed=False)
    # Graph spells the keys in camel case, its PowerShell module in Pascal case.
    all_plans = ({key.lower(): value for key, value in plan.items()} for plan in plans)
    mine = [plan for plan in all_plans if str(plan.get("serviceplanid", "")).lower() in MAILBOX_PLANS]
    statuses = [str(plan.get("capabilitystatus") or "").lower() for plan in mine]
    if any(status in _HELD for status in statuses):
        return LicenseState(had_plan=True, has_license=True, removed_at=None, removed=False)
    if not all(status == "deleted" for status in statuses):
        return LicenseState(had_plan=True, has_license=None, removed_at=None, removed=False)
    dates = [date for plan in mine if (date := _instant(plan.get("assigneddatetime")))]
    return LicenseState(
        bool(mine), has_license=False, removed_at=max(dates, default=None), removed=bool(mine)
    )


def _instant(cell: Any) -> datetime | None:
    """Read a plan's date; one that cannot be read, or has no zone, is not known."""
    try:
        date = read_date(cell)
    except (ValueError, OverflowError):
        return None
    return date if isinstance(date, datetime) and date.tzinfo is not None else None
