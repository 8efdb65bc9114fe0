"""The join: accounts and mailboxes, one row each, brought together on ExternalDirectoryObjectId.

Three rules hold it (facts/exchange.md 7, traps 1 and 2):

* a blank id joins nothing: it means that the account was purged;
* the same object listed twice is one row that says how often it was seen, never two and never an error;
* inactive mailboxes are among the soft-deleted ones; both listings become one row on ExchangeGuid.

The result keeps accounts and mailboxes as they are and adds *cases*: pairs of positions, -1 where a side is
missing.
"""

import uuid
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from audit.records import LISTINGS, Kind, Table
from audit.snapshot import Snapshot

Positions = npt.NDArray[np.int64]
Trits = npt.NDArray[np.int8]
"""1 true, 0 false, -1 not known."""

_ROW_KEY_NAMESPACE = uuid.UUID("6f1d3f0a-52a6-4f0e-8f0d-6c1f6b7b0f11")


@dataclass(frozen=True, slots=True)
class Joined:
    """Accounts, mailboxes and the cases that pair them."""

    accounts: pd.DataFrame
    """User columns, and: rows (times listed), deleted_rows, present_rows, synced (trit)."""
    mailboxes: pd.DataFrame
    """Mailbox columns, and: key, rows, soft_rows, inactive_rows, active (bool), inactive, was_inactive,
    synced, by_disable (trits)."""
    account: Positions
    """For each case the account's position, or -1."""
    mailbox: Positions
    """For each case the mailbox's position, or -1."""

    def of_account(self, column: str) -> npt.NDArray[np.object_]:
        """Return the account column for each case; None where the case has no account."""
        return _take(self.accounts[column], self.account)

    def of_mailbox(self, column: str) -> npt.NDArray[np.object_]:
        """Return the mailbox column for each case; None where the case has no mailbox."""
        return _take(self.mailboxes[column], self.mailbox)

    @property
    def present_accounts(self) -> pd.DataFrame:
        """The accounts that are in the listing of present ones."""
        return self.accounts[(self.accounts["present_rows"] > 0).to_numpy()]

    @property
    def active_mailboxes(self) -> pd.DataFrame:
        """The mailboxes that are in the listing of active ones."""
        return self.mailboxes[self.mailboxes["active"].to_numpy(dtype=bool)]

    def is_active(self) -> npt.NDArray[np.bool_]:
        """Return for each case whether its mailbox is an active one; False where it has none."""
        return marked(self.mailboxes["active"], self.mailbox)

    def instants_of_account(self, column: str) -> pd.Series:
        """Return the account's instant for each case; NaT where there is none."""
        return _take_instants(self.accounts[column], self.account)

    def instants_of_mailbox(self, column: str) -> pd.Series:
        """Return the mailbox's instant for each case; NaT where there is none."""
        return _take_instants(self.mailboxes[column], self.mailbox)

    def trits_of_account(self, column: str) -> Trits:
        """Return the account's trit for each case; -1 where the case has no account."""
        return np.append(self.accounts[column].to_numpy(dtype=np.int8), np.int8(-1))[self.account]

    def trits_of_mailbox(self, column: str) -> Trits:
        """Return the mailbox's trit for each case; -1 where the case has no mailbox."""
        return np.append(self.mailboxes[column].to_numpy(dtype=np.int8), np.int8(-1))[self.mailbox]


def join(snapshot: Snapshot) -> Joined:
    """Pair every account with its mailboxes; what has no partner stands alone."""
    accounts, mailboxes = accounts_of(snapshot), mailboxes_of(snapshot)
    ids = mailboxes["ExternalDirectoryObjectId"].to_numpy(dtype=object)
    found = pd.Index(accounts["id"], dtype=object).get_indexer(pd.Index(ids, dtype=object)).astype(np.int64)
    found[~ids.astype(bool)] = -1
    alone = np.setdiff1d(np.arange(len(accounts), dtype=np.int64), found)
    return Joined(
        accounts,
        mailboxes,
        account=np.concatenate([found, alone]),
        mailbox=np.concatenate(
            [np.arange(len(mailboxes), dtype=np.int64), np.full(len(alone), -1, dtype=np.int64)]
        ),
    )


def accounts_of(snapshot: Snapshot) -> pd.DataFrame:
    """Return one row an account from the recycle bin and the present accounts."""
    parts = []
    for listing in ("deleted_users", "users"):
        table = snapshot.tables.get(listing) or empty_table(listing)
        frame = table.frame.copy(deep=False)
        frame["deleted_rows"] = int(listing == "deleted_users")
        frame["present_rows"] = int(listing == "users")
        # Null means "never synchronized" only where the column was really asked for (facts/graph.md 1.2).
        frame["synced"] = _trits(
            frame["onPremisesSyncEnabled"], null_is_false="onPremisesSyncEnabled" in table.known
        )
        if "deletedDateTime" not in frame:
            frame["deletedDateTime"] = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
        parts.append(frame)
    frame = pd.concat(parts, ignore_index=True)
    frame = frame[frame["id"].astype(bool)]
    return _one_row_each(frame, "id", first_by="deletedDateTime", counts=["deleted_rows", "present_rows"])


def mailboxes_of(snapshot: Snapshot) -> pd.DataFrame:
    """Return one row a mailbox: soft-deleted and inactive reconciled on ExchangeGuid, active ones apart."""
    parts = []
    for listing, column in _MAILBOX_LISTINGS.items():
        table = snapshot.tables.get(listing) or empty_table(listing)
        frame = table.frame.copy(deep=False)
        for other in _MAILBOX_LISTINGS.values():
            frame[other] = int(other == column)
        _add_missing_columns(frame)
        frame["key"] = _keys_apart(_mailbox_keys(frame), frame["ExternalDirectoryObjectId"].tolist())
        frame["active"] = column == "active_rows"
        frame["inactive"] = _trits(frame["IsInactiveMailbox"])
        frame["was_inactive"] = _was_inactive(
            frame, retire_time_known="InactiveMailboxRetireTime" in table.known
        )
        frame["synced"] = _trits(frame["IsDirSynced"])
        by_remove = _trits(frame["IsSoftDeletedByRemove"]) == 1
        frame["by_disable"] = np.where(by_remove, 0, _trits(frame["IsSoftDeletedByDisable"])).astype(np.int8)
        parts.append(
            _one_row_each(frame, "key", first_by="WhenSoftDeleted", counts=list(_MAILBOX_LISTINGS.values()))
        )
    soft, inactive, active = parts
    return pd.concat([*_reconciled(soft, inactive), active], ignore_index=True)


def _reconciled(soft: pd.DataFrame, inactive: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count inactive mailboxes on the soft-deleted rows they are among.

    Returns the soft-deleted rows, and the inactive ones not among them.
    """
    place = pd.Index(soft["key"], dtype=object).get_indexer(pd.Index(inactive["key"], dtype=object))
    among = place >= 0
    for count in ("inactive_rows", "rows"):
        sums = soft[count].to_numpy(copy=True)
        sums[place[among]] += inactive[count].to_numpy()[among]
        soft[count] = sums
    return soft, inactive[~among]


_TRITS = frozenset({"inactive", "was_inactive", "synced", "by_disable"})

_MAILBOX_LISTINGS = {
    "soft_deleted_mailboxes": "soft_rows",
    "inactive_mailboxes": "inactive_rows",
    "mailboxes": "active_rows",
}


def empty_table(listing: str) -> Table:
    """Return a table with the listing's columns and no rows."""
    dtypes = {Kind.FLAG: "boolean", Kind.INSTANT: "datetime64[us, UTC]"}
    columns = {c.name: pd.Series([], dtype=dtypes.get(c.kind, "object")) for c in LISTINGS[listing].columns}
    return Table(pd.DataFrame({**columns, "notes": pd.Series([], dtype="object")}))


def _add_missing_columns(frame: pd.DataFrame) -> None:
    """Give an active-mailbox frame the columns that only deleted ones have, all of them not known."""
    for column in LISTINGS["soft_deleted_mailboxes"].columns:
        if column.name not in frame:
            missing: object = None
            dtype = "object"
            if column.kind is Kind.FLAG:
                missing, dtype = pd.NA, "boolean"
            elif column.kind is Kind.INSTANT:
                missing, dtype = pd.NaT, "datetime64[us, UTC]"
            frame[column.name] = pd.Series([missing] * len(frame), index=frame.index, dtype=dtype)


def _mailbox_keys(frame: pd.DataFrame) -> list[str]:
    """Return the ExchangeGuid, or where it is missing a stable key of what else names the mailbox."""
    keys = frame["ExchangeGuid"].tolist()
    for position in [position for position, key in enumerate(keys) if not key]:
        row = frame.iloc[position]
        named = [
            str(row[name])
            for name in (
                "ExternalDirectoryObjectId",
                "DistinguishedName",
                "PrimarySmtpAddress",
                "UserPrincipalName",
                "DisplayName",
                "WhenSoftDeleted",
            )
        ]
        keys[position] = f"unnamed-{uuid.uuid5(_ROW_KEY_NAMESPACE, '|'.join(named))}"
    return keys


def _keys_apart(keys: list[str], object_ids: list[str | None]) -> list[str]:
    """Tell apart mailboxes that share an ExchangeGuid but belong to different accounts.

    Synchronizing a person again can make such a pair (facts/exchange.md 3.1); one must not hide the other.
    """
    owners: dict[str, set[str]] = {}
    for key, object_id in zip(keys, object_ids, strict=True):
        if object_id:
            owners.setdefault(key, set()).add(object_id)
    shared = {key for key, own in owners.items() if len(own) > 1}
    if not shared:
        return keys
    return [
        f"{key}:{object_id}" if object_id and key in shared else key
        for key, object_id in zip(keys, object_ids, strict=True)
    ]


def _was_inactive(frame: pd.DataFrame, *, retire_time_known: bool) -> Trits:
    """Return whether a hold once kept the mailbox: its own flag, or the time it stopped."""
    flags = _trits(frame["WasInactiveMailbox"])
    retired = frame["InactiveMailboxRetireTime"].notna().to_numpy()
    flags[(flags == -1) & retired] = 1
    if retire_time_known:
        flags[(flags == -1) & ~retired] = 0
    return flags


def _trits(flags: pd.Series, *, null_is_false: bool = False) -> Trits:
    trits: Trits = flags.fillna(value=False).to_numpy(dtype=np.int8)
    if not null_is_false:
        trits = trits - flags.isna().to_numpy(dtype=np.int8)
    return trits


def _one_row_each(frame: pd.DataFrame, key: str, first_by: str, counts: list[str]) -> pd.DataFrame:
    """Merge rows with one key: one of them stands for all, and they are counted.

    It is one with an object id where there is any, the earliest by `first_by` among those. A trit on which
    the rows contradict each other is not known.
    """
    repeated = frame.duplicated(key, keep=False)
    frame = frame.assign(rows=1)
    if not repeated.any():
        return frame.reset_index(drop=True)
    twins = frame[repeated]
    content = [repr(row) for row in twins.drop(columns=[first_by]).itertuples(index=False, name=None)]
    blank = ~twins.get("ExternalDirectoryObjectId", twins[key]).astype(bool)
    order = {"key": twins[key], "blank": blank, "first": twins[first_by], "content": content}
    twins = twins.loc[pd.DataFrame(order, index=twins.index).sort_values([*order]).index]
    sums = twins.groupby(key, sort=False)[[*counts, "rows"]].sum()
    firsts = twins.drop_duplicates(key).set_index(key, drop=False)
    firsts[[*counts, "rows"]] = sums
    for column in _TRITS.intersection(twins.columns):
        known = twins[column].where(twins[column] >= 0).groupby(twins[key])
        lowest, highest = known.min().fillna(-1), known.max().fillna(-1)
        firsts[column] = lowest.where(lowest == highest, -1).astype(np.int8).reindex(firsts.index)
    return pd.concat([frame[~repeated], firsts], ignore_index=True)


def marked(marks: pd.Series, positions: Positions) -> npt.NDArray[np.bool_]:
    """Return the mark of the record at each position; False at -1."""
    return np.append(marks.to_numpy(dtype=bool), np.False_)[positions]


def _take(column: pd.Series, positions: Positions) -> npt.NDArray[np.object_]:
    values = np.append(column.to_numpy(dtype=object), np.array([None], dtype=object))
    return values[positions]


def _take_instants(column: pd.Series, positions: Positions) -> pd.Series:
    naive = column.dt.tz_localize(None).to_numpy()
    values = np.append(naive, np.array(["NaT"], dtype=naive.dtype))[positions]
    return pd.Series(values).dt.tz_localize("UTC")
