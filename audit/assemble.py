"""Cases become findings: the columns of `audit.findings.FIELDS` for the cases that are orphans."""

from typing import Any

import numpy as np
import pandas as pd

from audit.advice import Advice, advise
from audit.clocks import RUNNING_CLOCKS
from audit.conflicts import Conflicts
from audit.decision_table import DecisionTable
from audit.findings import FIELDS
from audit.holds import FLAGS, holds_of
from audit.identity import identity_of
from audit.judged import Cases, Judged
from audit.on_premises import guid_of_anchor, object_guids
from audit.reasons import FACT_QUESTIONS, NOT_KNOWN, Seen, missing_evidence, reasons_of
from audit.states import MAILBOX_SOFT_DELETED
from audit.subjects import subjects_of

_DATE_FIELDS = ("account_deleted_at", "mailbox_soft_deleted_at", "hold_released_at", "license_removed_at")
_DEADLINE_FIELDS = ("restore_account_by", "mailbox_purge_after", "act_by")
_URGENCIES = ("overdue", "critical", "high", "soon", "none", "ok", "held")


def findings_of(table: DecisionTable, judged: Judged, conflicts: Conflicts) -> pd.DataFrame:
    """Return the findings, most urgent first, with the columns of FIELDS and ``steps``."""
    cases = judged.findings
    columns = {**identity_of(judged, cases), **_judgement(judged, cases), **_dates(judged, cases)}
    columns["holds"] = _holds(judged, cases)
    columns["conflicts"] = [tuple(conflicts.get(case, ())) for case in cases.tolist()]
    columns["other_object_id"] = _other_ids(judged, cases)
    columns["notes"] = [
        (*(a or ()), *(m or ()))
        for a, m in zip(judged.of_account("notes", cases), judged.of_mailbox("notes", cases), strict=True)
    ]
    ad_guids = object_guids(judged.snapshot)
    columns["anchor_guid"] = [guid_of_anchor(anchor) for anchor in judged.states.anchor[cases].tolist()]
    columns["ad_guid"] = [ad_guids.get(guid or "") for guid in columns["anchor_guid"]]
    columns["reasons"] = _reasons(judged, cases, columns)
    advice = [advise(table, subject) for subject in subjects_of(judged, cases, columns)]
    for field in Advice._fields:
        columns[field] = [getattr(own, field) for own in advice]
    series = {
        name: column if isinstance(column, pd.Series) else pd.Series(column, dtype=object)
        for name, column in columns.items()
    }
    names = [*(field.name for field in FIELDS), "steps"]
    return _most_urgent_first(pd.DataFrame({name: series[name] for name in names}))


def _judgement(judged: Judged, cases: Cases) -> dict[str, Any]:
    decisions = judged.decisions_of(cases)
    soft_deleted = judged.states.mailbox[cases] == MAILBOX_SOFT_DELETED
    inactive = judged.states.facts["is_inactive_mailbox"][cases]
    axes = ("on_premises", "entra", "mailbox")
    return {
        **{axis: [decision.states[axis] for decision in decisions] for axis in axes},
        "is_inactive_mailbox": pd.Series(inactive > 0).astype("boolean").mask((inactive < 0) | ~soft_deleted),
        "scenario": [decision.scenario for decision in decisions],
        "branch": [decision.branch for decision in decisions],
        "scenario_candidates": [decision.candidates for decision in decisions],
        "missing_evidence": _missing_evidence(judged, cases),
        "orphan_class": [decision.orphan_class for decision in decisions],
        "outcome": [decision.outcome for decision in decisions],
        "kb": [{"number": decision.plan.kb, "anchor": decision.plan.anchor} for decision in decisions],
    }


def _missing_evidence(judged: Judged, cases: Cases) -> list[tuple[str, ...]]:
    """Return what is missing, worked out once for each decision and kind of doubt."""
    synced = _is_synced(judged, cases)
    unsure = ~_was_inactive_known(judged, cases) & (judged.clocks.mailbox_clock[cases] == "soft_deleted")
    positions = judged.decision_of[cases].tolist()
    known: dict[tuple[int, bool | None, bool], tuple[str, ...]] = {}
    for key in {*zip(positions, synced, unsure.tolist(), strict=True)}:
        decision, is_synced, is_unsure = key
        missing = missing_evidence(judged.decisions[decision], judged.snapshot.coverage, synced=is_synced)
        extra = (f"{NOT_KNOWN} {FACT_QUESTIONS['was_inactive_mailbox']}.",) if is_unsure else ()
        known[key] = (*missing, *extra)
    return [known[key] for key in zip(positions, synced, unsure.tolist(), strict=True)]


def _is_synced(judged: Judged, cases: Cases) -> list[bool | None]:
    account, mailbox = (
        judged.joined.trits_of_account("synced")[cases],
        judged.joined.trits_of_mailbox("synced")[cases],
    )
    trits = np.where(account == -1, mailbox, account).tolist()
    return [None if trit < 0 else bool(trit) for trit in trits]


def _was_inactive_known(judged: Judged, cases: Cases) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    known: np.ndarray[Any, np.dtype[np.bool_]] = judged.joined.trits_of_mailbox("was_inactive")[cases] >= 0
    return known


def _dates(judged: Judged, cases: Cases) -> dict[str, Any]:
    clocks = judged.clocks
    dates = {
        name: getattr(clocks, name).iloc[cases].reset_index(drop=True)
        for name in (*_DATE_FIELDS, *_DEADLINE_FIELDS)
    }
    return {
        **dates,
        "date_source": _date_sources(judged, cases, dates),
        "mailbox_clock": clocks.mailbox_clock[cases].tolist(),
        "at_stake": clocks.at_stake[cases].tolist(),
        "days_left": clocks.days_left.iloc[cases].reset_index(drop=True),
        "urgency": clocks.urgency[cases].tolist(),
    }


def _date_sources(judged: Judged, cases: Cases, dates: dict[str, pd.Series]) -> list[dict[str, str]]:
    """Name, for each date that is known, the field it came from."""
    plans = judged.states.licenses
    by_plan = [case in plans and plans[case].removed_at is not None for case in cases.tolist()]
    fields = {
        "account_deleted_at": ["deletedDateTime"] * len(cases),
        "mailbox_soft_deleted_at": ["WhenSoftDeleted"] * len(cases),
        "hold_released_at": ["InactiveMailboxRetireTime"] * len(cases),
        "license_removed_at": [
            "assignedPlans.assignedDateTime" if plan else "WhenSoftDeleted" for plan in by_plan
        ],
    }
    sources: list[dict[str, str]] = [{} for _ in range(len(cases))]
    for name, own in fields.items():
        for source, field, known in zip(sources, own, dates[name].notna(), strict=True):
            if known:
                source[name] = field
    return sources


def _holds(judged: Judged, cases: Cases) -> list[tuple[dict[str, object], ...]]:
    tokens = judged.of_mailbox("InPlaceHolds", cases)
    flags = [[value is True for value in judged.of_mailbox(flag, cases)] for flag in FLAGS]
    rows = zip(tokens, zip(*flags, strict=True), strict=True)
    return [
        holds_of(own or (), tuple(flag for flag, is_set in zip(FLAGS, row, strict=True) if is_set))
        for own, row in rows
    ]


def _reasons(judged: Judged, cases: Cases, columns: dict[str, Any]) -> list[tuple[str, ...]]:
    texts = {name: _iso(columns[name]) for name in _DATE_FIELDS}
    rows = zip(
        judged.of_account("id", cases),
        judged.of_mailbox("ExternalDirectoryObjectId", cases),
        columns["other_object_id"],
        *(texts[name] for name in _DATE_FIELDS),
        columns["mailbox_clock"],
        judged.fact("is_inactive_mailbox", cases),
        _is_synced(judged, cases),
        [guid is not None for guid in columns["ad_guid"]],
        columns["notes"],
        strict=True,
    )
    return [
        reasons_of(decision, Seen(*row))
        for decision, row in zip(judged.decisions_of(cases), rows, strict=True)
    ]


def _iso(instants: pd.Series) -> list[str | None]:
    texts = instants.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    return [None if missing else text for text, missing in zip(texts, instants.isna(), strict=True)]


def _other_ids(judged: Judged, cases: Cases) -> list[str | None]:
    ids = judged.joined.accounts["id"]
    return [
        str(ids.iloc[other]) if other >= 0 else None for other in judged.states.other_account[cases].tolist()
    ]


def _most_urgent_first(frame: pd.DataFrame) -> pd.DataFrame:
    rank = frame["urgency"].map({urgency: rank for rank, urgency in enumerate(_URGENCIES)})
    # A clock that runs to an unknown end may be the next to end.
    runs = frame["mailbox_clock"].isin(RUNNING_CLOCKS)
    rank = rank.mask(runs & frame["mailbox_purge_after"].isna(), 0)
    order = pd.DataFrame({"rank": rank, "act_by": frame["act_by"], "id": frame["finding_id"]})
    order = order.sort_values(["rank", "act_by", "id"], na_position="first", kind="stable")
    return frame.loc[order.index].reset_index(drop=True)
