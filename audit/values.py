"""Raw cells become typed columns, one function a kind; `audit.records` says what each cell becomes.

Each function takes a whole column, because a column is usually clean: one look at all its cells is enough
to pass it through. Only where something is odd is every cell read by itself. Dates are in `audit.dates`.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from enum import Enum
from itertools import chain
from typing import Any, Final

import numpy as np
import pandas as pd

from audit.errors import InputError


class Absent(Enum):
    """The cell of a row that does not have the column at all."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT

Where = Callable[[int], str]
"""Names the place of the cell with that index: file, line and column."""

RECIPIENT_TYPES = {
    1: "UserMailbox",
    2: "LinkedMailbox",
    4: "SharedMailbox",
    8: "LegacyMailbox",
    16: "RoomMailbox",
    32: "EquipmentMailbox",
    128: "MailUser",
    2**29: "DiscoveryMailbox",
    2**36: "PublicFolderMailbox",
    2**37: "TeamMailbox",
    2**40: "GroupMailbox",
    2**44: "SchedulingMailbox",
}
"""RecipientTypeDetails as Windows PowerShell 5.1 writes it to JSON: the number behind the name."""

_GUID_LENGTH = 36
_NO_GUID = "00000000-0000-0000-0000-000000000000"
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FLAGS = {"true": True, "false": False, "": None}

# PowerShell writes the name of a type in place of what it holds when nobody told it how to join the values.
_TYPE_NAME = re.compile(
    r"(?:Deserialized\.)?(?:System|Microsoft)\.[\w.+]+(?:`\d+)?(?:\[\S*\])?|@\{.*\}", re.DOTALL
)
_TYPE_OF_SEVERAL = re.compile(r"(?:System|Microsoft)\.[\w.+]+(?:`\d+)?\[\S*\]|@\{.*\}", re.DOTALL)

_ADDRESS_BREAK = re.compile(r"[;,|\r\n]\s*(?=[\w.-]+:|[^\s;,|:]+@)|\s+(?=[\w.-]+:)")
_TOKEN_BREAK = re.compile(r"[;,|\s]+")
_BREAKS = {
    # An X.500 address has spaces in it, an X.400 one semicolons: only what begins an address ends the last.
    "EmailAddresses": _ADDRESS_BREAK,
    "proxyAddresses": _ADDRESS_BREAK,
    # ``1;<guid>;Primary;<host>;<guid>`` is one location.
    "MailboxLocations": re.compile(r"[,|\s]+|;(?=\d+;[0-9a-fA-F]{8}-)"),
}


def unwrap(cell: Any) -> Any:
    """Take a value out of the object Windows PowerShell 5.1 wrapped it in; all else is returned as it is."""
    if isinstance(cell, dict) and ("value" in cell or "Value" in cell):
        return cell.get("Value", cell.get("value"))
    return cell


def read_guids(cells: Sequence[Any], where: Where) -> list[str | None]:
    """Read GUIDs: lower case, without braces; the all-zero one is empty."""
    if not set(map(type, cells)) <= {str, type(None)}:
        return [_guid(cell, index, where) for index, cell in enumerate(cells)]
    said = list(filter(None, cells))
    joined = "\n".join(said)
    if not _are_guids(joined, said):
        return [_guid(cell, index, where) for index, cell in enumerate(cells)]
    if joined != joined.lower():
        cells = [cell and cell.lower() for cell in cells]
    elif _NO_GUID not in joined:
        return said if len(said) == len(cells) else [cell or "" for cell in cells]
    return ["" if cell is None or cell == _NO_GUID else cell for cell in cells]


def _are_guids(joined: str, cells: list[str]) -> bool:
    """Check them all at once: 36 characters each, dashes in place, and 32 hexadecimal digits."""
    if not set(map(len, cells)) <= {_GUID_LENGTH}:
        return False
    if any(joined[place :: _GUID_LENGTH + 1] != "-" * len(cells) for place in (8, 13, 18, 23)):
        return False
    try:
        return len(bytes.fromhex(joined.replace("-", "").replace("\n", ""))) == len(cells) * 16
    except ValueError:
        return False


def _guid(cell: Any, index: int, where: Where) -> str | None:
    cell = unwrap(cell)
    if cell is ABSENT:
        return None
    text = "" if cell is None else str(cell).strip().removeprefix("{").removesuffix("}").lower()
    if text in {"", _NO_GUID}:
        return ""
    if _GUID.fullmatch(text) is None:
        raise InputError(
            f"{where(index)}: {cell!r} is not a GUID.",
            "Export the file again; a spreadsheet may have changed it.",
        )
    return text


def read_text(cells: Sequence[Any], names: dict[int, str] | None = None) -> list[str | None]:
    """Read single texts; `names` are those of an enumeration whose numbers may stand in their place."""
    kinds = set(map(type, cells))
    if kinds <= {str, type(None)} and not (names and any(map(str.isdecimal, set(filter(None, cells))))):
        texts = ["" if cell is None else cell for cell in cells] if type(None) in kinds else [*cells]
        if not _may_be_hollow("\n".join(texts)):
            return texts
    return [_text(cell, names or {}) for cell in cells]


def _may_be_hollow(joined: str) -> bool:
    return "]\n" in joined or "}\n" in joined or joined.endswith(("]", "}"))


def _text(cell: Any, names: dict[int, str]) -> str | None:
    cell = unwrap(cell)
    if cell is ABSENT or isinstance(cell, dict):
        return None
    if cell is None:
        return ""
    if isinstance(cell, list):
        return _text_of_bytes(cell)
    text = str(cell)
    if names and text.isdecimal():
        return names.get(int(text), text)
    return None if _TYPE_OF_SEVERAL.fullmatch(text) else text


def _text_of_bytes(cell: list[Any]) -> str | None:
    # Get-ADUser | ConvertTo-Json writes mS-DS-ConsistencyGuid as byte values; Graph has it in base64.
    is_bytes = bool(cell) and all(type(byte) is int and 0 <= byte <= 255 for byte in cell)  # noqa: PLR2004
    return b64encode(bytes(cell)).decode() if is_bytes else None


def read_texts(cells: Sequence[Any], column: str) -> list[tuple[str, ...] | None]:
    """Read several texts a cell; what PowerShell cut short or replaced by a type name is unknown."""
    if set(map(type, cells)) <= {list} and set(map(type, chain.from_iterable(cells))) <= {str}:
        return list(map(tuple, cells))
    separator = _BREAKS.get(column, _TOKEN_BREAK)
    return [_texts(cell, separator) for cell in cells]


def _texts(cell: Any, separator: re.Pattern[str]) -> tuple[str, ...] | None:
    cell = unwrap(cell)
    if cell is None:
        return ()
    if isinstance(cell, list):
        return tuple(cell) if all(isinstance(text, str) for text in cell) else None
    if not isinstance(cell, str):
        return None
    inner = cell.strip()
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1].strip()
    if inner.endswith(("…", "...")) or "@{" in inner:
        return None
    texts = tuple(text for piece in separator.split(inner) if (text := piece.strip(" \t\r\n;,|")))
    return None if any(map(_TYPE_NAME.fullmatch, texts)) else texts


def read_items(cells: Sequence[Any]) -> list[tuple[dict[str, Any], ...] | None]:
    """Read several JSON objects a cell; text in their place is unknown."""
    if set(map(type, cells)) <= {list} and set(map(type, chain.from_iterable(cells))) <= {dict}:
        return list(map(tuple, cells))
    return list(map(_items, cells))


def _items(cell: Any) -> tuple[dict[str, Any], ...] | None:
    if isinstance(cell, dict):
        inner = unwrap(cell)
        cell = inner if isinstance(inner, list) else [cell]
    if cell is None:
        return ()
    is_items = isinstance(cell, list) and all(isinstance(item, dict) for item in cell)
    return tuple(cell) if is_items else None


def read_flags(cells: Sequence[Any], where: Where) -> pd.arrays.BooleanArray:
    """Read true and false, in JSON or in words; empty and absent are both NA."""
    kinds = set(map(type, cells))
    if not kinds <= {bool, type(None), Absent}:
        cells = [_flag(cell, index, where) for index, cell in enumerate(cells)]
    elif kinds <= {bool}:
        values = np.frombuffer(bytearray(cells), dtype=bool)
        return pd.arrays.BooleanArray(values, np.zeros(len(cells), dtype=bool))
    values = np.fromiter((cell is True for cell in cells), bool, len(cells))
    known = np.fromiter((cell is True or cell is False for cell in cells), bool, len(cells))
    return pd.arrays.BooleanArray(values, ~known)


def _flag(cell: Any, index: int, where: Where) -> bool | None:
    cell = unwrap(cell)
    if cell is None or cell is ABSENT or isinstance(cell, bool):
        return None if cell is ABSENT else cell
    word = str(cell).strip().lower()
    if word not in _FLAGS:
        raise InputError(
            f"{where(index)}: {cell!r} is neither True nor False.",
            "Export the file again; a spreadsheet may have changed it.",
        )
    return _FLAGS[word]
