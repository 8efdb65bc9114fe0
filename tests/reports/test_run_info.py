from datetime import UTC, datetime, timedelta, timezone

import pytest

from reports.run_info import iso_utc, run_object
from tests.builders_findings import make_result, make_run


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "2026-03-29T01:30:00Z"),
        (datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=2))), "2026-03-28T23:30:00Z"),
        (datetime(2026, 3, 29, 1, 30, 0, 5, tzinfo=UTC), "2026-03-29T01:30:00.000005Z"),
    ],
)
def test_instants_are_utc_and_end_in_z(instant: datetime, text: str) -> None:
    """Microseconds are written only where there are any."""
    assert iso_utc(instant) == text


def test_naive_instant_is_refused() -> None:
    """It would silently be taken for local time."""
    with pytest.raises(ValueError, match="time zone"):
        iso_utc(datetime(2026, 1, 1))  # noqa: DTZ001


def test_run_object_says_whether_coverage_is_complete() -> None:
    """The run carries its gaps and notes."""
    run = run_object(make_run(), make_result(gaps=("g",), notes=("n",)))

    assert (run["complete"], run["gaps"], run["notes"]) == (False, ["g"], ["n"])
