"""Classification: one answer where the evidence allows one, and no more than the evidence allows."""

from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from audit.classify import decide
from audit.decision_table import AXES, FACTS
from audit.scenarios import load_table

TABLE = load_table()
_axes = st.fixed_dictionaries(
    {axis: st.sets(st.sampled_from(states), min_size=1) for axis, states in AXES.items()}
)
_facts = st.fixed_dictionaries({fact: st.sampled_from([True, False, None]) for fact in FACTS})


def _ordered(axes: dict[str, set[str]]) -> dict[str, tuple[str, ...]]:
    return {axis: tuple(state for state in states if state in axes[axis]) for axis, states in AXES.items()}


@given(axes=_axes, facts=_facts)
def test_an_unknown_axis_leaves_exactly_the_scenarios_it_leaves_open(
    axes: dict[str, set[str]], facts: dict[str, bool | None]
) -> None:
    """Candidates are the product of the states not ruled out."""
    ordered = _ordered(axes)

    decision = decide(TABLE, ordered, facts)

    assert {"-".join(states) for states in product(*ordered.values())} == set(decision.candidates)
    assert (decision.scenario is not None) == (len(decision.candidates) == 1)


@example(
    axes={"on_premises": {"managed"}, "entra": {"soft_deleted", "hard_deleted"}, "mailbox": {"not_present"}},
    facts=dict.fromkeys(FACTS, True),
    fact="license_removed",
)
@given(axes=_axes, facts=_facts, fact=st.sampled_from(FACTS))
def test_knowing_less_never_changes_the_answer_only_withholds_it(
    axes: dict[str, set[str]], facts: dict[str, bool | None], fact: str
) -> None:
    """Forgetting a fact gives the same class and outcome, or none."""
    ordered = _ordered(axes)
    known = decide(TABLE, ordered, facts)

    forgotten = decide(TABLE, ordered, facts | {fact: None})

    assert forgotten.outcome in (known.outcome, "undetermined")
    withheld = forgotten.orphan_class in (known.orphan_class, "undetermined")
    may_be_at_work = forgotten.excluded is not None and "present" in ordered["entra"]
    assert known.excluded or withheld or may_be_at_work


@given(axes=_axes, facts=_facts, axis=st.sampled_from(list(AXES)))
def test_an_open_axis_never_settles_a_scenario(
    axes: dict[str, set[str]], facts: dict[str, bool | None], axis: str
) -> None:
    """Not knowing is a value of its own."""
    decision = decide(TABLE, _ordered(axes | {axis: set(AXES[axis])}), facts)

    assert decision.scenario is None
    assert decision.branch is None
    assert decision.states[axis] is None


@given(axes=_axes, facts=_facts)
def test_every_case_is_a_finding_or_excluded_never_both(
    axes: dict[str, set[str]], facts: dict[str, bool | None]
) -> None:
    """Each row has one place."""
    decision = decide(TABLE, _ordered(axes), facts)

    assert (decision.orphan_class is None) != (decision.excluded is None)


@given(axes=_axes, facts=_facts)
def test_a_deleted_account_with_signs_of_a_mailbox_is_never_dropped(
    axes: dict[str, set[str]], facts: dict[str, bool | None]
) -> None:
    """Whatever else is not known, it stays in the report."""
    had_one = facts | {"had_mailbox": True}

    decision = decide(TABLE, _ordered(axes | {"entra": {"soft_deleted"}}), had_one)

    assert decision.excluded is None


@pytest.mark.parametrize("on_premises", AXES["on_premises"])
@pytest.mark.parametrize("fact", [True, False])
def test_recovering_the_mailbox_alone_is_never_advised_while_the_account_may_be_restored(
    on_premises: str, *, fact: bool
) -> None:
    """It would be refused, or make a second account (facts/exchange.md 7, trap 7)."""
    facts = dict.fromkeys(FACTS, None) | {
        "object_ids_match": True,
        "is_inactive_mailbox": fact,
        "license_removed": False,
    }
    axes = {
        "on_premises": (on_premises,),
        "entra": ("soft_deleted", "hard_deleted"),
        "mailbox": ("soft_deleted",),
    }

    decision = decide(TABLE, axes, facts)

    assert {"undo", "recover_inactive"}.isdisjoint(decision.plan.steps)
