from __future__ import annotations

from typing import Any

from pages.shared.scenario.results_quality import confusion_words, weakest_sentence


def found(**recalls: float) -> list[dict[str, Any]]:
    return [{"label": label, "recall": {"value": value}} for label, value in recalls.items()]


def test_the_class_that_is_missed_most_is_named() -> None:
    assert weakest_sentence(found(good=0.9, bad=0.614)) == "It misses “bad” most: it finds 61 of 100"
    assert "“bad”" in confusion_words([[5, 1], [3, 7]], ["good", "bad"])


def test_nothing_is_said_to_be_missed_that_is_not() -> None:
    assert weakest_sentence(found(good=1.0, bad=1.0)) == "On this test part it misses none of any class"
    assert confusion_words([[5, 0], [0, 7]], ["good", "bad"]) == "It took no class for another."
