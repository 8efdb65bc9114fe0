"""Names of people as the services write them: sign-in names and addresses."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from audit.join import Joined


def sign_in_names(joined: Joined, cases: npt.NDArray[np.int64]) -> list[str | None]:
    """Return each case's sign-in name, its account's before its mailbox's; null where neither has one."""
    columns = (
        joined.of_account("id"),
        joined.of_account("userPrincipalName"),
        joined.of_mailbox("UserPrincipalName"),
    )
    rows = zip(*(column[cases].tolist() for column in columns), strict=True)
    return [without_id_prefix(of_account, id_) or of_mailbox or None for id_, of_account, of_mailbox in rows]


def without_id_prefix(user_principal_name: str | None, object_id: str | None) -> str | None:
    """Remove the 32 hex digits Entra puts before a deleted user's name, only where they are its own id."""
    if not user_principal_name or not object_id:
        return user_principal_name or None
    prefix = object_id.replace("-", "")
    has_prefix = user_principal_name[:32].lower() == prefix
    return user_principal_name[32:] if has_prefix else user_principal_name


def smtp_addresses(values: Iterable[str] | None) -> Iterator[str]:
    """Yield the SMTP addresses among proxy addresses, lower case and without prefix."""
    for value in values or ():
        prefix, colon, address = value.partition(":")
        if not colon:
            yield value.lower()
        elif prefix.lower() == "smtp":
            yield address.lower()
