"""What each kind of cell becomes: absent, empty and a value are never confused."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import InputError
from audit.values import ABSENT, RECIPIENT_TYPES, read_flags, read_guids, read_items, read_text, read_texts

GUID = "2be9a5f1-0c4d-4e8a-9b3f-6d1c2e7a8b90"
NO_GUID = "00000000-0000-0000-0000-000000000000"


def where(index: int) -> str:
    """Name a place as a source does."""
    return f"users.json, row {index + 1}, column id"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (GUID, GUID),
        (GUID.upper(), GUID),
        (f"{{{GUID}}}", GUID),
        (f" {GUID} ", GUID),
        ({"value": GUID}, GUID),
        (NO_GUID, ""),
        (f"{{{NO_GUID}}}", ""),
        ("", ""),
        (None, ""),
        (ABSENT, None),
    ],
)
def test_a_guid_is_lower_case_and_all_zero_is_empty(cell: Any, expected: str | None) -> None:
    """Alone and beside clean GUIDs the cell becomes the same."""
    alone, beside = read_guids([cell], where), read_guids([GUID, cell, GUID], where)

    assert alone == [expected]
    assert beside == [GUID, expected, GUID]


@pytest.mark.parametrize(
    "cell",
    [
        "nonsense",
        GUID[:-1],
        GUID + "0",
        GUID.replace("-", ""),
        GUID.replace("2", "g", 1),
        GUID[:8] + "0" + GUID[9:],
        GUID[:-1] + " ",
        7,
        True,
    ],
)
def test_a_malformed_guid_is_refused_with_its_place(cell: Any) -> None:
    """File, row and column are named."""
    with pytest.raises(InputError, match=r"users.json, row 2, column id: .* is not a GUID"):
        read_guids([GUID, cell], where)


@given(st.lists(st.uuids(), max_size=20), st.booleans())
def test_any_guids_are_read_whatever_their_case(guids: list[Any], upper: bool) -> None:
    """Reading all at once gives the canonical form of each."""
    expected = [str(guid) if guid.int else "" for guid in guids]
    cells = [str(guid).upper() if upper else str(guid) for guid in guids]

    assert read_guids(cells, where) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Ann Example", "Ann Example"),
        (" kept ", " kept "),
        ("", ""),
        (None, ""),
        (ABSENT, None),
        (7, "7"),
        ({"value": "wrapped"}, "wrapped"),
        ({"Local": "ann"}, None),
        ("System.Byte[]", None),
        ("Microsoft.Sales", "Microsoft.Sales"),
        ("@{Local=ann; Domain=contoso.example}", None),
        ([1, 2, 255], "AQL/"),
        ([], None),
        (["a"], None),
        ([300], None),
    ],
)
def test_a_text_stays_as_it_is(cell: Any, expected: str | None) -> None:
    """Null is empty, absent is unknown, an array's type name is unknown, a list of bytes is base64."""
    assert read_text([cell]) == [expected]
    assert read_text(["x", cell]) == ["x", expected]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("UserMailbox", "UserMailbox"),
        (1, "UserMailbox"),
        ("4", "SharedMailbox"),
        (1099511627776, "GroupMailbox"),
        ({"value": 16, "Value": "RoomMailbox"}, "RoomMailbox"),
        (123456789, "123456789"),
        ("", ""),
        (ABSENT, None),
    ],
)
def test_a_number_of_an_enumeration_gets_its_name(cell: Any, expected: str | None) -> None:
    """Windows PowerShell 5.1 writes the number; an unknown one stays a number."""
    assert read_text([cell], RECIPIENT_TYPES) == [expected]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ([], ()),
        (["smtp:a@contoso.example"], ("smtp:a@contoso.example",)),
        ("", ()),
        ("{}", ()),
        (None, ()),
        (ABSENT, None),
        ({"value": ["smtp:a@contoso.example"], "Count": 1}, ("smtp:a@contoso.example",)),
        ("SMTP:a@contoso.example", ("SMTP:a@contoso.example",)),
        ([{"ProxyAddressString": "smtp:a@contoso.example"}], None),
        (7, None),
    ],
)
def test_several_texts_are_a_tuple(cell: Any, expected: tuple[str, ...] | None) -> None:
    """An array, nothing, and what cannot be read as texts."""
    assert read_texts([cell], "EmailAddresses") == [expected]
    assert read_texts([["x"], cell], "EmailAddresses") == [("x",), expected]


@pytest.mark.parametrize("joint", [";", "; ", ",", ", ", "|", "\n", "\r\n", " "])
@pytest.mark.parametrize("frame", ["%s", "{%s}"])
def test_addresses_are_split_at_every_usual_joint(joint: str, frame: str) -> None:
    """An X500 address keeps its spaces, whatever the addresses are joined with."""
    addresses = (
        "SMTP:ann@contoso.example",
        "X500:/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=ann",
        "smtp:ann@contoso.onmicrosoft.com",
        "SPO:SPO_2be9@SPO_7c1d",
    )

    assert read_texts([frame % joint.join(addresses)], "EmailAddresses") == [addresses]


@pytest.mark.parametrize("joint", [";", ", ", "|"])
def test_addresses_without_prefix_are_split_too(joint: str) -> None:
    """Hand-made exports leave the prefix out."""
    addresses = ("ann@contoso.example", "ann@contoso.onmicrosoft.com")

    assert read_texts([joint.join(addresses)], "proxyAddresses") == [addresses]


def test_an_x400_address_keeps_its_semicolons() -> None:
    """Only what begins an address ends the one before."""
    cell = "X400:C=US;A= ;P=contoso;S=Example;smtp:ann@contoso.example"

    assert read_texts([cell], "EmailAddresses") == [
        ("X400:C=US;A= ;P=contoso;S=Example", "smtp:ann@contoso.example")
    ]


@pytest.mark.parametrize("joint", [";", ", ", "|", "\n", " "])
def test_holds_are_split_at_spaces_as_well(joint: str) -> None:
    """A hold token has no space; its suffix is not a prefix."""
    holds = ("mbxba6f4ba25b62490aaaa253eea27426ab:1", "-mbx9696959111e74d3d8b3d6a7d4d3e6f10", "UniH7d895d48")

    assert read_texts([joint.join(holds)], "InPlaceHolds") == [holds]


@pytest.mark.parametrize("joint", [";", ", ", "|", " "])
def test_a_mailbox_location_keeps_its_semicolons(joint: str) -> None:
    """Each location is a list of its own, written with semicolons."""
    locations = (
        f"1;{GUID};Primary;eurprd07.prod.outlook.com;{GUID}",
        f"1;{GUID};AuxPrimary;eurprd07.prod.outlook.com;{GUID}",
    )

    assert read_texts([joint.join(locations)], "MailboxLocations") == [locations]


@pytest.mark.parametrize(
    "cell",
    [
        "System.Collections.ArrayList",
        "System.String[]",
        "System.Object[]",
        "System.Collections.Generic.List`1[System.String]",
        "Microsoft.Exchange.Data.MultiValuedProperty`1[System.String]",
        "Microsoft.Exchange.Data.MultiValuedProperty`1[Microsoft.Exchange.Data.ProxyAddress]",
        "Deserialized.Microsoft.Exchange.Data.ProxyAddressCollection",
        "@{PrefixString=smtp; IsPrimaryAddress=False}",
        "{smtp:a@contoso.example, smtp:b@contoso.example…}",
        "{smtp:a@contoso.example, smtp:b@contoso.example...}",
        "smtp:a@contoso.example, smtp:b@contoso...",
        "smtp:a@contoso.example;smtp:b@contoso…",
    ],
)
@pytest.mark.parametrize("column", ["EmailAddresses", "InPlaceHolds", "MailboxLocations"])
def test_a_type_name_or_a_list_cut_short_is_unknown(cell: str, column: str) -> None:
    """Never empty, and never a value: it would read as a hold, or as none."""
    assert read_texts([cell], column) == [None]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ([{"skuId": GUID}], ({"skuId": GUID},)),
        ({"skuId": GUID}, ({"skuId": GUID},)),
        ({"value": [{"skuId": GUID}], "Count": 1}, ({"skuId": GUID},)),
        ([], ()),
        (None, ()),
        (ABSENT, None),
        ("", None),
        ("Microsoft.Graph.PowerShell.Models.MicrosoftGraphAssignedLicense", None),
        (["@{skuId=1}"], None),
    ],
)
def test_items_are_objects_and_text_in_their_place_is_unknown(cell: Any, expected: Any) -> None:
    """CSV cannot carry them, so a CSV cell says nothing, not even an empty one."""
    assert read_items([cell]) == [expected]
    assert read_items([[{}], cell]) == [({},), expected]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (True, True),
        (False, False),
        ("True", True),
        ("FALSE", False),
        (" true ", True),
        ({"value": True}, True),
        (None, None),
        ("", None),
        (ABSENT, None),
    ],
)
def test_a_flag_is_true_false_or_not_known(cell: Any, expected: bool | None) -> None:
    """Empty is not false."""
    flags = read_flags([True, cell], where)

    assert str(flags.dtype) == "boolean"
    assert flags[1] is pd.NA if expected is None else bool(flags[1]) is expected


@pytest.mark.parametrize("cell", ["yes", "0", 1, [], "System.Boolean"])
def test_a_flag_that_is_neither_is_refused_with_its_place(cell: Any) -> None:
    """File, row and column are named."""
    with pytest.raises(InputError, match=r"users.json, row 2, column id: .* is neither True nor False"):
        read_flags([True, cell], where)
