"""The on-premises axis: which accounts Active Directory still has, and the anchors that tie them to Entra.

Entra Connect writes the account's objectGUID, or its ms-DS-ConsistencyGuid, base64-encoded into the immutable
id (the GUID's bytes in Windows order). Names never tie an account to anything.
"""

import base64
import binascii
import re
import uuid
from collections.abc import Iterable
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


def states_by_anchor(snapshot: Snapshot) -> dict[str, int]:
    """Return, for each anchor GUID in the Active Directory listings, PRESENT, DELETED or both."""
    states: dict[str, int] = {}
    for listing, state in (("ad_users", PRESENT), ("ad_deleted_users", DELETED)):
        for guid in anchors_of(snapshot, listing):
            states[guid] = states.get(guid, 0) | state
    return states


def object_guids(snapshot: Snapshot) -> dict[str, str]:
    """Return, for each anchor GUID in the Active Directory listings, the objectGUID commands need."""
    guids: dict[str, str] = {}
    for listing in ("ad_deleted_users", "ad_users"):
        if listing in snapshot.tables:
            frame = snapshot.tables[listing].frame
            for own, consistency in zip(frame["objectGUID"], frame["mS-DS-ConsistencyGuid"], strict=True):
                if own:
                    guids[guid_of_anchor(consistency) or own] = own
                    guids[own] = own
    return guids


def anchors_of(snapshot: Snapshot, listing: str) -> Iterable[str]:
    """Yield every anchor of a listing's accounts: objectGUID and, where set, ms-DS-ConsistencyGuid."""
    table = snapshot.tables.get(listing)
    if table is None:
        return
    for object_guid, consistency in zip(
        table.frame["objectGUID"], table.frame["mS-DS-ConsistencyGuid"], strict=True
    ):
        if object_guid:
            yield object_guid
        if other := guid_of_anchor(consistency):
            yield other
