"""Rows of any source become the same table."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import InputError
from audit.reading import Batch, read_table
from audit.records import LISTINGS

MAILBOXES = LISTINGS["soft_deleted_mailboxes"]
USERS = LISTINGS["users"]
ONE = "11111111-1111-4111-8111-111111111111"
TWO = "22222222-2222-4222-8222-222222222222"


def batch(*rows: dict[str, Any], **others: Any) -> Batch:
    """Make a batch with a name."""
    return Batch(rows, "users.json", **others)


def test_the_frame_has_the_declared_columns_in_order_and_their_types() -> None:
    """Every column is there, known or not, and the notes come last."""
    table = read_table(MAILBOXES, [batch({"ExternalDirectoryObjectId": ONE})])

    frame = table.frame
    assert list(frame.columns) == [*(column.name for column in MAILBOXES.columns), "notes"]
    assert str(frame["WhenSoftDeleted"].dtype) == "datetime64[us, UTC]"
    assert str(frame["IsInactiveMailbox"].dtype) == "boolean"
    assert frame["ExchangeGuid"].dtype == object
    assert frame["EmailAddresses"].dtype == object
    assert list(frame["notes"]) == [()]


def test_absent_empty_and_false_are_three_things() -> None:
    """A missing column is unknown, null is empty, false is false."""
    absent = read_table(MAILBOXES, [batch({"ExternalDirectoryObjectId": ONE})])
    empty = read_table(
        MAILBOXES,
        [
            batch(
                {
                    "ExternalDirectoryObjectId": None,
                    "Name": None,
                    "InPlaceHolds": None,
                    "IsInactiveMailbox": None,
                    "WhenSoftDeleted": None,
                }
            )
        ],
    )
    false = read_table(MAILBOXES, [batch({"ExternalDirectoryObjectId": ONE, "IsInactiveMailbox": False})])

    assert list(absent.frame.loc[0, ["Name", "InPlaceHolds"]]) == [None, None]
    assert absent.known == {"ExternalDirectoryObjectId"}
    assert list(empty.frame.loc[0, ["ExternalDirectoryObjectId", "Name", "InPlaceHolds"]]) == ["", "", ()]
    assert empty.frame.loc[0, "IsInactiveMailbox"] is pd.NA
    assert empty.frame.loc[0, "WhenSoftDeleted"] is pd.NaT
    assert empty.known >= {"Name", "InPlaceHolds", "IsInactiveMailbox", "WhenSoftDeleted"}
    assert not false.frame.loc[0, "IsInactiveMailbox"]


def test_a_column_one_row_lacks_is_not_known() -> None:
    """Ragged rows: the cell that is there is kept, the column is not known."""
    table = read_table(USERS, [batch({"id": ONE, "mail": "ann@contoso.example"}, {"id": TWO})])

    assert list(table.frame["mail"]) == ["ann@contoso.example", None]
    assert table.known == {"id"}


def test_a_column_one_file_lacks_is_not_known() -> None:
    """Two files of one listing, exported with different columns."""
    table = read_table(USERS, [batch({"id": ONE, "onPremisesSyncEnabled": True}), batch({"id": TWO})])

    assert list(table.frame["id"]) == [ONE, TWO]
    assert "onPremisesSyncEnabled" not in table.known


def test_a_type_name_leaves_the_column_unknown() -> None:
    """The column is there, but one cell of it says nothing."""
    table = read_table(
        USERS, [batch({"id": ONE, "proxyAddresses": "System.String[]"}, {"id": TWO, "proxyAddresses": ""})]
    )

    assert list(table.frame["proxyAddresses"]) == [None, ()]
    assert "proxyAddresses" not in table.known


@pytest.mark.parametrize(
    "header", ["ID", "Id", " id ", "ObjectId", "Object ID", "object-id", "User Object Id"]
)
def test_headers_are_matched_without_case_space_and_punctuation(header: str) -> None:
    """Header spelling drifts between tools; aliases are known."""
    table = read_table(USERS, [batch({header: ONE, "Display Name": "Ann Example"})])

    assert list(table.frame.loc[0, ["id", "displayName"]]) == [ONE, "Ann Example"]


def test_two_files_may_spell_a_header_differently() -> None:
    """Each row has the column once; the rows go into one column."""
    table = read_table(
        USERS, [batch({"id": ONE, "UPN": "a"}), batch({"ObjectId": TWO, "UserPrincipalName": "b"})]
    )

    assert list(table.frame["id"]) == [ONE, TWO]
    assert list(table.frame["userPrincipalName"]) == ["a", "b"]
    assert table.known == {"id", "userPrincipalName"}


def test_two_headers_that_mean_one_column_are_refused() -> None:
    """Which of them is right nobody knows."""
    with pytest.raises(InputError, match=r"users.json: the columns 'id' and 'Object Id' both mean id"):
        read_table(USERS, [batch({"id": ONE, "Object Id": TWO})])


def test_remarks_of_the_service_are_not_columns() -> None:
    """Keys with an @ annotate their neighbour."""
    table = read_table(USERS, [batch({"id": ONE, "id@data.type": "System.Guid", "@odata.id": "x"})])

    assert list(table.frame["id"]) == [ONE]


@pytest.mark.parametrize("others", [{}, {"headers": ("displayName",)}])
def test_a_file_without_the_key_column_is_refused(others: dict[str, Any]) -> None:
    """The error names file, column and remedy."""
    rows = [] if others else [{"displayName": "Ann Example"}]

    with pytest.raises(InputError, match=r"users.json has no column id") as caught:
        read_table(USERS, [batch({"id": ONE}), batch(*rows, **others)])

    assert "mailbox-audit export-script" in caught.value.hint


@pytest.mark.parametrize("batches", [[], [batch()], [batch(headers=("id",))]])
def test_no_rows_are_a_table_in_which_all_is_known(batches: list[Batch]) -> None:
    """Nothing is missing from nothing, and the types hold."""
    table = read_table(MAILBOXES if not any(b.headers for b in batches) else USERS, batches)

    assert len(table.frame) == 0
    assert table.known == set(table.frame.columns) - {"notes"}
    assert table.frame["notes"].dtype == object


@pytest.mark.parametrize(
    ("others", "place"),
    [({}, "users.json, row 2, column id"), ({"lines": (2, 7)}, "users.json, line 7, column id")],
)
def test_a_bad_cell_is_named_by_file_and_row_or_line(others: dict[str, Any], place: str) -> None:
    """Also in the second file, where counting starts again."""
    with pytest.raises(InputError, match=place):
        read_table(USERS, [batch({"id": ONE}), batch({"id": TWO}, {"id": "x"}, **others)])


def test_each_file_has_its_own_date_order() -> None:
    """One machine wrote day first, another month first."""
    rows = [{"id": ONE, "deletedDateTime": "2/11/2025"}, {"id": ONE, "deletedDateTime": "25/12/2024"}]
    other = [{"id": ONE, "deletedDateTime": "11/2/2025"}, {"id": ONE, "deletedDateTime": "12/25/2024"}]

    table = read_table(LISTINGS["deleted_users"], [batch(*rows), batch(*other)])

    dates = list(table.frame["deletedDateTime"])
    assert dates[:2] == dates[2:]
    assert list(map(len, table.frame["notes"])) == [1, 1, 1, 1]


@pytest.mark.parametrize("header", ["WhenSoftDeletedUTC", "WhenSoftDeleted (UTC)"])
def test_a_date_column_in_utc_makes_the_date_known(header: str) -> None:
    """Without offset it is UTC all the same, and the column counts as carried."""
    table = read_table(MAILBOXES, [batch({"ExternalDirectoryObjectId": ONE, header: "2025-11-02 14:03:22"})])

    assert table.frame.loc[0, "WhenSoftDeleted"] == pd.Timestamp("2025-11-02T14:03:22Z")
    assert "WhenSoftDeleted" in table.known
    assert list(table.frame["notes"]) == [()]


def test_notes_stay_with_their_row() -> None:
    """Only the date without offset is in doubt."""
    rows = [
        {"id": ONE, "deletedDateTime": "2025-11-02T14:03:22Z"},
        {"id": TWO, "deletedDateTime": "2025-11-02 14:03"},
    ]

    table = read_table(LISTINGS["deleted_users"], [batch(*rows)])

    assert list(map(len, table.frame["notes"])) == [0, 1]


@given(st.lists(st.lists(st.uuids(), max_size=4), max_size=4))
def test_rows_keep_their_order_however_they_are_batched(pages: list[list[Any]]) -> None:
    """Pages are put one after another, nothing is lost."""
    batches = [batch(*({"id": str(guid)} for guid in page)) for page in pages]

    table = read_table(USERS, batches)

    assert list(table.frame["id"]) == [str(guid) if guid.int else "" for page in pages for guid in page]
