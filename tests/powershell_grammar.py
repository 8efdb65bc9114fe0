"""PowerShell as its own grammar sees it, to prove what our commands and scripts do when run.

tree-sitter's grammar knows `'`, `"` and `-` alone, PowerShell also their typographic kin: to it O’Brien in
single quotes is a closed string and a stray word, to the grammar one string. The script is therefore parsed
with each of them replaced by its plain form, which is how PowerShell's tokenizer treats them outside of a
text. It is parsed as UTF-16, where every one of them is one unit, so places in the tree are places in the
script and values are read from the original.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser, Tree

_PARSER = Parser(Language(tree_sitter_powershell.language()))
_PLAIN = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b", "'")
    | dict.fromkeys("\u201c\u201d\u201e", '"')
    | dict.fromkeys("\u2013\u2014\u2015", "-")
)
_DOUBLED = re.compile("(['\u2018-\u201b])(['\u2018-\u201b])")


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a script, nested ones included."""

    name: str
    parameters: tuple[str, ...]
    """Names without the dash."""
    strings: tuple[str, ...]
    """Every argument that is a text, as PowerShell would pass it."""
    values: dict[str, str]
    """The text, or else the source, that follows each parameter."""
    elements: int
    """How many parameters and arguments there are, of whatever type."""


def parse(script: str) -> Tree:
    """Return the syntax tree of a script; offsets are bytes of UTF-16."""
    plain = script.translate(_PLAIN).encode("utf-16-le", "surrogatepass")
    return _PARSER.parse(plain, encoding="utf16le")


def problems(script: str) -> list[str]:
    """Return what does not parse: line and text."""
    return [
        f"line {node.start_point.row + 1}: {_source(node, script) or f'missing {node.type}'}"
        for node in _walk(parse(script).root_node)
        if node.is_error or node.is_missing
    ]


def commands(script: str) -> list[Command]:
    """Return every command in the order of the script."""
    return [_command(node, script) for node in _of_type(script, "command")]


def sources(script: str, *types: str) -> list[str]:
    """Return the text of every node of these types, in the order of the script."""
    return [_source(node, script) for node in _of_type(script, *types)]


def _command(node: Node, script: str) -> Command:
    name = node.child_by_field_name("command_name")
    elements = node.child_by_field_name("command_elements")
    children = [] if elements is None else [each for each in elements.named_children if not _is_gap(each)]
    parameters: list[str] = []
    strings: list[str] = []
    values: dict[str, str] = {}
    previous = None
    for child in children:
        if child.type == "command_parameter":
            previous = _source(child, script)[1:].rstrip(":")
            parameters.append(previous)
            continue
        text = _text(child, script)
        strings += [] if text is None else [text]
        if previous is not None:
            values[previous] = _source(child, script) if text is None else text
        previous = None
    # A command run by `&` or `.` has no plain name: its source stands for it.
    called = _source(node if name is None else name, script)
    return Command(called, tuple(parameters), tuple(strings), values, len(children))


def _text(node: Node, script: str) -> str | None:
    """Return the text an expression stands for, or None where it is no text known in advance."""
    parts = [each for each in node.named_children if not _is_gap(each)]
    match node.type:
        case "verbatim_string_characters":
            return _DOUBLED.sub(r"\2", _source(node, script)[1:-1])
        case "expandable_string_literal":
            inner = _source(node, script)[1:-1]
            return None if re.search('[`$"\u201c-\u201e]', inner) else inner
        case "additive_expression":
            texts = [_text(each, script) for each in parts]
            # PowerShell: what is on the left of `+` decides what it does; a char there would not join texts.
            joins = None not in texts and _source(node, script)[0] in "'\""
            return "".join(filter(None, texts)) if joins else None
        case "cast_expression" | "invokation_expression":
            return _char(_source(node, script))
        case _:
            return _text(parts[0], script) if len(parts) == 1 else None


def _char(source: str) -> str | None:
    found = re.fullmatch(
        r"\[char\](?:0x([0-9A-F]{4})|::ConvertFromUtf32\(0x([0-9A-F]{5,6})\))", source, re.IGNORECASE
    )
    return None if found is None else chr(int(found[1] or found[2], 16))


def _is_gap(node: Node) -> bool:
    return node.type in {"command_argument_sep", "comment"}


def _of_type(script: str, *types: str) -> Iterator[Node]:
    return (node for node in _walk(parse(script).root_node) if node.type in types)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _source(node: Node, script: str) -> str:
    units = script.encode("utf-16-le", "surrogatepass")[node.start_byte : node.end_byte]
    return units.decode("utf-16-le", "surrogatepass")
