"""One exported file: every form Microsoft's tools write, and every way it can be broken."""

import codecs
import json
from pathlib import Path
from typing import Any

import pytest

from audit.errors import InputError
from audit.sources.files import read_file

ROWS = [{"id": "1", "displayName": "Zoë Example"}, {"id": "2", "displayName": "Ann, Example"}]
CSV = 'id,displayName\r\n1,Zoë Example\r\n2,"Ann, Example"\r\n'


def write(folder: Path, content: str | bytes, name: str = "users.json") -> Path:
    """Write a file as it is."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "pages"),
    [
        (json.dumps(ROWS), 1),
        (json.dumps(ROWS, ensure_ascii=False, indent=2), 1),
        (json.dumps({"value": ROWS}), 1),
        (json.dumps({"value": ROWS, "Count": 2}), 1),
        (json.dumps([{"value": ROWS[:1]}, {"value": ROWS[1:]}]), 2),
        ("\n".join(json.dumps({"value": [row]}) for row in ROWS), 2),
        ("\n".join(json.dumps({"value": [row]}, indent=1) for row in ROWS), 2),
        ("\n".join(map(json.dumps, ROWS)), 1),
        ("\r\n".join(map(json.dumps, ROWS)) + "\r\n\r\n", 1),
        ("".join(json.dumps(row, indent=1) for row in ROWS), 1),
    ],
    ids=[
        "array",
        "indented",
        "page",
        "wrapped",
        "pages",
        "page lines",
        "indented pages",
        "lines",
        "crlf",
        "concatenated",
    ],
)
def test_every_shape_of_json_gives_the_same_rows(tmp_path: Path, content: str, pages: int) -> None:
    """Pages, arrays, lines and objects one after another are all listings."""
    file = read_file(write(tmp_path, content))

    assert file.rows == ROWS
    assert len(file.pages) == pages


def test_one_object_is_one_row(tmp_path: Path) -> None:
    """PowerShell writes a single result without an array around it."""
    file = read_file(write(tmp_path, json.dumps(ROWS[0])))

    assert file.rows == ROWS[:1]


@pytest.mark.parametrize("content", ["[]", '{"value": []}', " [ ] \n"])
def test_an_empty_listing_has_no_rows(tmp_path: Path, content: str) -> None:
    """Nothing there was said, and it counts as an answer."""
    assert read_file(write(tmp_path, content)).rows == []


@pytest.mark.parametrize(
    "encoded",
    [
        str.encode,
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16 mark", "utf-16 be mark", "utf-16 le", "utf-16 be"],
)
@pytest.mark.parametrize(
    ("name", "content"), [("a.json", json.dumps(ROWS, ensure_ascii=False)), ("a.CSV", CSV)]
)
def test_every_encoding_gives_the_same_rows(tmp_path: Path, encoded: Any, name: str, content: str) -> None:
    """Windows PowerShell writes UTF-16 and marks, PowerShell 7 plain UTF-8."""
    assert read_file(write(tmp_path, encoded(content), name)).rows == ROWS


@pytest.mark.parametrize(
    "content",
    [
        CSV,
        CSV.replace("\r\n", "\n"),
        'id;displayName\n1;Zoë Example\n2;"Ann, Example"\n',
        '"id"\t"displayName"\n"1"\t"Zoë Example"\n"2"\t"Ann, Example"\n',
        "#TYPE Selected.Microsoft.Exchange.Data.Directory.Management.Mailbox\r\n" + CSV,
        'sep=;\nid;displayName\n1;Zoë Example\n2;"Ann, Example"\n',
        "#TYPE System.Object\nsep=,\n" + CSV,
        CSV + "\r\n\r\n",
    ],
    ids=["crlf", "lf", "semicolon", "tab", "type", "sep", "both", "blank lines"],
)
def test_every_dialect_of_csv_gives_the_same_rows(tmp_path: Path, content: str) -> None:
    """Delimiters of other countries, PowerShell's and Excel's first lines."""
    assert read_file(write(tmp_path, content, "users.csv")).rows == ROWS


def test_the_delimiter_is_looked_for_outside_quotes(tmp_path: Path) -> None:
    """A header may hold commas."""
    file = read_file(write(tmp_path, '"id, of, it";name\n1;x\n', "users.csv"))

    assert file.headers == ("id, of, it", "name")


def test_a_row_knows_the_line_it_begins_on(tmp_path: Path) -> None:
    """Line breaks in quotes and first lines that are no rows are counted."""
    file = read_file(write(tmp_path, '#TYPE x\nid,note\n1,"a\nb"\n\n2,c\n', "users.csv"))

    assert file.lines == (3, 6)
    assert file.rows[0]["note"] == "a\nb"


def test_csv_with_headers_only_has_no_rows(tmp_path: Path) -> None:
    """The headers are kept, for they say which listing it is."""
    file = read_file(write(tmp_path, "id,displayName\n", "users.csv"))

    assert file.rows == []
    assert file.headers == ("id", "displayName")


@pytest.mark.parametrize("name", ["users.json", "users.csv"])
@pytest.mark.parametrize("content", [b"", b" \r\n\t", codecs.BOM_UTF8, codecs.BOM_UTF16_LE])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes, name: str) -> None:
    """It proves nothing: an export that failed leaves one too."""
    with pytest.raises(InputError, match=f"{name} is empty") as caught:
        read_file(write(tmp_path, content, name))

    assert "`[]`" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (json.dumps(ROWS)[:-20], "line 1, column"),
        (json.dumps(ROWS, indent=2)[:-20], "line 8, column"),
        ("[", "line 1, column 2"),
        ('{"id": 1}\n{"id": ', "line 2, column 8"),
        ('{"id": 1},\n{"id": 2}', "line 1, column 10"),
        ("<html>", "line 1, column 1"),
    ],
    ids=["cut", "indented cut", "bracket", "lines cut", "comma", "html"],
)
def test_json_that_is_cut_off_is_refused_with_its_place(tmp_path: Path, content: str, place: str) -> None:
    """Not even the rows before the cut are taken."""
    with pytest.raises(InputError, match=f"users.json is not valid JSON: .*{place}") as caught:
        read_file(write(tmp_path, content))

    assert "cut off" in caught.value.hint


@pytest.mark.parametrize(
    "content", ["5", '"text"', "null", "[1]", "[null]", "[[]]", '{"value": [1]}', '[{"id": 1}, 2]']
)
def test_json_that_is_no_listing_is_refused(tmp_path: Path, content: str) -> None:
    """Rows are objects."""
    with pytest.raises(InputError, match=r"users.json: row \d is not an object"):
        read_file(write(tmp_path, content))


def test_a_saved_error_is_not_a_listing(tmp_path: Path) -> None:
    """The service refused, and the answer was saved as if it were one."""
    answer = {"error": {"code": "Forbidden", "message": "Insufficient privileges"}, "@adminapi.warnings": []}

    with pytest.raises(InputError, match=r"holds an error of the service.*Insufficient privileges"):
        read_file(write(tmp_path, json.dumps(answer)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,name\n1,a\n2\n", "line 3: 1 cells under 2 headers"),
        ('#TYPE x\nid,name\n1,"a\nb"\n2,b,c\n', "line 5: 3 cells under 2 headers"),
        ('id,name\n1,"a\n', "line 2: unexpected end of data"),
        ("id,ID\n1,2\n", "has the column 'id' twice"),
        ("#TYPE x\n", "has no line of headers"),
        (",,\n", "has no line of headers"),
        ("id,name\n1,a\0\n", "NUL byte at character 11"),
    ],
    ids=["short", "long", "open quote", "twice", "type only", "nameless", "nul"],
)
def test_csv_that_is_no_table_is_refused_with_its_place(tmp_path: Path, content: str, message: str) -> None:
    """A cut export or one that a spreadsheet changed."""
    with pytest.raises(InputError, match=message):
        read_file(write(tmp_path, content, "users.csv"))


@pytest.mark.parametrize(
    ("name", "content"), [("a.json", b'[{"id": "\xff"}]'), ("a.csv", b"id\nM\xfcller\n")]
)
def test_a_file_that_is_not_utf8_is_refused_with_the_byte(tmp_path: Path, name: str, content: bytes) -> None:
    """The remedy is the switch of Export-Csv."""
    with pytest.raises(InputError, match=r"byte \d+ is not UTF-8\.$") as caught:
        read_file(write(tmp_path, content, name))

    assert "-Encoding UTF8" in caught.value.hint


def test_nul_bytes_are_refused(tmp_path: Path) -> None:
    """A refused request may be answered with nothing else."""
    with pytest.raises(InputError, match="NUL byte at character 0; it is not a text file") as caught:
        read_file(write(tmp_path, b"\0" * 64))

    assert "CSV UTF-8 or JSON" in caught.value.hint


@pytest.mark.parametrize("name", ["users.json", "users.csv", "users.jsonl"])
@pytest.mark.parametrize(
    ("start", "sign"),
    [(b"PK\x03\x04\x14\0", "starts with PK"), (b"\xd0\xcf\x11\xe0\xa1\xb1", "starts as .xls")],
)
def test_a_renamed_workbook_is_called_one(tmp_path: Path, name: str, start: bytes, sign: str) -> None:
    """The remedy is how Excel saves what can be read."""
    with pytest.raises(InputError, match=f"{name} looks like an Excel workbook: it {sign}") as caught:
        read_file(write(tmp_path, start + bytes(range(256)), name))

    assert "CSV UTF-8 or JSON" in caught.value.hint


def test_a_folder_named_like_a_file_is_refused(tmp_path: Path) -> None:
    """It is said what it is."""
    (tmp_path / "users.json").mkdir()

    with pytest.raises(InputError, match=r"users.json is a folder"):
        read_file(tmp_path / "users.json")


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    """The system's reason is passed on."""
    with pytest.raises(InputError, match=r"users.json cannot be read: No such file"):
        read_file(tmp_path / "users.json")


def test_a_page_keeps_what_the_service_said(tmp_path: Path) -> None:
    """That there are more rows, how many in all, and what went wrong."""
    page = {"@odata.count": 7, "value": ROWS, "@odata.nextLink": "https://graph.microsoft.com/v1.0/x"}

    kept = read_file(write(tmp_path, json.dumps(page))).pages[0]

    assert (kept.has_next, kept.count, kept.trouble) == (True, 7, None)


@pytest.mark.parametrize(
    ("remark", "expected"),
    [
        ({"@adminapi.errors": []}, None),
        ({"@adminapi.warnings": ["All is well."]}, None),
        ({"@adminapi.errors": ["Mailbox database is offline."]}, "Mailbox database is offline."),
        (
            {"@adminapi.warnings": ["There are more results available than are currently displayed."]},
            "more results",
        ),
    ],
)
def test_errors_and_the_warning_of_more_results_are_trouble(
    tmp_path: Path, remark: dict[str, Any], expected: str | None
) -> None:
    """Exchange answers 200 with part of the rows."""
    trouble = read_file(write(tmp_path, json.dumps({"value": [], **remark}))).pages[0].trouble

    assert trouble is None if expected is None else expected in str(trouble)
