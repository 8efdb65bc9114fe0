"""The grammar of InPlaceHolds (facts/exchange.md 2.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.holds import decode, holds_of, only_delay_holds

HEX = "19200b9af08442529be070dae2fd54d3"
DASHED = "7e7e5bd8-9d2c-4d5f-b0c3-4a7f9b3d2c11"


@pytest.mark.parametrize(
    ("token", "kind", "id_", "retains"),
    [
        (f"UniH{DASHED}", "ediscovery_hold", DASHED, True),
        (HEX, "in_place_hold", HEX, True),
        (f"cld{HEX}", "in_place_hold", HEX, True),
        (f"mbx{HEX}", "retention_policy", HEX, True),
        (f"mbx{HEX}:2", "retention_policy", HEX, True),
        (f"mbx{HEX}:3", "retention_policy", HEX, True),
        (f"mbx{HEX}:1", "retention_policy", HEX, False),
        (f"skp{HEX}:2", "teams_chat_retention_policy", HEX, True),
        (f"grp{HEX}:3", "group_retention_policy", HEX, True),
        (f"-mbx{HEX}", "exclusion", HEX, False),
        ("xyz-new-kind", "unknown", None, None),
        (f"mbx{HEX}:9", "unknown", None, None),
        ("System.Collections.ArrayList", "unknown", None, None),
    ],
)
def test_a_token_says_what_it_is_and_whether_it_retains(
    token: str, kind: str, id_: str | None, retains: bool | None
) -> None:
    """Exclusions and delete-only policies hold nothing; what is unknown stays unknown."""
    hold = decode(token)

    assert (kind, id_, retains, token) == hold


@given(st.text())
def test_no_token_is_lost(token: str) -> None:
    """Whatever Exchange writes can be read in the report."""
    assert token == decode(token).token


@pytest.mark.parametrize(
    ("tokens", "flags", "expected"),
    [
        ((), ("DelayHoldApplied",), True),
        ((f"-mbx{HEX}",), ("DelayHoldApplied", "DelayReleaseHoldApplied"), True),
        ((f"mbx{HEX}:1",), ("DelayHoldApplied",), True),
        ((f"mbx{HEX}:2",), ("DelayHoldApplied",), False),
        (("xyz",), ("DelayHoldApplied",), False),
        ((), ("LitigationHoldEnabled", "DelayHoldApplied"), False),
        ((), (), False),
    ],
)
def test_a_hold_that_will_lapse_by_itself_is_told_from_one_that_stays(
    tokens: tuple[str, ...], flags: tuple[str, ...], *, expected: bool
) -> None:
    """An unknown hold counts as one that stays."""
    assert expected == only_delay_holds(holds_of(tokens, flags))
