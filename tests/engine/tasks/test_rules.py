from __future__ import annotations

import pytest

from engine.errors import BadInput
from engine.tasks.rules import (
    Effect,
    Rules,
    allowed,
    apply,
    best_allowed,
    boosted,
    diversified,
    effect,
    leaves_few,
)

SCORED = [("a", 10.0), ("b", 9.0), ("c", 8.0), ("d", 5.0), ("e", 0.0)]
SHELF = {"a": ("tea",), "b": ("tea",), "c": ("tea",), "d": ("bread",), "e": ()}


def _ids(rules: Rules, k: int = 5) -> list[str]:
    return [item for item, _ in apply(SCORED, rules, SHELF.__getitem__, k)]


def test_without_rules_a_list_stays_as_it_is() -> None:
    assert apply(SCORED, Rules(), SHELF.__getitem__, 3) == SCORED[:3]


def test_what_is_excluded_or_out_of_stock_is_never_shown() -> None:
    assert _ids(Rules(exclude=frozenset("ac"))) == ["b", "d", "e"]
    assert _ids(Rules(in_stock=frozenset("ce"))) == ["c", "e"]
    assert _ids(Rules(in_stock=frozenset())) == []


def test_where_rules_leave_few_the_whole_catalogue_is_chosen_from() -> None:
    rules = Rules(exclude=frozenset("abc"))
    assert leaves_few(SCORED, rules, 5)
    assert not leaves_few(SCORED, Rules(exclude=frozenset("ab")), 5)
    assert not leaves_few(SCORED, rules, 100)  # the list is shorter than a model's longest: there is no more
    everything = [("f", 4.0), *reversed(SCORED), ("g", 11.0)]
    assert best_allowed(everything, {"g"}, rules, 2) == [("d", 5.0), ("f", 4.0)]


def test_a_boost_lifts_an_item_or_a_category_by_a_share_of_the_spread() -> None:
    assert _ids(Rules(boost={"bread": 0.6})) == ["d", "a", "b", "c", "e"]
    assert _ids(Rules(boost={"a": -0.15})) == ["b", "a", "c", "d", "e"]
    assert boosted(SCORED, {"e": 0.5}, SHELF.__getitem__)[3] == ("d", 5.0)
    assert boosted([], {"e": 0.5}, SHELF.__getitem__) == []


def test_diversity_spreads_a_list_over_the_shelves() -> None:
    assert [i for i, _ in diversified(SCORED, 0.7, SHELF.__getitem__, 3)] == ["a", "d", "e"]
    assert _ids(Rules(diversity=0.01)) == ["a", "b", "c", "d", "e"]
    assert len(_ids(Rules(diversity=1.0), k=4)) == 4


def test_rules_beyond_reason_are_refused() -> None:
    with pytest.raises(BadInput, match=r"diversity is 1\.5; give a number from 0 to 1"):
        Rules(diversity=1.5)
    with pytest.raises(BadInput, match="boost of tea is 99"):
        Rules(boost={"tea": 99})


def test_what_rules_did_is_told_item_by_item() -> None:
    rules = Rules(exclude=frozenset("b"), boost={"bread": 0.6})
    done = effect(SCORED, allowed(SCORED, rules), _ids(rules, 3), 3)
    assert _ids(rules, 3) == ["d", "a", "c"]
    assert done.gone == ("b",)
    assert done.risen == {"d": 3}  # behind a and c: what is never shown has no place
    assert effect(SCORED, SCORED, _ids(Rules(), 3), 3) == Effect()
    assert Rules(diversity=0.1).active
    assert not Rules(personal=False).active
