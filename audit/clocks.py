"""The two clocks: until when an account and a mailbox can be saved, and how urgent that is.

    account   deletedDateTime + 30 d
    mailbox   held                        no clock
              was inactive                InactiveMailboxRetireTime + 30 d
              its license was removed     removal + 30 d
              otherwise                   WhenSoftDeleted + 30 d, public-folder mailboxes 90 d

(design.md, section 5; facts/exchange.md 3.1 and 3.2.) All arithmetic is in UTC and exact; the deadlines are
nominal, because the service purges some time after them. An instant that is not known gives a deadline that
is not known.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit.join import Joined
from audit.states import ENTRA_SOFT_DELETED, MAILBOX_SOFT_DELETED, SUBJECTS, States
from audit.windows import UrgencyLimits, Windows

MAILBOX_CLOCKS = ("none", "held", "license_removed", "hold_released", "soft_deleted")

RUNNING_CLOCKS = frozenset({"license_removed", "hold_released", "soft_deleted"})
"""Those with an end, known or not."""

SAME_DAY = pd.Timedelta(days=1)
"""Two deadlines less than a day apart are lost together: `days_left` counts whole days, and Exchange
soft-deletes a mailbox minutes or hours after Entra deletes its account (facts/exchange.md 3.2)."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """One entry a case; instants are UTC."""

    account_deleted_at: pd.Series
    mailbox_soft_deleted_at: pd.Series
    hold_released_at: pd.Series
    license_removed_at: pd.Series
    restore_account_by: pd.Series
    mailbox_clock: npt.NDArray[np.object_]
    """One of MAILBOX_CLOCKS."""
    mailbox_purge_after: pd.Series
    act_by: pd.Series
    at_stake: npt.NDArray[np.object_]
    days_left: pd.Series
    """Int64, rounded down; NA without a deadline."""
    urgency: npt.NDArray[np.object_]


def read_clocks(
    joined: Joined,
    states: States,
    classes: npt.NDArray[np.object_],
    as_of: pd.Timestamp,
    windows: Windows,
    limits: UrgencyLimits,
) -> Clocks:
    """Read both clocks of every case as they stand at `as_of`; `classes` is each case's orphan class."""
    deleted = states.entra & ENTRA_SOFT_DELETED > 0
    account_deleted_at = joined.instants_of_account("deletedDateTime").where(deleted & (joined.account >= 0))
    restore_by = account_deleted_at + pd.Timedelta(days=windows.account)
    soft_deleted_at = joined.instants_of_mailbox("WhenSoftDeleted")
    released_at = joined.instants_of_mailbox("InactiveMailboxRetireTime")
    # Undetermined too: a listing that is missing must not take a deadline away.
    by_license = np.isin(classes, np.array(["license_removed", "undetermined"], dtype=object))
    by_license &= states.facts["license_removed"] == 1
    removed_at = _license_removed_at(joined, states, by_license, soft_deleted_at)
    clock = _mailbox_clock(joined, states, by_license)
    public_folder = states.subject == SUBJECTS.index("PublicFolderMailbox")
    kept = pd.Series(
        pd.to_timedelta(np.where(public_folder, windows.public_folder, windows.mailbox), unit="D")
    )
    purge_after = pd.Series(pd.NaT, index=soft_deleted_at.index, dtype="datetime64[us, UTC]")
    purge_after = purge_after.mask(clock == "soft_deleted", soft_deleted_at + kept)
    purge_after = purge_after.mask(
        clock == "hold_released", released_at + pd.Timedelta(days=windows.hold_released)
    )
    purge_after = purge_after.mask(
        clock == "license_removed", removed_at + pd.Timedelta(days=windows.license_removed)
    )
    act_by = restore_by.where(~(purge_after < restore_by) & restore_by.notna(), purge_after)
    days_left = _whole_days(act_by - as_of)
    return Clocks(
        account_deleted_at,
        soft_deleted_at,
        released_at.where(clock == "hold_released"),
        removed_at,
        restore_by,
        clock,
        purge_after,
        act_by,
        _at_stake(restore_by, purge_after, act_by),
        days_left,
        _urgency(days_left, clock, limits),
    )


def _mailbox_clock(
    joined: Joined, states: States, by_license: npt.NDArray[np.bool_]
) -> npt.NDArray[np.object_]:
    """Name the clock that runs.

    Where it is not known whether a hold keeps the mailbox, the one that may run does.
    """
    soft_deleted = (states.mailbox == MAILBOX_SOFT_DELETED) & (joined.mailbox >= 0)
    held = soft_deleted & (states.facts["is_inactive_mailbox"] == 1)
    released = soft_deleted & (states.facts["was_inactive_mailbox"] == 1)
    running = [held, released, by_license, soft_deleted]
    names: npt.NDArray[np.int64] = np.select(running, [1, 3, 2, 4], 0)
    return np.array(MAILBOX_CLOCKS, dtype=object)[names]


def _license_removed_at(
    joined: Joined, states: States, by_license: npt.NDArray[np.bool_], soft_deleted_at: pd.Series
) -> pd.Series:
    """Return when the license went: the plan's own date, or the moment its mailbox was soft-deleted by it."""
    dates = pd.Series(pd.NaT, index=soft_deleted_at.index, dtype="datetime64[us, UTC]")
    said = {
        case: state.removed_at
        for case, state in states.licenses.items()
        if by_license[case] and state.removed_at
    }
    dates.iloc[[*said]] = pd.to_datetime([*said.values()], utc=True)
    return dates.mask(by_license & (joined.mailbox >= 0) & dates.isna(), soft_deleted_at)


def _at_stake(restore_by: pd.Series, purge_after: pd.Series, act_by: pd.Series) -> npt.NDArray[np.object_]:
    account = (restore_by - act_by < SAME_DAY).to_numpy(dtype=np.int64)
    mailbox = (purge_after - act_by < SAME_DAY).to_numpy(dtype=np.int64)
    names = np.array(["nothing", "account", "mailbox", "account_and_mailbox"], dtype=object)
    return names[account + 2 * mailbox]


def _whole_days(left: pd.Series) -> pd.Series:
    days: pd.Series = left.dt.days.astype("Int64")
    return days


def _urgency(
    days_left: pd.Series, clock: npt.NDArray[np.object_], limits: UrgencyLimits
) -> npt.NDArray[np.object_]:
    days = days_left.to_numpy(dtype=float, na_value=np.nan)
    bands = [
        days < 0,
        days <= limits.critical,
        days <= limits.high,
        days <= limits.soon,
        days > limits.soon,
        clock == "held",
    ]
    names = np.array(["overdue", "critical", "high", "soon", "ok", "held", "none"], dtype=object)
    band: npt.NDArray[np.int64] = np.select(bands, list(range(6)), 6)
    return names[band]
