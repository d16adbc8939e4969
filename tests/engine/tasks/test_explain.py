"""Occlusion of a model whose reasons are known, and of the real encoder."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from engine.tasks.explain import MAX_PIECES, occlusion


def words(weights: dict[str, float]) -> tuple[Callable[[Sequence[str]], np.ndarray], list[int]]:
    """A model of two classes whose second logit is the sum of the weights of the words a text has; and its calls."""
    calls: list[int] = []

    def predict(texts: Sequence[str]) -> np.ndarray:
        calls.append(len(texts))
        logits = np.array([sum(w for word, w in weights.items() if word in text) for text in texts])
        second = 1 / (1 + np.exp(-logits))
        return np.column_stack([1 - second, second])

    return predict, calls


def test_the_words_that_count_get_the_weight_in_one_call() -> None:
    predict, calls = words({"rose": 2.0, "despite": -0.5})
    found = occlusion(predict, "Profit rose 13.1% despite the year-end costs.")
    assert calls == [8]
    assert [w.word for w in found] == ["Profit", "rose", "13.1%", "despite", "the", "year-end", "costs"]
    weight = {w.word: w.weight for w in found}
    assert weight["rose"] > 0.3
    assert weight["despite"] < 0
    assert weight["Profit"] == pytest.approx(0)


def test_target_asks_about_another_class() -> None:
    predict, _ = words({"rose": 2.0})
    asked = {w.word: w.weight for w in occlusion(predict, "Profit rose", target=0)}
    assert asked["rose"] < -0.3


def test_chinese_is_taken_by_character_and_positions_are_right() -> None:
    predict, _ = words({"增": 3.0})
    text = "净利润增长12%，ABC公司。"
    found = occlusion(predict, text)
    assert [w.word for w in found] == [*"净利润增长", "12%", "ABC", *"公司"]
    assert all(text[w.start : w.end] == w.word for w in found)
    assert max(found, key=lambda w: w.weight).word == "增"


def test_long_texts_are_taken_in_groups() -> None:
    predict, calls = words({"needle": 4.0})
    text = " ".join(["hay"] * 700 + ["needle"] + ["hay"] * 700)
    found = occlusion(predict, text)
    assert calls == [MAX_PIECES + 1]
    assert len(found) == MAX_PIECES
    assert "needle" in max(found, key=lambda w: w.weight).word
    assert occlusion(predict, "hay " * 1_000_000)


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_nothing_to_leave_out(text: str) -> None:
    predict, calls = words({})
    assert occlusion(predict, text) == []
    assert calls == []


def test_signs_alone_are_taken_one_by_one() -> None:
    predict, _ = words({"📈": 2.0})
    assert [w.word for w in occlusion(predict, "📈 !!")] == ["📈", "!", "!"]
