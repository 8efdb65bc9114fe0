"""Dates in every form Microsoft's tools write, and what happens where they leave something open."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import InputError
from audit.instants import DateCells, DateHabits, read_clean, read_doubtful

MOMENT = datetime(2025, 11, 2, 14, 3, 22, tzinfo=UTC)
VIENNA = DateHabits(zone=ZoneInfo("Europe/Vienna"))
EARLIEST = "WhenSoftDeleted has no UTC offset: read at the earliest instant it can mean"


def where(index: int, column: str) -> str:
    """Name a place as a source does."""
    return f"mailboxes.csv, line {index + 2}, column {column}"


def read(
    *cells: Any, habits: DateHabits | None = None, **others: Any
) -> tuple[list[datetime | None], list[list[str]]]:
    """Read a column WhenSoftDeleted, with other columns of its file beside it."""
    columns = {"WhenSoftDeleted": list(cells), **others}
    moments, notes = read_doubtful(DateCells(columns, habits or DateHabits(), where), ["WhenSoftDeleted"])
    return moments["WhenSoftDeleted"], notes


@pytest.mark.parametrize(
    "cell",
    [
        "2025-11-02T14:03:22Z",
        "2025-11-02T14:03:22.0000000Z",
        "2025-11-02T14:03:22.0000000+00:00",
        "2025-11-02T15:03:22+01:00",
        "2025-11-02T15:03:22+0100",
        "2025-11-02t09:03:22-05:00",
        "2025-11-02 14:03:22Z",
        "11/2/2025 2:03:22 PM +00:00",
        "/Date(1762092202000)/",
        "/Date(1762092202000+0200)/",
        r"\/Date(1762092202000)\/",
        {"value": "/Date(1762092202000)/", "DisplayHint": 2, "DateTime": "Sunday 2 November 2025 14:03:22"},
        {"value": "2025-11-02T14:03:22Z", "DateTime": "Sunday, 2 November 2025 14:03:22"},
    ],
)
def test_a_date_that_says_its_offset_is_that_instant(cell: Any) -> None:
    """Every form with an offset gives the same instant, and no doubt."""
    moments, notes = read(cell, habits=DateHabits(order="mdy"))

    assert moments == [MOMENT]
    assert notes == [[]]


@pytest.mark.parametrize(
    "cell",
    [
        "2025-11-02T14:03:22",
        "2025-11-02T14:03:22.0000000",
        "2025-11-02 14:03:22",
        "2025/11/02 14:03:22",
        "02.11.2025 14:03:22",
        "2.11.2025 14.03.22",
        "2.11.2025, 14:03:22",
    ],
)
def test_a_clock_time_without_offset_is_taken_at_its_earliest_with_a_note(cell: str) -> None:
    """At UTC+14 the clock shows it first; the row says so."""
    moments, notes = read(cell)

    assert moments == [MOMENT - timedelta(hours=14)]
    assert notes == [[EARLIEST]]


@pytest.mark.parametrize("cell", ["11/2/2025 2:03:22 PM", "11/2/2025 2:03:22\u202fPM", "11/02/2025 14:03:22"])
def test_american_dates_are_read_where_the_setting_says_so(cell: str) -> None:
    """The setting decides; newer .NET writes a narrow space before PM."""
    moments, _ = read(cell, habits=DateHabits("mdy", ZoneInfo("UTC")))

    assert moments == [MOMENT]


@pytest.mark.parametrize("cell", ["2/11/2025 14:03:22", "02-11-2025 14:03:22", "2/11/2025 2:03:22 p.m."])
def test_day_first_dates_are_read_where_the_setting_says_so(cell: str) -> None:
    """The setting decides, with slashes and dashes alike."""
    moments, _ = read(cell, habits=DateHabits("dmy", ZoneInfo("UTC")))

    assert moments == [MOMENT]


def test_midnight_is_twelve_am() -> None:
    """12 AM is hour 0, 12 PM hour 12."""
    moments, _ = read(
        "1/1/2025 12:00:00 AM", "1/1/2025 12:00:00 PM", habits=DateHabits("mdy", ZoneInfo("UTC"))
    )

    assert moments == [datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, 12, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("deciding", "expected"), [("25/12/2024 10:00", (2, 11)), ("12/25/2024 10:00", (11, 2))]
)
def test_one_date_of_the_file_decides_the_order_of_all(deciding: str, expected: tuple[int, int]) -> None:
    """A number above 12 cannot be a month."""
    moments, _ = read("2/11/2025 14:03", deciding, habits=DateHabits(zone=ZoneInfo("UTC")))

    assert moments[0] is not None
    assert (moments[0].day, moments[0].month) == expected


def test_a_date_of_another_column_decides_as_well() -> None:
    """All date columns of a file were written by the same machine."""
    moments, _ = read("2/11/2025 14:03", habits=VIENNA, WhenCreated=["25/12/2020 10:00"])

    assert moments == [datetime(2025, 11, 2, 13, 3, tzinfo=UTC)]


def test_an_undecided_date_is_refused_with_both_readings_and_the_remedy() -> None:
    """Nothing in the file decides: the error names the cell, both days and what to do."""
    with pytest.raises(InputError) as caught:
        read("", "2/11/2025 14:03")

    assert "mailboxes.csv, line 3, column WhenSoftDeleted" in caught.value.message
    assert "02 November 2025" in caught.value.message
    assert "11 February 2025" in caught.value.message
    assert "export-script" in caught.value.hint
    assert '[exports] date_order = "dmy" or "mdy"' in caught.value.hint


def test_equal_day_and_month_need_no_decision() -> None:
    """The fifth of May is the fifth of May."""
    moments, _ = read("5/5/2025 14:03", habits=DateHabits(zone=ZoneInfo("UTC")))

    assert moments == [datetime(2025, 5, 5, 14, 3, tzinfo=UTC)]


def test_dates_that_contradict_each_other_are_refused() -> None:
    """A spreadsheet turned some dates around: both cells are named."""
    with pytest.raises(InputError) as caught:
        read("25/12/2024", "12/25/2024")

    assert "line 2" in caught.value.message
    assert "line 3" in caught.value.message


def test_a_date_against_the_setting_is_refused() -> None:
    """The setting says month first, the cell cannot."""
    with pytest.raises(InputError, match="line 2"):
        read("25/12/2024", habits=DateHabits("mdy"))


@pytest.mark.parametrize(
    "cell",
    [
        "yesterday",
        "11/2/25",
        "31.02.2025",
        "2025-13-01",
        "2025-11-02T25:00:00Z",
        "13:00 PM",
        45963,
        True,
        "9999-12-31T23:59:59-05:00",
        "1/1/2025 13:00 PM",
        ["2025-11-02"],
    ],
)
def test_what_is_no_date_is_refused_with_its_place(cell: Any) -> None:
    """File, line and column are named."""
    with pytest.raises(InputError, match=r"mailboxes.csv, line 2, column WhenSoftDeleted: .* is not a date"):
        read(cell, habits=DateHabits("mdy"))


@pytest.mark.parametrize(
    "cell",
    [
        None,
        "",
        "  ",
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "1/1/0001 12:00:00 AM",
        "/Date(-62135596800000)/",
        "/Date(-62135600400000)/",
        {"value": None},
    ],
)
def test_no_date_is_no_date(cell: Any) -> None:
    """Null, empty and .NET's first instant of year 1 all mean that there is none."""
    moments, notes = read(cell)

    assert moments == [None]
    assert notes == [[]]


def test_the_time_zone_of_the_settings_decides_summer_and_winter() -> None:
    """Vienna is an hour ahead in winter and two in summer; there is nothing left to note."""
    moments, notes = read("02.01.2025 12:00", "02.07.2025 12:00", habits=VIENNA)

    assert moments == [datetime(2025, 1, 2, 11, tzinfo=UTC), datetime(2025, 7, 2, 10, tzinfo=UTC)]
    assert notes == [[], []]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("26.10.2025 02:30", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),
        ("30.03.2025 02:30", datetime(2025, 3, 30, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_the_clock_change_repeats_or_skips_is_taken_at_its_earliest(
    cell: str, expected: datetime
) -> None:
    """A deadline may come out early, never late."""
    moments, _ = read(cell, habits=VIENNA)

    assert moments == [expected]


@pytest.mark.parametrize("twin", ["WhenCreated", "WhenChanged"])
def test_twins_of_the_row_show_the_offset(twin: str) -> None:
    """The same moment in local time and in UTC, in one row, betrays the exporting machine's offset."""
    twins: dict[str, Any] = {twin: ["01.11.2025 12:00:00"], f"{twin}UTC": ["01.11.2025 07:00:00"]}

    moments, notes = read("02.11.2025 19:03:22", **twins)

    assert moments == [MOMENT]
    assert notes[0][0].startswith("WhenSoftDeleted has no UTC offset: read at UTC+05:00")


def test_twins_a_summer_apart_give_the_earlier_instant() -> None:
    """Where the row's twins show two offsets the one that is further ahead is taken."""
    twins: dict[str, Any] = {
        "WhenCreated": ["01.01.2025 12:00"],
        "WhenCreatedUTC": ["01.01.2025 11:00"],
        "WhenChanged": ["01.07.2025 12:00"],
        "WhenChangedUTC": ["01.07.2025 10:00"],
    }

    moments, _ = read("02.11.2025 16:03:22", **twins)

    assert moments == [MOMENT]


@pytest.mark.parametrize("utc", ["", "nonsense", "05.11.2025 07:00:00"])
def test_twins_that_do_not_match_show_nothing(utc: str) -> None:
    """A broken or impossible twin leaves the date at its earliest."""
    moments, notes = read("02.11.2025 14:03:22", WhenCreated=["01.11.2025 12:00:00"], WhenCreatedUTC=[utc])

    assert moments == [MOMENT - timedelta(hours=14)]
    assert notes == [[EARLIEST]]


def test_the_column_in_utc_goes_before_the_local_one() -> None:
    """WhenSoftDeletedUTC needs no guess; where it is empty the local one is read."""
    moments, notes = read("", "02.11.2025 14:03:22", WhenSoftDeletedUTC=["02.11.2025 14:03:22", ""])

    assert moments == [MOMENT, MOMENT - timedelta(hours=14)]
    assert notes == [[], [EARLIEST]]


def test_a_clean_column_is_read_at_once() -> None:
    """Seven digits of a fraction, offsets, null and empty need no second look."""
    dates = read_clean(["2025-11-02T14:03:22.1234567Z", "2025-11-02T15:03:22+01:00", None, ""])

    assert dates is not None
    assert str(dates.dtype) == "datetime64[us, UTC]"
    assert dates[0].isoformat() == "2025-11-02T14:03:22.123456+00:00"
    assert dates[1] == MOMENT
    assert list(dates.isna()) == [False, False, True, True]


@pytest.mark.parametrize(
    "cell",
    [
        "2025-11-02T14:03:22",
        "2025-11-02",
        "0001-01-01T00:00:00Z",
        "2025-11-02T14:03Z",
        "2025-99-02T14:03:22Z",
        5,
        {"value": 1},
    ],
)
def test_a_column_with_one_odd_date_is_not_read_at_once(cell: Any) -> None:
    """One date without offset, of year 1 or in another form sends the column to be read cell by cell."""
    dates = read_clean(["2025-11-02T14:03:22Z", cell])

    assert dates is None


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), st.integers(0, 9))  # noqa: DTZ001
def test_any_instant_survives_every_form_that_says_its_offset(local: datetime, digit: int) -> None:
    """ISO with seven digits read at once and cell by cell, and JSON dates to the millisecond, agree."""
    moment = local.replace(tzinfo=UTC)
    iso = f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond:06}{digit}Z"
    milliseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)

    at_once = read_clean([iso])
    (by_cell, from_milliseconds), _ = read(iso, f"/Date({milliseconds})/")

    assert at_once is not None
    assert by_cell == moment
    assert from_milliseconds == moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert abs(at_once[0] - moment) <= timedelta(microseconds=1)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001
def test_any_clock_time_survives_every_culture_once_order_and_zone_are_set(local: datetime) -> None:
    """American, British, German and ISO forms of one time give one instant."""
    second = local.replace(microsecond=0)
    zone = ZoneInfo("UTC")
    half = "PM" if second.hour > 11 else "AM"

    american, _ = read(
        f"{second.month}/{second.day}/{second.year} {second:%I:%M:%S} {half}", habits=DateHabits("mdy", zone)
    )
    others, _ = read(
        f"{second:%d/%m/%Y %H:%M:%S}",
        f"{second:%d.%m.%Y %H:%M:%S}",
        f"{second:%Y-%m-%d %H:%M:%S}",
        f"{second:%Y/%m/%d %H:%M:%S}",
        habits=DateHabits("dmy", zone),
    )

    assert {*american, *others} == {second.replace(tzinfo=UTC)}
