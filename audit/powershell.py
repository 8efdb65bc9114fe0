r"""Text for PowerShell: names of people, written so that they can only ever be text.

Display names, sign-in names and addresses are typed by users, and the audit prints them in commands that an
administrator pastes into a privileged session. Four facts about PowerShell decide how:

* A single-quoted string expands nothing: `$(...)`, backticks and `;` are plain characters in it.
* Five characters open *and close* such a string, in any pairing: `'` and the typographic U+2018, U+2019,
  U+201A and U+201B (`CharExtensions.IsSingleQuote` in PowerShell's tokenizer). Word and Outlook write O’Brien
  with U+2019, so doubling only `'` would leave a way out of the string. Two in a row stand for the second
  one, so each is doubled with itself.
* A line break ends a comment, and text that runs from right to left shows a command other than the one that
  runs (Trojan Source, CVE-2021-42574). Two names may also differ by nothing one can see. Hence no character
  that draws nothing, or steers how others are drawn, leaves this module as itself: in a command it becomes
  `[char]0x202E`, elsewhere `\u{202E}`.
* A comment that resembles `# SIG # Begin signature block` starts the script's signature, and any command
  after it is a parse error. Resembles: an edit distance below 10 without case and blanks, so a person called
  Begin Signature Block is enough (`Tokenizer.ScanToEndOfCommentLine`).

What this module cannot see: Windows PowerShell 5.1 reads a script file without a byte order mark in the
machine's old code page, where the UTF-8 bytes of `Ē` (C4 92) end in a closing quote. Whoever saves commands
to a .ps1 file writes it with a byte order mark.
"""

import re
from collections import Counter
from itertools import groupby

_QUOTES = "'\u2018-\u201b"
_BLANKS = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
)
"""Letters and marks by category, yet nothing is drawn: `str.isprintable` cannot tell."""
_WIDE_SPACE = "\u3000"
"""The one blank besides the space that is in everyday use: between the halves of a Japanese name."""
_QUOTE = re.compile(f"[{_QUOTES}]")
_BLANK = re.compile(f"[{_BLANKS}]")
_SPECIAL = re.compile(f"[{_QUOTES}{_BLANKS}]")

_SIGNATURE = "sig#beginsignatureblock\n"
_SIGNATURE_EDITS = 10
_ASTRAL = 0x10000


def quote(text: str) -> str:
    """Return a PowerShell expression for `text`, on one line, safe as the argument of a command."""
    if text.isprintable() and not _SPECIAL.search(text):
        return f"'{text}'"
    if not any(map(_is_hidden, text)):
        return _literal(text)
    runs = [(hidden, "".join(run)) for hidden, run in groupby(text, _is_hidden)]
    parts = [" + ".join(map(_char, run)) if hidden else _literal(run) for hidden, run in runs]
    if _is_hidden(text[0]):
        parts.insert(0, "''")  # `+` joins texts only where its left side is one
    return f"({' + '.join(parts)})"


def comment(text: str) -> str:
    """Return a PowerShell comment that shows `text` on one line."""
    line = f"# {visible(text)}"
    # Too long to be taken for the start of a signature.
    return f"{line} {'-' * (len(_SIGNATURE) + _SIGNATURE_EDITS)}" if _resembles_signature(line) else line


def visible(text: str) -> str:
    r"""Return `text` with every character one cannot see written as its number, like `\u{202E}`."""
    if text.isprintable() and not _BLANK.search(text):
        return text
    return "".join(f"\\u{{{ord(each):04X}}}" if _is_hidden(each) else each for each in text)


def _is_hidden(character: str) -> bool:
    """Tell whether a character draws nothing, steers others, or is unknown to this Python's Unicode."""
    if character == _WIDE_SPACE:
        return False
    return not character.isprintable() or _BLANK.match(character) is not None


def _literal(text: str) -> str:
    return f"'{_QUOTE.sub(lambda match: match[0] * 2, text)}'"


def _char(character: str) -> str:
    number = ord(character)
    # [char] is one UTF-16 unit.
    return f"[char]0x{number:04X}" if number < _ASTRAL else f"[char]::ConvertFromUtf32(0x{number:X})"


def _resembles_signature(line: str) -> bool:
    """Tell whether PowerShell would take a comment for the start of the script's signature, or nearly so."""
    letters = "".join(line.lower().split())
    if abs(len(letters) - len(_SIGNATURE)) > _SIGNATURE_EDITS:
        return False
    # Letters they do not share are edits at least: settles nearly every comment without the table below.
    ours, theirs = Counter(letters), Counter(_SIGNATURE)
    if max((ours - theirs).total(), (theirs - ours).total()) > _SIGNATURE_EDITS:
        return False
    row = list(range(len(_SIGNATURE) + 1))
    for number, letter in enumerate(letters, 1):
        corner, row[0] = row[0], number
        for column, expected in enumerate(_SIGNATURE, 1):
            step = corner if letter == expected else 1 + min(corner, row[column], row[column - 1])
            corner, row[column] = row[column], step
    return row[-1] <= _SIGNATURE_EDITS
