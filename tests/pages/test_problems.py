"""One click mends what a file has wrong, and one takes it back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.datasets.dataset import Dataset, Problem
from engine.datasets.texts.options import TextCard, TextOptions
from engine.messages import Message
from pages.shared.scenario import problems

OPTIONS = TextOptions(name="News", label_map={"up": "positive"})


@pytest.fixture
def card(dataset: Dataset) -> TextCard:
    found = dataset.card
    assert isinstance(found, TextCard)
    return replace(found, classes={"good": 9, "Good ": 1, "bad": 5}, labels_found={"good": 9, "Good ": 1, "bad": 5})


def test_each_step_can_be_undone_masks_and_labels_too() -> None:
    options = replace(OPTIONS, cleaning=("drop_missing", "drop_conflicts"), masks=("email",))
    taken = problems.steps_taken(options)
    assert list(taken) == ["drop_missing", "drop_conflicts", "mask:email", problems.ONE_SPELLING]
    assert taken["drop_missing"].cleaning == ("drop_conflicts",)
    assert taken["mask:email"].masks == ()
    assert taken[problems.ONE_SPELLING].label_map == {}


def test_labels_are_written_as_the_most_frequent_of_them(card: TextCard) -> None:
    assert problems.one_spelling(card, replace(OPTIONS, label_map={})) == {"Good ": "good"}
    assert problems.one_spelling(card, replace(OPTIONS, label_map={"bad": "GOOD"})) == {"Good ": "good", "bad": "good"}


def test_everything_on_offer_is_done_at_once(card: TextCard) -> None:
    found = [
        Problem("warn", "email", Message("E-mail"), remedy="mask:email"),
        Problem("warn", "duplicates", Message("Twice"), remedy="drop_duplicates"),
        Problem("warn", "look_alike_labels", Message("Alike")),
        Problem("note", "licence_unknown", Message("Licence")),
    ]
    mended = problems.everything(card, TextOptions(name="News"), found)
    assert (mended.masks, mended.cleaning) == (("email",), ("drop_duplicates",))
    assert mended.label_map == {"Good ": "good"}
