"""How long the service keeps what was deleted, and how many days left count as urgent. Whole days."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Windows:
    """Nominal retention in days (design.md, section 5; facts/exchange.md 3.2).

    The service purges some time after.
    """

    account: int = 30
    """A deleted account in the Entra recycle bin."""
    mailbox: int = 30
    """A soft-deleted mailbox, from WhenSoftDeleted."""
    hold_released: int = 30
    """A mailbox that was inactive, from InactiveMailboxRetireTime; it was 183 days until September 2022."""
    license_removed: int = 30
    """A mailbox disconnected by removing its license, from the removal (KB 3158794)."""
    public_folder: int = 90
    """A soft-deleted public-folder mailbox, from WhenSoftDeleted."""


@dataclass(frozen=True, slots=True)
class UrgencyLimits:
    """Days left, or less, that make a finding this urgent."""

    critical: int = 3
    """Act today."""
    high: int = 7
    """Act this week."""
    soon: int = 14
    """Plan it."""
