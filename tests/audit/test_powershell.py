"""No name typed by a user is ever anything but text in a command."""

import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audit.powershell import comment, quote, visible
from tests.powershell_grammar import commands, parse, problems

QUOTES = "'\u2018\u2019\u201a\u201b"
HOSTILE = {
    "empty": "",
    "plain": "Ann Example",
    "apostrophe": "O'Brien",
    "typographic": "O’Brien",
    "every quote": QUOTES,
    "quotes at the ends": "’Brien‘",
    "expression": "$(Remove-Mailbox x)",
    "variable": "$env:USERNAME",
    "backtick": "a`",
    "double quote": 'a" -Confirm:$false',
    "way out": "'; Remove-Mailbox -Identity * #",
    "typographic way out": "’; Remove-Mailbox -Identity * #",
    "newline": "a\nRemove-Mailbox b",
    "carriage return": "a\rb",
    "line separator": "a\u2028b\u2029c\u0085d",
    "right to left": "abc\u202egpj.exe",
    "hidden first": "\u200babc",
    "hidden alone": "\u2066",
    "hidden beside a quote": "\u202e’; Remove-Mailbox x #",
    "nul": "a\x00b",
    "tag": "a\U000e0041b",
    "emoji": "\U0001f600",
    "joined emoji": "\U0001f468\u200d\U0001f469",
    "private": "\ue000\U0010fffd",
    "block comment": "<# a #>",
    "parameter": "-Identity",
    "here-string": "@'\nabc\n'@",
    "backslash": "CONTOSO\\ann\\",
}
DRAWN = {"Lu", "Ll", "Lt", "Nd", "Pd", "Ps", "Pe", "Po", "Sm", "Sc"}

hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
any_text = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.text(st.sampled_from(QUOTES + '"`$();#\n\u202e\U000e0041\ud83d\ude00ab -')),
)


def units(text: str) -> bytes:
    """Return a text as PowerShell holds it: two halves of a pair are the character they make."""
    return text.encode("utf-16-le", "surrogatepass")


def is_one_command_with(text: str) -> bool:
    """Tell whether a command line with the quoted text is that command, with that text and nothing else."""
    script = f"Get-Mailbox -Identity {quote(text)} -ResultSize Unlimited"
    found = commands(script)
    return (
        problems(script) == []
        and [each.name for each in found] == ["Get-Mailbox"]
        and found[0].parameters == ("Identity", "ResultSize")
        and found[0].elements == 4
        and [units(each) for each in found[0].strings] == [units(text)]
    )


@hostile
def test_a_hostile_name_is_one_argument_of_one_command(text: str) -> None:
    """A name made to break out of its quotes stays the argument it is."""
    assert is_one_command_with(text)


@given(any_text)
def test_any_text_is_one_argument_of_one_command(text: str) -> None:
    """Whatever the text, the command line is one command with exactly that text."""
    assert is_one_command_with(text)


@given(any_text, any_text)
@example("O’Brien", "’; Remove-Mailbox x #")
def test_two_texts_on_one_line_stay_apart(first: str, second: str) -> None:
    """No text can reach into the argument beside it."""
    found = commands(
        f"New-MailboxRestoreRequest -SourceMailbox {quote(first)} -TargetMailbox {quote(second)}"
    )

    assert [(units(first), units(second))] == [tuple(map(units, each.strings)) for each in found]


@given(any_text)
def test_everything_written_is_one_line_one_can_see(text: str) -> None:
    """Neither a command, nor a comment, nor a shown text holds a character that hides or breaks the line."""
    written = (quote(text) + comment(text) + visible(text)).replace("\u3000", "")

    assert written.isprintable()


@given(any_text)
def test_a_comment_is_a_comment_whatever_its_text(text: str) -> None:
    """A script of a comment and a command is that one command."""
    script = f"{comment(text)}\nGet-Mailbox -Identity 'a'"

    assert (problems(script), [each.name for each in commands(script)]) == ([], ["Get-Mailbox"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "''"),
        ("Ann", "'Ann'"),
        ("O'Brien", "'O''Brien'"),
        ("O’Brien", "'O’’Brien'"),
        ("Zoë 山田　太郎", "'Zoë 山田　太郎'"),
        ("abc\u202edef", "('abc' + [char]0x202E + 'def')"),
        ("\u200bO'B", "('' + [char]0x200B + 'O''B')"),
        ("a\r\n", "('a' + [char]0x000D + [char]0x000A)"),
        ("a\U000e0041", "('a' + [char]::ConvertFromUtf32(0xE0041))"),
        ("\ud800", "('' + [char]0xD800)"),
        ("a\u00a0b", "('a' + [char]0x00A0 + 'b')"),
    ],
)
def test_a_command_shows_what_it_holds(text: str, expected: str) -> None:
    """Plain text stays readable, and what one cannot see is written as its number."""
    assert expected == quote(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("O’Brien 😀", "O’Brien 😀"),
        ("a\u202eb\nc", "a\\u{202E}b\\u{000A}c"),
        ("\U000e0041", "\\u{E0041}"),
        ("\u3164", "\\u{3164}"),
        ("山田　太郎", "山田　太郎"),
    ],
)
def test_a_shown_text_differs_only_where_one_could_not_see_it(text: str, expected: str) -> None:
    """Invisible characters are shown as escapes, all others as themselves."""
    assert (expected, f"# {expected}") == (visible(text), comment(text))


@pytest.mark.parametrize("category", ["Cc", "Cf", "Cs", "Co", "Zl", "Zp"])
def test_no_character_of_a_hidden_category_is_left_as_itself(category: str) -> None:
    """Control, format, surrogate, private-use and separator characters are all shown as their numbers."""
    hidden = [each for each in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(each) == category]

    assert [each for each in hidden if each in visible(each) or each in quote(each)] == []


def test_letters_digits_and_punctuation_are_left_as_themselves() -> None:
    """Nothing that is drawn is escaped, in whatever script."""
    drawn = "".join(
        each for each in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(each) in DRAWN
    )

    assert drawn == visible(drawn)


@pytest.mark.parametrize(
    "text",
    ["SIG # Begin signature block", "Begin Signature Block", "sig#beginsignatureblok", "Begin sign. black"],
)
def test_no_comment_is_taken_for_the_start_of_a_signature(text: str) -> None:
    """A comment near PowerShell's signature mark is made too long to be one: more than 34 letters."""
    assert len("".join(comment(text).split())) > 34


@pytest.mark.parametrize("text", ["Ann Example, user mailbox", "Restore the account first"])
def test_an_everyday_comment_is_not_lengthened(text: str) -> None:
    """Only a comment near the signature mark gets a tail."""
    assert f"# {text}" == comment(text)


@pytest.mark.parametrize("quoted", ["'O’Brien'", "'a‘; Remove-Mailbox b #'"])
def test_the_grammar_helper_sees_typographic_quotes_as_powershell_does(quoted: str) -> None:
    """tree-sitter alone takes U+2019 for text; the helper must not, or the proofs above prove nothing."""
    script = f"Get-Mailbox -Identity {quoted}"

    assert problems(script) != [] or len(commands(script)) > 1


def test_the_grammar_helper_finds_what_does_not_parse() -> None:
    """A string that is not closed is a problem with its line."""
    assert problems("Get-Mailbox\nGet-Mailbox 'a")[0].startswith("line ")


def test_the_grammar_helper_gives_no_text_to_an_expression_that_joins_none() -> None:
    """A sum that starts with a char is no text to PowerShell, so it must be none to the proofs."""
    assert commands("Get-Mailbox -Identity ([char]0x202E + 'a')")[0].strings == ()


def test_the_grammar_helper_reads_places_from_the_original() -> None:
    """A value after an emoji and a typographic quote is read whole."""
    script = "Get-A -B '😀’’' -C 'é'"

    assert (parse(script).root_node.has_error, commands(script)[0].strings) == (False, ("😀’", "é"))
