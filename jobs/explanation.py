"""One finding in words, as a colleague would tell it: who, the evidence, the clocks, the rule, what to do."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from audit.decision_table import DecisionTable
from audit.errors import InputError
from audit.findings import AuditResult
from audit.powershell import visible
from audit.scenarios import load_table
from audit.tie_out import EXCLUSIONS
from jobs.matching import EXCLUDED_IDS, FINDING_IDS, matches, near, normalized, rows
from reports.glossary import CLASSES, CLOCKS, OUTCOMES, STAKES
from reports.readable import conflict, hold
from reports.run_info import iso_utc
from reports.runbook import name_of

WIDTH = 100
ARTICLE = "https://support.microsoft.com/help/{number}"
"""The address of an article by its number; Microsoft forwards it to where the article is now."""

Row = Mapping[str, Any]


def answer(result: AuditResult, id_: str) -> str:
    """Return the text of every finding and every excluded row that `id_` names.

    Raises `InputError` with the names most like it where there is none.
    """
    wanted = normalized(id_)
    found = [
        finding_text(row, result.as_of, load_table())
        for row in rows(matches(result.findings, FINDING_IDS, wanted))
    ]
    found += [
        excluded_text(row, EXCLUSIONS.get(row["reason"], row["reason"]))
        for row in rows(matches(result.excluded, EXCLUDED_IDS, wanted))
    ]
    if not found:
        raise _nothing(result, id_, near(result, wanted))
    return "\n".join(found)


def _nothing(result: AuditResult, id_: str, names: list[str]) -> InputError:
    hint = (
        f"Did you mean {', '.join(map(visible, names))}?"
        if names
        else "Try the object id or the ExchangeGuid."
    )
    if not result.complete:
        hint += " Coverage is incomplete, so it may exist all the same: " + " ".join(result.gaps)
    return InputError(f"{id_}: no account or mailbox that was read goes by this.", hint)


def finding_text(row: Row, as_of: datetime, table: DecisionTable) -> str:
    """Explain one finding, given as a mapping of its fields."""
    blocks = (
        ("", _who(row)),
        ("What was seen", _items(row["reasons"])),
        ("The clocks", _clocks(row, as_of)),
        ("The rule", _rule(row, table)),
        ("Holds", _items(hold(each) for each in row["holds"])),
        ("In the way", _items(_blocker(code, table) for code in row["blockers"])),
        ("Conflicts", _items(conflict(each) for each in row["conflicts"])),
        ("Before you begin", _items(row["warnings"])),
        ("What to do", _steps(row)),
    )
    return _text(blocks)


def excluded_text(row: Row, meaning: str) -> str:
    """Say why a row that was read is no orphan."""
    name = name_of(row["display_name"], row["user_principal_name"], row["id"] or row["exchange_guid"] or "?")
    ids = {"id": row["id"], "ExchangeGuid": row["exchange_guid"]}
    lines = [
        *(f"{label} {value}" for label, value in ids.items() if value),
        f"Not an orphan ({row['side']}): {meaning}",
    ]
    return _text([(visible(name), [text for line in lines for text in _lines(line)])])


def _text(blocks: Iterable[tuple[str, Iterable[str]]]) -> str:
    written = [(title, [*lines]) for title, lines in blocks]
    return "\n\n".join("\n".join(filter(None, (title, *lines))) for title, lines in written if lines) + "\n"


def _who(row: Row) -> Iterator[str]:
    yield visible(name_of(row["display_name"], row["user_principal_name"], row["finding_id"]))
    if row["primary_smtp_address"]:
        yield from _lines(f"address {row['primary_smtp_address']}")
    if row["external_directory_object_id"]:
        yield from _lines(f"object id {row['external_directory_object_id']}")
    if row["exchange_guid"]:
        yield from _lines(
            f"ExchangeGuid {row['exchange_guid']} ({row['recipient_type'] or 'kind not known'})"
        )
    yield from _lines(f"{row['orphan_class']}: {CLASSES.get(row['orphan_class'], '')}")


def _clocks(row: Row, as_of: datetime) -> Iterator[str]:
    yield from _items([f"As of {iso_utc(as_of)}. Deadlines are nominal: the service purges some time after."])
    another = any(each["code"] == "object_id_mismatch" for each in row["conflicts"])
    if row["account_deleted_at"] or (row["entra"] == "soft_deleted" and not another):
        ends = _ends(row["restore_account_by"], as_of, "it can be restored until")
        yield from _items([f"Account: deleted {_dated(row, 'account_deleted_at')}; {ends}."])
    else:
        yield from _items(["Account: no clock runs on it."])
    yield from _items([f"Mailbox: {_mailbox_clock(row, as_of)}"])
    if row["act_by"]:
        stake = STAKES.get(row["at_stake"], "")
        yield from _items([f"Act by {_left(row['act_by'], as_of)}: {row['urgency']}. At stake: {stake}"])


def _mailbox_clock(row: Row, as_of: datetime) -> str:
    clock = row["mailbox_clock"]
    began = {
        "soft_deleted": "mailbox_soft_deleted_at",
        "hold_released": "hold_released_at",
        "license_removed": "license_removed_at",
    }.get(clock)
    if began is None:
        return CLOCKS.get(clock, "not known.")
    event = began.removesuffix("_at").removeprefix("mailbox_").replace("_", " ")
    return f"{event} {_dated(row, began)}; {_ends(row['mailbox_purge_after'], as_of, 'it is purged after')}."


def _dated(row: Row, field: str) -> str:
    if row[field] is None:
        return "at a time that is not known"
    source = (row["date_source"] or {}).get(field)
    return iso_utc(row[field]) + (f" ({source})" if source else "")


def _ends(end: datetime | None, as_of: datetime, verb: str) -> str:
    return f"{verb} {_left(end, as_of)}" if end else "its end is not known"


def _left(end: datetime, as_of: datetime) -> str:
    days = (end - as_of) // timedelta(days=1)
    left = f"{days} day{'' if days == 1 else 's'} left" if end >= as_of else "past"
    return f"{iso_utc(end)} ({left})"


def _rule(row: Row, table: DecisionTable) -> Iterator[str]:
    if row["scenario"]:
        branch = f", branch {row['branch']}" if row["branch"] else ""
        yield from _items(
            [
                f"Scenario {row['scenario']}{branch}.",
                f"The guide says: {table.scenarios[row['scenario']].kb_says}",
            ]
        )
    else:
        candidates = ", ".join(row["scenario_candidates"]) or "none"
        yield from _items([f"Scenarios not ruled out: {candidates}."])
    yield from _items(f"Missing evidence: {missing}" for missing in row["missing_evidence"])
    yield from _items([f"Outcome {row['outcome']}: {OUTCOMES.get(row['outcome'], '')}"])
    if row["kb"]:
        anchor = f"#{row['kb']['anchor']}" if row["kb"].get("anchor") else ""
        number = row["kb"]["number"]
        yield f"  - KB {number}: {ARTICLE.format(number=number)}{anchor}"


def _blocker(code: str, table: DecisionTable) -> str:
    return f"{code}: {table.blockers[code].says}" if code in table.blockers else code


def _steps(row: Row) -> Iterator[str]:
    yield from _lines(row["action"] or "Nothing is advised.")
    for number, step in enumerate(row["steps"] or (), start=1):
        yield from _lines(step.say, f"  {number}. ", "     ")
        yield from (f"       {command}" for command in step.commands)


def _items(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _lines(text, "  - ", "    ")


def _lines(text: str, first: str = "  ", rest: str | None = None) -> list[str]:
    return textwrap.wrap(
        visible(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
