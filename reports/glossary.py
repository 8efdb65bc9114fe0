"""The words of the report and what they mean, for the workbook's last sheet and for the documentation."""

from collections.abc import Iterator

from audit.findings import FIELDS
from audit.tie_out import EXCLUSIONS

ORPHAN = "A case whose halves do not match: a mailbox without its account, an account without its mailbox."

CLASSES: dict[str, str] = {
    "restorable": "Account and mailbox are both soft-deleted: restore the account. Both clocks run.",
    "restorable_held": "Soft-deleted account: restore it before its clock ends. A hold keeps the mailbox.",
    "ownerless": "The account was purged and the soft-deleted mailbox alone is left; its clock runs.",
    "ownerless_held": "The account was purged; a hold keeps the mailbox, and no clock runs while it stays.",
    "hold_released": "The mailbox was kept by a hold that has gone; its clock runs from that day.",
    "reconnectable": "The account is present without an active mailbox, and its old mailbox is still there.",
    "superseded": "The person has a new active mailbox, and the old one is still there beside it.",
    "account_without_mailbox": "A soft-deleted account that had a mailbox, of which none was found.",
    "license_removed": "The mailbox was disconnected when its license was removed: license the user again.",
    "live_mailbox_without_account": "An active mailbox whose account is soft-deleted or was purged.",
    "out_of_sync": "The on-premises account is deleted, yet account and mailbox in the cloud are present.",
    "undetermined": "What was read leaves more than one class open; missing_evidence says what would decide.",
}
"""By value of orphan_class."""

URGENCIES: dict[str, str] = {
    "overdue": "The nominal deadline is past, yet the object was still listed: act now, it may still work.",
    "critical": "Three days or less are left (limit configurable).",
    "high": "Seven days or less are left (limit configurable).",
    "soon": "Fourteen days or less are left (limit configurable).",
    "ok": "A clock runs and more time than that is left.",
    "held": "A hold keeps the mailbox and no clock runs.",
    "none": "No deadline applies, or none is known.",
}
"""By value of urgency, most urgent first."""

OUTCOMES: dict[str, str] = {
    "healthy": "Nothing to recover: account and mailbox belong together.",
    "recoverable": "Microsoft's guide leads to a recovery; the commands follow it.",
    "contact_support": "Microsoft's guide sends you to support: open a case, and soon where a clock runs.",
    "not_recoverable": "Microsoft's guide promises no recovery.",
    "undetermined": "The answer depends on evidence that was not seen.",
}
"""By value of outcome."""

STAKES: dict[str, str] = {
    "account": "The account leaves the recycle bin, and with it its licenses, groups and sign-in.",
    "mailbox": "The mailbox is purged with all its mail.",
    "account_and_mailbox": "Both are lost.",
    "nothing": "Nothing is lost by waiting.",
}
"""By value of at_stake."""

CLOCKS: dict[str, str] = {
    "soft_deleted": "Runs from the day the mailbox was soft-deleted.",
    "hold_released": "Runs from the day the mailbox stopped being inactive.",
    "license_removed": "Runs from the day the license was removed.",
    "held": "Stands still: a hold keeps the mailbox.",
    "none": "There is no clock: the mailbox is present, or there is none.",
}
"""By value of mailbox_clock."""

WORDS: dict[str, str] = {
    "orphan": ORPHAN,
    "nominal": "A deadline by Microsoft's published window; the service purges some time after it.",
    "purged": "Deleted for good; nothing brings it back from this tenant.",
    "inactive mailbox": "A soft-deleted mailbox that a hold keeps.",
    "coverage": "How much of each listing was read. Absence is evidence only where a listing is complete.",
    "tie-out": "Proof that no row was lost: rows read = rows in findings + rows excluded, for each reason.",
    "empty cell": "Not known, or does not apply; never zero.",
    "control pictures": "A character that a cell cannot hold is shown as its picture, such as ␀ for NUL.",
}
"""Words used in the sheets."""


def entries() -> Iterator[tuple[str, str, str]]:
    """Yield every word explained: what it is a value or kind of, the word, its meaning."""
    for kind, meanings in (
        ("word", WORDS),
        ("orphan_class", CLASSES),
        ("urgency", URGENCIES),
        ("outcome", OUTCOMES),
        ("at_stake", STAKES),
        ("mailbox_clock", CLOCKS),
        ("excluded", EXCLUSIONS),
    ):
        for word, meaning in meanings.items():
            yield kind, word, meaning
    for field in FIELDS:
        yield "column", field.name, field.meaning
