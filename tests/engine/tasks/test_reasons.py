"""Reasons and tastes by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.tasks.reasons import Reason, category_shares, reasons, tastes

LIKES = {"a": {"x": 3.0, "y": 1.0}, "b": {"x": 1.0, "z": 2.0}, "c": {}}
"""Past item → what it adds to the score of others."""


def recommend(histories: Sequence[Sequence[str]]) -> list[list[tuple[str, float]]]:
    """Add up what each past item says; the two best are the list."""
    lists = []
    for history in histories:
        scores = {item: sum(LIKES[past].get(item, 0.0) for past in history) for item in "xyz"}
        lists.append(sorted(scores.items(), key=lambda pair: -pair[1])[:2])
    return lists


def test_shares_are_what_each_past_item_adds() -> None:
    found = reasons(recommend, ["a", "b", "c"], ["x"])
    assert found == {"x": (Reason("a", 0.75), Reason("b", 0.25))}


def test_an_item_that_leaves_the_list_falls_at_least_to_its_end() -> None:
    # Without b, z leaves the list, whose lowest score is then 1; with b it has 2.
    found = reasons(recommend, ["a", "b"], ["z"])
    assert found["z"] == (Reason("b", 1.0),)


def test_what_is_not_recommended_and_what_nothing_speaks_for_has_no_reasons() -> None:
    assert reasons(recommend, ["a"], ["z", "x"]).keys() == {"x"}
    assert reasons(recommend, ["c"], ["x"])["x"] == ()


def test_only_the_newest_are_left_out() -> None:
    asked: list[Sequence[str]] = []

    def noted(histories: Sequence[Sequence[str]]) -> list[list[tuple[str, float]]]:
        asked.extend(histories)
        return recommend(histories)

    reasons(noted, ["a", "b", "c"], ["x"], most=1)
    assert asked == [["a", "b", "c"], ["a", "b"]]


def test_tastes_beside_what_is_usual() -> None:
    categories = [["drama"], ["drama", "war"], ["comedy"], []]
    usual = category_shares(categories, [1, 2, 5, 9])
    found = tastes([0, 1, 3], categories, usual)
    assert [t.category for t in found] == ["drama", "war"]
    assert [t.share for t in found] == pytest.approx([0.75, 0.25])
    assert [t.usual for t in found] == pytest.approx([2 / 8, 1 / 8])
    assert tastes([], categories, usual) == ()
