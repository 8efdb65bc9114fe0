"""Text as an Excel cell can hold it: always text, nothing dropped in silence.

Excel refuses a file with control characters, reads ``_x0041_`` as the character A, and holds no more than
32,767 UTF-16 units in a cell; openpyxl makes a formula of what begins with ``=`` and an error value of
``#N/A``, and cuts long texts without a word. What Excel cannot show is shown by its picture instead.
"""

import re

MAX_UNITS = 32_767
"""UTF-16 units a cell holds: a character outside the basic plane counts twice."""

_ODD = re.compile(r"\A[=#]|[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_PICTURES = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: 0x2421,
    **dict.fromkeys((*range(0xD800, 0xE000), 0xFFFE, 0xFFFF), 0xFFFD),
}


def is_odd(text: str) -> bool:
    """Tell whether a cell must not be given this text as it is."""
    return _ODD.search(text) is not None or (len(text) > MAX_UNITS // 2 and _units(text) > MAX_UNITS)


def shown(text: str) -> str:
    """Return the text so that Excel shows it as it is: what it cannot hold as pictures, too much cut."""
    safe = _ESCAPE.sub("_x005F_", text.translate(_PICTURES))
    if _units(safe) <= MAX_UNITS:
        return safe
    marker = f" \u2026 [cut: {len(text):,} characters; the whole text is in findings.json]"
    kept = safe.encode("utf-16-le")[: 2 * (MAX_UNITS - len(marker))]
    return kept.decode("utf-16-le", "ignore") + marker


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
