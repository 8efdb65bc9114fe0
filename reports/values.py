"""A frame's columns as plain Python values, a few thousand rows at a time, so that memory stays flat."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

CHUNK_ROWS = 1_000


def chunked(frame: pd.DataFrame, size: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
    """Yield the frame's rows in order, `size` at a time."""
    for start in range(0, len(frame), size):
        yield frame.iloc[start : start + size]


def plain(column: "pd.Series[Any]") -> list[Any]:
    """Return the values with every kind of null, and the empty text, as None."""
    values = column.astype(object)
    return [None if value == "" else value for value in values.where(values.notna(), None).tolist()]


def instants(column: "pd.Series[Any]") -> list[datetime | None]:
    """Return the instants as naive UTC datetimes, null as None."""
    values: list[datetime | None] = _naive(column).tolist()
    return values


def iso_texts(column: "pd.Series[Any]") -> list[str | None]:
    """Return the instants in ISO 8601 ending in Z, with microseconds only where there are any."""
    texts = np.datetime_as_string(_naive(column), unit="us").tolist()
    return [None if text == "NaT" else text.removesuffix(".000000") + "Z" for text in texts]


def iso_text(instant: datetime) -> str:
    """Return one naive UTC instant as `iso_texts` writes it."""
    return instant.isoformat() + "Z"


def _naive(column: "pd.Series[Any]") -> "np.ndarray[Any, np.dtype[np.datetime64]]":
    return pd.to_datetime(column, utc=True).dt.tz_localize(None).to_numpy("datetime64[us]")
