"""Parts: by time nobody learns from the future; by lot every user is in each; a test file is the test part."""

from typing import Any

import pytest

from engine.config import Settings
from engine.datasets.dataset import PARTS, Dataset
from engine.datasets.interactions.open import read_histories
from engine.errors import BadInput
from tests.engine.datasets.files import kinds
from tests.engine.datasets.interactions.files import HEADER, START, catalogue, checked, interactions, lines, prepared


def pairs(dataset: Dataset, part: Any) -> set[tuple[int, int]]:
    rows = dataset.rows(part)
    return set(zip(rows.user, rows.item, strict=True))


def test_by_time_everything_of_a_part_is_before_everything_of_the_next(settings: Settings) -> None:
    dataset = prepared(settings, interactions())
    assert dataset.card.split == "time"  # type: ignore[attr-defined]
    train, validation, test = (dataset.rows(part).time for part in PARTS)
    assert train.max() < validation.min()
    assert validation.max() < test.min()
    assert (len(train), len(validation), len(test)) == (390, 60, 150)


def test_interactions_of_the_same_second_stay_together(settings: Settings) -> None:
    rows = [f"{line.rsplit(',', 1)[0]},{START + 86_400 * (n // 90)}\n" for n, line in enumerate(lines())]
    dataset = prepared(settings, HEADER + "".join(rows))
    seconds = [set(dataset.rows(part).time) for part in PARTS]
    assert not seconds[0] & seconds[1]
    assert not seconds[1] & seconds[2]


def test_by_lot_a_quarter_of_each_user_is_the_test_whatever_the_order_of_the_file(settings: Settings) -> None:
    dataset = prepared(settings, interactions(each=20), split="user_random")
    assert set(dataset.rows("test").groupby("user").size()) == {5}
    assert set(dataset.rows("validation").groupby("user").size()) == {2}
    turned = prepared(settings, HEADER + "".join(reversed(lines(each=20))), split="user_random")
    assert turned.id != dataset.id
    assert turned.test_id == dataset.test_id
    assert [pairs(turned, part) for part in PARTS] == [pairs(dataset, part) for part in PARTS]
    other = prepared(settings, interactions(each=20), split="user_random", split_seed=1)
    assert pairs(other, "test") != pairs(dataset, "test")
    assert other.test_id != dataset.test_id


def test_by_lot_a_user_with_few_items_is_in_train_alone_and_repeated_pairs_stay_together(settings: Settings) -> None:
    few = "".join(f"few,i{n},3,{START}\n" for n in range(3))
    repeated = "".join(lines())
    dataset = prepared(settings, HEADER + repeated + repeated + few, split="user_random")
    for one, other in (("train", "test"), ("train", "validation"), ("validation", "test")):
        assert not pairs(dataset, one) & pairs(dataset, other)
    assert (dataset.rows("train").row > 1200).sum() == 3


def test_a_test_file_is_the_test_part_and_its_strangers_are_counted(settings: Settings) -> None:
    late = START + 10**8
    test = HEADER + f"u0,i5,4,{late}\nu0,new,4,{late}\nstranger,i5,4,{late}\n" + lines()[0]
    dataset = prepared(settings, interactions(), items=catalogue(), test=test)
    assert (dataset.rows("test").source == "test").all()
    assert {p: len(dataset.rows(p)) for p in PARTS} == {"train": 520, "validation": 80, "test": 4}
    card = dataset.card
    assert {"new_users", "new_items", "seen_in_training", "test_file_overlaps_in_time"} <= kinds(card, "note")
    assert (card.parts["test"]["new_users"], card.parts["test"]["new_items"]) == (1, 1)
    assert read_histories(dataset, ("test",)).user_count == 61


@pytest.mark.parametrize(
    ("test", "kind"), [(HEADER + ",,,\n", "empty_test_file"), (HEADER + f"x,i1,1,{START}\n", "nothing_to_judge")]
)
def test_a_test_file_that_measures_nothing_blocks(settings: Settings, test: str, kind: str) -> None:
    assert kind in kinds(checked(settings, interactions(), test=test), "block")


def test_times_that_are_all_the_same_leave_the_split_to_the_lot(settings: Settings) -> None:
    rows = [f"{line.rsplit(',', 1)[0]},{START}\n" for line in lines()]
    dataset = prepared(settings, HEADER + "".join(rows))
    assert dataset.card.split == "user_random"  # type: ignore[attr-defined]
    assert "times_do_not_split" in kinds(dataset.card, "warn")


def test_a_split_by_time_without_times_is_refused(settings: Settings) -> None:
    bare = "user,item\n" + "".join(",".join(line.split(",")[:2]) + "\n" for line in lines())
    with pytest.raises(BadInput, match="has no times; name the time column or split by lot"):
        prepared(settings, bare, split="time")
    with pytest.raises(BadInput, match="no split sideways; choose from: auto, time, user_random"):
        prepared(settings, bare, split="sideways")


def test_a_split_by_lot_of_data_with_times_says_that_the_future_is_known(settings: Settings) -> None:
    assert "future_is_known" in kinds(checked(settings, interactions(), split="user_random"), "note")
    assert "future_is_known" not in kinds(checked(settings, interactions()))
