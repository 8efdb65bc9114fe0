"""The on-premises axis: which accounts Active Directory still has, and the anchors that tie them to Entra.

Entra Connect writes the account's objectGUID, or its ms-DS-ConsistencyGuid, base64-encoded into the immutable
id (the GUID's bytes in Windows order). Names never tie an account to anything.
"""

import base64
import binascii
import re
import uuid
from collections.abc import Iterator
from functools import lru_cache

from audit.snapshot import Snapshot

PRESENT, DELETED = 1, 2

_BYTES_TEXT = re.compile(r"\d{1,3}(?:[ ,;]\d{1,3}){15}")


@lru_cache(maxsize=1 << 20)
def guid_of_anchor(anchor: str | None) -> str | None:
    """Return the GUID an immutable id or ms-DS-ConsistencyGuid stands for; null where it stands for none.

    Accepts base64, the GUID's text, and the sixteen decimal bytes that Export-Csv may write.
    """
    if not anchor:
        return None
    try:
        if _BYTES_TEXT.fullmatch(anchor.strip()):
            raw = bytes(int(part) for part in re.split(r"[ ,;]", anchor.strip()))
        elif len(anchor.strip("{} ")) == 36:  # noqa: PLR2004 - the length of a GUID's text
            return str(uuid.UUID(anchor.strip("{} ")))
        else:
            raw = base64.b64decode(anchor, validate=True)
        return str(uuid.UUID(bytes_le=raw))
    except (ValueError, binascii.Error):
        return None


def accounts_of(snapshot: Snapshot) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield every on-premises account: PRESENT or DELETED, its objectGUID, and all its anchors as GUIDs."""
    for listing, state in (("ad_users", PRESENT), ("ad_deleted_users", DELETED)):
        if listing in snapshot.tables:
            frame = snapshot.tables[listing].frame
            for own, consistency in zip(frame["objectGUID"], frame["mS-DS-ConsistencyGuid"], strict=True):
                yield state, own, tuple(filter(None, (own, guid_of_anchor(consistency))))


def states_by_anchor(snapshot: Snapshot) -> dict[str, int]:
    """Return, for each anchor GUID in the Active Directory listings, PRESENT, DELETED or both."""
    states: dict[str, int] = {}
    for state, _, anchors in accounts_of(snapshot):
        for anchor in anchors:
            states[anchor] = states.get(anchor, 0) | state
    return states


def object_guids(snapshot: Snapshot) -> dict[str, str]:
    """Return, for each anchor GUID in the Active Directory listings, the objectGUID that commands need.

    Where a present and a deleted account share an anchor, the present one's.
    """
    guids: dict[str, str] = {}
    for _, object_guid, anchors in accounts_of(snapshot):
        for anchor in anchors if object_guid else ():
            guids.setdefault(anchor, object_guid)
    return guids
