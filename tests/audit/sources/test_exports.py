"""A folder of exports: which file is which, what is missing, and what may not be taken for complete."""

import csv
import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pandas.testing import assert_frame_equal

from audit.errors import InputError
from audit.records import LISTINGS, Coverage
from audit.snapshot import Snapshot
from audit.sources.exports import ExportsSource

AS_OF = datetime(2026, 11, 20, 2, tzinfo=UTC)
ONE = "11111111-1111-4111-8111-111111111111"
TWO = "22222222-2222-4222-8222-222222222222"
KEY = "ExternalDirectoryObjectId"
USER = {"id": ONE, "displayName": "Ann Example", "deletedDateTime": "2026-11-02T14:03:22Z"}
MAILBOX = {
    "ExternalDirectoryObjectId": ONE,
    "ExchangeGuid": TWO,
    "IsInactiveMailbox": False,
    "WhenSoftDeleted": "2026-11-02T14:03:22.1234567+00:00",
    "InPlaceHolds": "",
    "EmailAddresses": "SMTP:ann@contoso.example;smtp:ann@contoso.onmicrosoft.com",
}
MORE = {"@odata.nextLink": "https://graph.microsoft.com/v1.0/next"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with the two files the audit needs."""
    folder = tmp_path / "contoso"
    folder.mkdir()
    put(folder, "deleted-users.json", [USER])
    put(folder, "soft-deleted-mailboxes.json", [MAILBOX])
    return folder


def put(folder: Path, name: str, content: Any) -> Path:
    """Write a file of the folder: text as it is, all else as JSON."""
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def collect(folder: Path, **settings: Any) -> Snapshot:
    """Read the folder."""
    return ExportsSource(folder, **settings).collect(AS_OF)


def as_csv(row: dict[str, Any]) -> str:
    """Write one row as Export-Csv does."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([row.keys(), row.values()])
    return text.getvalue()


def test_every_listing_has_a_coverage(folder: Path) -> None:
    """Those that are not in the folder are not complete, and say so."""
    snapshot = collect(folder)

    assert list(snapshot.coverage) == list(LISTINGS)
    assert snapshot.coverage["deleted_users"] == Coverage("deleted_users", complete=True, pages=1, rows=1)
    assert snapshot.coverage["users"] == Coverage("users", complete=False, reason="not provided")
    assert set(snapshot.tables) == {"deleted_users", "soft_deleted_mailboxes"}


@pytest.mark.parametrize(
    ("name", "listing"),
    [
        ("users.json", "users"),
        ("Users-2.JSON", "users"),
        ("users_present.json", "users"),
        ("users-deleted-2.json", "deleted_users"),
        ("DeletedUsers-2.json", "deleted_users"),
        ("deleted_users (2).json", "deleted_users"),
        ("mailboxes.json", "mailboxes"),
        ("mailboxes-2026-11-20.jsonl", "mailboxes"),
        ("mailboxes-soft-deleted-2.json", "soft_deleted_mailboxes"),
        ("mailboxes_softdeleted.json", "soft_deleted_mailboxes"),
        ("SoftDeletedMailboxes-2.json", "soft_deleted_mailboxes"),
        ("inactive-mailboxes.json", "inactive_mailboxes"),
        ("MailboxesInactive.json", "inactive_mailboxes"),
        ("ad-users.json", "ad_users"),
        ("ad-deleted-users.json", "ad_deleted_users"),
        ("ad-users-deleted.json", "ad_deleted_users"),
        ("organization.json", "organization"),
        ("domains.json", "domains"),
    ],
)
def test_a_file_is_the_listing_its_name_says(folder: Path, name: str, listing: str) -> None:
    """Without regard to case, in either word order, with a dash, an underscore or nothing between."""
    row = {"id": TWO, "ExternalDirectoryObjectId": TWO, "objectGUID": TWO}
    key = LISTINGS[listing].key
    put(folder, name, [{key: row[key]}])

    snapshot = collect(folder)

    assert TWO in list(snapshot.tables[listing].frame[key])


@pytest.mark.parametrize(
    "name",
    [
        "mailboxes-deleted.json",
        "deleted-mailboxes.json",
        "users-inactive.csv",
        "inactive-users.json",
        "users-soft-deleted.json",
        "mailboxes-soft-deleted-inactive.json",
    ],
)
def test_a_name_that_can_be_read_two_ways_is_refused(folder: Path, name: str) -> None:
    """A soft-deleted mailbox taken for an active one would hide an orphan."""
    put(folder, name, [])

    with pytest.raises(InputError, match=name) as caught:
        collect(folder)

    assert "Rename" in caught.value.hint


def test_files_are_read_in_natural_order(folder: Path) -> None:
    """2 comes before 10."""
    names = {f"users-{number}.json": str(number) for number in (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)}
    files = [put(folder, name, [{"id": ONE, "displayName": number}]) for name, number in names.items()]

    snapshot = collect(folder)

    assert list(snapshot.tables["users"].frame["displayName"]) == [str(n) for n in range(1, 11)]
    assert snapshot.coverage["users"] == Coverage("users", complete=True, pages=len(files), rows=10)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("deleted-users.json", "deleted-users-2.json"),
        ("deleted-users.json", "deleted-users (1).json"),
        ("deleted_users.json", "deleted-users-2.json"),
        ("users-deleted.json", "DeletedUsers2.json"),
        ("deleted-users.json", "deleted-users-2.csv"),
    ],
)
def test_the_file_without_a_number_is_the_first(folder: Path, first: str, second: str) -> None:
    """Its next link leads to the one that has a number."""
    (folder / "deleted-users.json").unlink()
    put(folder, first, {"value": [{"id": ONE}]})
    put(folder, second, f"id\n{TWO}\n" if second.endswith("csv") else {"value": [{"id": TWO}]})

    assert list(collect(folder).tables["deleted_users"].frame["id"]) == [ONE, TWO]


@pytest.mark.parametrize(
    ("names", "complete"),
    [
        (("users-1.json", "users-2.json"), True),
        (("users-0001.json", "users-0002.json"), True),
        (("users-0.json", "users-1.json"), True),
        (("users.json", "users-2.json"), True),
        (("users.json", "users (1).json"), True),
        (("users-2025.json", "users-2026.json"), True),
        (("users-1.json", "users-3.json"), False),
        (("users-2.json", "users-3.json"), False),
        (("users.json", "users-3.json"), False),
        (("users-0001.json", "users-0003.json"), False),
    ],
)
def test_a_gap_in_the_numbers_makes_a_listing_incomplete(
    folder: Path, names: tuple[str, str], complete: bool
) -> None:
    """A file that was not copied is a page not seen."""
    put(folder, names[0], [{"id": ONE}])
    put(folder, names[1], [{"id": TWO}])

    coverage = collect(folder).coverage["users"]

    assert coverage.complete is complete
    assert (coverage.reason is None) is complete


def test_a_next_link_without_a_next_page_makes_a_listing_incomplete(folder: Path) -> None:
    """The reason names the file."""
    put(folder, "deleted-users.json", {"value": [USER], **MORE})

    coverage = collect(folder).coverage["deleted_users"]

    assert not coverage.complete
    assert coverage.reason == "deleted-users.json: its @odata.nextLink has no following page in the folder"


def test_a_next_link_with_its_page_in_the_next_file_is_complete(folder: Path) -> None:
    """The pages of one answer may be one file each."""
    put(folder, "users-1.json", {"value": [{"id": ONE}], "@odata.count": 2, **MORE})
    put(folder, "users-2.json", {"value": [{"id": TWO}]})

    assert collect(folder).coverage["users"] == Coverage("users", complete=True, pages=2, rows=2)


@pytest.mark.parametrize(
    ("name", "content"),
    [("users-2.json", [{"id": TWO}]), ("users-2.json", {"id": TWO}), ("users-2.csv", f"id\n{TWO}\n")],
    ids=["array", "object", "csv"],
)
def test_a_next_link_is_followed_by_a_page_or_not_at_all(folder: Path, name: str, content: Any) -> None:
    """A table that happens to come next is not the rest of the answer."""
    put(folder, "users-1.json", {"value": [{"id": ONE}], **MORE})
    put(folder, name, content)

    coverage = collect(folder).coverage["users"]

    assert coverage.reason == "users-1.json: its @odata.nextLink has no following page in the folder"


@pytest.mark.parametrize(("count", "complete"), [(1, True), (2, False), (0, False)])
def test_a_count_that_differs_makes_a_listing_incomplete(folder: Path, count: int, complete: bool) -> None:
    """The service said how many there are."""
    put(folder, "deleted-users.json", {"@odata.count": count, "value": [USER]})

    assert collect(folder).coverage["deleted_users"].complete is complete


def test_counts_of_two_answers_are_kept_apart(folder: Path) -> None:
    """Two whole answers in two files, each with its own count."""
    put(folder, "users-1.json", {"@odata.count": 1, "value": [{"id": ONE}]})
    put(folder, "users-2.json", {"@odata.count": 1, "value": [{"id": TWO}]})

    assert collect(folder).coverage["users"].complete


@pytest.mark.parametrize(
    "remark",
    [
        {"@adminapi.errors": ["Database is offline."]},
        {
            "@adminapi.warnings": [
                "There are more results available than are currently displayed. To view them, …"
            ]
        },
    ],
)
def test_what_the_service_complained_about_is_incomplete(folder: Path, remark: dict[str, Any]) -> None:
    """It answered, but not with all."""
    put(folder, "soft-deleted-mailboxes.json", {"value": [MAILBOX], **remark})

    coverage = collect(folder).coverage["soft_deleted_mailboxes"]

    assert not coverage.complete
    assert coverage.reason is not None
    assert coverage.reason.startswith("soft-deleted-mailboxes.json: the service")


@pytest.mark.parametrize(("rows", "complete"), [(999, True), (1000, False), (1001, True)])
@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_exactly_a_thousand_mailboxes_are_suspicious(
    folder: Path, rows: int, suffix: str, complete: bool
) -> None:
    """That is where Get-Mailbox stops unless told otherwise."""
    csv_text = "ExternalDirectoryObjectId\n" + f"{ONE}\n" * rows
    put(
        folder,
        f"mailboxes.{suffix}",
        csv_text if suffix == "csv" else [{"ExternalDirectoryObjectId": ONE}] * rows,
    )

    coverage = collect(folder).coverage["mailboxes"]

    assert coverage.complete is complete
    assert complete or "exactly 1,000 rows" in str(coverage.reason)


@pytest.mark.parametrize(("rows", "complete"), [(99, True), (100, False), (101, True)])
@pytest.mark.parametrize("listing", ["users", "deleted-users"])
@pytest.mark.parametrize("suffix", ["json", "csv"])
def test_exactly_a_hundred_users_are_suspicious(
    folder: Path, listing: str, suffix: str, rows: int, complete: bool
) -> None:
    """That is where Graph's page ends, and Get-MgUser with it unless told otherwise."""
    (folder / f"{listing}.json").unlink(missing_ok=True)
    put(
        folder, f"{listing}.{suffix}", "id\n" + f"{ONE}\n" * rows if suffix == "csv" else [{"id": ONE}] * rows
    )

    coverage = collect(folder).coverage[listing.replace("-", "_")]

    remark = "exactly 100 rows: the default page of Graph; export again with -All"
    assert coverage.complete is complete
    assert coverage.reason == (None if complete else f"{listing}.{suffix}: {remark}")


@pytest.mark.parametrize(("name", "key", "size"), [("users", "id", 100), ("mailboxes", KEY, 1000)])
def test_every_file_of_a_listing_is_looked_at_for_its_default_size(
    folder: Path, name: str, key: str, size: int
) -> None:
    """A listing exported in parts may be cut in any of them."""
    put(folder, f"{name}-1.json", [{key: ONE}])
    put(folder, f"{name}-2.json", [{key: ONE}] * size)

    coverage = collect(folder).coverage[name]

    assert not coverage.complete
    assert str(coverage.reason).startswith(f"{name}-2.json: exactly {size:,} rows: ")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("users.json", {"value": [{"id": ONE}] * 100}),
        ("ad-users.json", [{"objectGUID": ONE}] * 100),
        ("mailboxes.json", [{"ExternalDirectoryObjectId": ONE}] * 100),
        ("users.json", [{"id": ONE}] * 1000),
        ("users.json", {"value": [{"id": ONE}] * 999}),
        ("mailboxes.json", {"value": [{"ExternalDirectoryObjectId": ONE}] * 1000}),
    ],
)
def test_such_a_number_of_rows_elsewhere_is_not_suspicious(folder: Path, name: str, content: Any) -> None:
    """Each service has a default of its own, and a page says itself whether there are more."""
    put(folder, name, content)

    assert collect(folder).coverage[name.removesuffix(".json").replace("-", "_")].complete


@pytest.mark.parametrize("name", ["deleted-users", "soft-deleted-mailboxes"])
def test_a_required_file_that_is_missing_is_named(folder: Path, name: str) -> None:
    """With the folder, what it holds, what may have been meant and the remedy."""
    (folder / f"{name}.json").rename(folder / f"my-{name}.json")

    with pytest.raises(InputError) as caught:
        collect(folder)

    assert f"no file {name}.json" in caught.value.message
    assert str(folder) in caught.value.message
    assert f"Was my-{name}.json meant?" in caught.value.message
    assert "mailbox-audit export-script" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "message"),
    [("nowhere", "does not exist"), ("file", "is not a folder"), ("empty", "it holds nothing")],
)
def test_a_folder_that_is_none_is_refused(tmp_path: Path, name: str, message: str) -> None:
    """Missing, a file, or empty."""
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()

    with pytest.raises(InputError, match=message):
        collect(tmp_path / name)


def test_a_listing_in_json_and_in_csv_is_refused(folder: Path) -> None:
    """Every row would be there twice."""
    put(folder, "deleted-users.csv", as_csv(USER))

    with pytest.raises(InputError, match="hold the same listing"):
        collect(folder)


def test_files_with_other_names_are_noted(folder: Path) -> None:
    """Except a README and hidden files."""
    put(folder, "holidays.csv", "a")
    put(folder, "README.txt", "a")
    put(folder, ".hidden.json", "a")

    notes = collect(folder).notes

    assert [note for note in notes if "was not read" in note] == [
        "holidays.csv was not read: its name is not that of a listing"
    ]


def test_json_and_csv_give_the_same_table(folder: Path) -> None:
    """Only how it was written differs."""
    from_json = collect(folder).tables["soft_deleted_mailboxes"]
    (folder / "soft-deleted-mailboxes.json").unlink()
    put(folder, "soft-deleted-mailboxes.csv", as_csv(MAILBOX))

    from_csv = collect(folder).tables["soft_deleted_mailboxes"]

    assert_frame_equal(from_json.frame, from_csv.frame)
    assert from_json.known == from_csv.known


@pytest.mark.parametrize(
    ("name", "content", "tenant"),
    [
        (
            "organization.json",
            {
                "value": [
                    {
                        "id": TWO,
                        "verifiedDomains": [
                            {"name": "contoso.example"},
                            {"name": "c.onmicrosoft.com", "isInitial": True},
                        ],
                    }
                ]
            },
            "c.onmicrosoft.com",
        ),
        (
            "organization.json",
            {"id": TWO, "verifiedDomains": [{"name": "c.onmicrosoft.com", "isInitial": True}]},
            "c.onmicrosoft.com",
        ),
        (
            "domains.json",
            [{"id": "contoso.example", "isInitial": False}, {"id": "c.onmicrosoft.com", "isInitial": True}],
            "c.onmicrosoft.com",
        ),
        ("organization.json", {"id": TWO}, "contoso.onmicrosoft.com"),
        ("soft-deleted-mailboxes.json", [], "contoso"),
    ],
    ids=["page", "object", "domains", "addresses", "folder"],
)
def test_the_tenant_is_called_by_its_initial_domain(
    folder: Path, name: str, content: Any, tenant: str
) -> None:
    """From the organization or the domains, else from the addresses, else the folder's name."""
    put(folder, name, content)

    assert collect(folder).tenant == tenant


def test_the_snapshot_is_as_old_as_its_newest_file_and_says_when_it_is_stale(folder: Path) -> None:
    """Deadlines go on while the rows stand still."""
    newest, oldest = AS_OF - timedelta(hours=1), AS_OF - timedelta(days=3, hours=1)
    os.utime(folder / "deleted-users.json", (newest.timestamp(),) * 2)
    os.utime(folder / "soft-deleted-mailboxes.json", (oldest.timestamp(),) * 2)

    snapshot = collect(folder)

    assert (snapshot.taken_at, snapshot.as_of, snapshot.source) == (newest, AS_OF, "exports")
    assert len(snapshot.notes) == 1
    assert snapshot.notes[0].startswith("the exports are 3 days old: ")


def test_fresh_exports_earn_no_note(folder: Path) -> None:
    """A day is soon enough."""
    os.utime(folder / "deleted-users.json", (AS_OF.timestamp() - 60,) * 2)
    os.utime(folder / "soft-deleted-mailboxes.json", (AS_OF.timestamp() - 86_400,) * 2)

    assert collect(folder).notes == ()


@pytest.mark.parametrize(
    ("listing", "column", "row"),
    [
        ("deleted-users", "deletedDateTime", {**USER, "deletedDateTime": None}),
        ("deleted-users", "deletedDateTime", {"id": ONE}),
        ("soft-deleted-mailboxes", "WhenSoftDeleted", {**MAILBOX, "WhenSoftDeleted": ""}),
    ],
    ids=["users", "no column", "mailboxes"],
)
def test_a_date_that_no_row_has_is_noted(
    folder: Path, listing: str, column: str, row: dict[str, Any]
) -> None:
    """With the files, the column and the remedy: it was left out of the export, not out of the tenant."""
    put(folder, f"{listing}.json", [row])
    put(folder, f"{listing}-2.json", [row])

    (note,) = [note for note in collect(folder).notes if "empty in every row" in note]

    assert note.startswith(f"{listing}.json, {listing}-2.json: {column} is empty in every row")
    assert "mailbox-audit export-script" in note


@pytest.mark.parametrize(
    "content", [[], [USER, {**USER, "id": TWO, "deletedDateTime": None}]], ids=["no rows", "one date"]
)
def test_a_date_that_some_rows_lack_earns_no_note(folder: Path, content: list[Any]) -> None:
    """One row with a date shows that the column was exported."""
    put(folder, "deleted-users.json", content)

    assert not [note for note in collect(folder).notes if "empty in every row" in note]


def test_the_settings_reach_the_dates(folder: Path) -> None:
    """Order and time zone are used where the file leaves them open."""
    (folder / "deleted-users.json").unlink()
    put(folder, "deleted-users.csv", f"id,deletedDateTime\n{ONE},2/11/2026 15:03\n")

    table = collect(folder, date_order="dmy", time_zone="Europe/Vienna").tables["deleted_users"]

    assert table.frame.loc[0, "deletedDateTime"] == datetime(2026, 11, 2, 14, 3, tzinfo=UTC)


def test_an_unknown_time_zone_is_refused(folder: Path) -> None:
    """The setting is named."""
    with pytest.raises(InputError, match=r"\[exports\] time_zone"):
        collect(folder, time_zone="Europe/Nowhere")


def test_an_ambiguous_date_is_refused_with_file_and_line(folder: Path) -> None:
    """It is never guessed."""
    (folder / "deleted-users.json").unlink()
    put(folder, "deleted-users.csv", f"id,deletedDateTime\n{ONE},2/11/2026 15:03\n")

    with pytest.raises(
        InputError, match=r"deleted-users.csv, line 2, column deletedDateTime: '2/11/2026 15:03' can"
    ):
        collect(folder)


def test_progress_is_told_for_every_file(folder: Path) -> None:
    """With the listing's title and the rows so far."""
    put(folder, "users-1.json", [{"id": ONE}])
    put(folder, "users-2.json", [{"id": TWO}])
    told: list[tuple[str, int]] = []

    ExportsSource(folder).collect(AS_OF, lambda title, rows: told.append((title, rows)))

    assert told[:3] == [
        ("accounts in the Entra recycle bin", 1),
        ("present accounts", 1),
        ("present accounts", 2),
    ]
