"""What becomes of rows: mapped, masked, cleaned, split and stored, and what the card says of them."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import pandas as pd
import pytest

from engine.config import Settings
from engine.datasets.dataset import PARTS, Dataset
from engine.datasets.texts.columns import USUAL
from engine.datasets.texts.options import TextCard, TextOptions
from engine.datasets.texts.prepare import check, prepare
from engine.errors import BadInput, Cancelled
from engine.messages import Message
from tests.engine.datasets.files import (
    HEADER,
    checked,
    kinds,
    left_over,
    parquet,
    prepared,
    rows,
    sentence,
    stored,
)

REPEATED = (
    HEADER
    + rows(100)
    + f"{sentence(0)},c0\n"  # row 101 repeats row 1
    + f"{sentence(1).upper()}   ,c1\n"  # row 102 repeats row 2 but for case and blanks
    + f"{sentence(2)},c1\n"  # row 103 is row 3 with another label
    + "a long sentence about the company that said its profit rose in the third quarter of the year,c0\n"
    + "a long sentence about the company that said its profit rose in the third quarter of this year,c0\n"
)


def all_rows(dataset: Dataset) -> pd.DataFrame:
    return pd.concat([dataset.rows(part).assign(part=part) for part in PARTS]).sort_values(["source", "row"])


def texts(dataset: Dataset, part: str) -> set[str]:
    return {" ".join(t.casefold().split()) for t in dataset.rows(part).text}  # type: ignore[arg-type]


def test_the_card_counts_repetitions_with_their_rows(settings: Settings) -> None:
    card = checked(settings, REPEATED)
    found = {p.kind: p for p in card.problems}
    assert found["duplicates"].rows == (101, 102)
    assert found["conflicts"].rows == (3, 103)
    assert found["near_duplicates"].rows == (105,)
    assert found["duplicates"].remedy == "drop_duplicates"
    assert (card.rows_read, card.rows_used) == (105, 105)


def test_cleaning_does_what_the_card_previewed(settings: Settings) -> None:
    steps = ("drop_duplicates", "drop_near_duplicates", "drop_conflicts")
    dataset = prepared(settings, REPEATED, cleaning=steps)
    assert [(s["step"], s["rows_dropped"]) for s in dataset.card.steps] == list(zip(steps, (2, 1, 2), strict=True))
    assert sorted(set(range(1, 106)) - set(all_rows(dataset).row)) == [3, 101, 102, 103, 105]
    assert kinds(dataset.card, "warn").isdisjoint({"duplicates", "near_duplicates", "conflicts"})


def test_no_text_is_in_two_parts_and_near_duplicates_stay_together(settings: Settings) -> None:
    near = "".join(
        f"the company number {i} said {sentence(i)} as before {w},c0\n" for i in range(30) for w in ("again", "a lot")
    )
    dataset = prepared(settings, REPEATED + near)
    for one, other in combinations(PARTS, 2):
        assert not texts(dataset, one) & texts(dataset, other)
    pairs = all_rows(dataset)
    pairs = pairs[pairs.text.str.startswith("the company number")]
    assert (pairs.groupby(pairs.text.str.split().str[3]).part.nunique() == 1).all()


def test_the_split_is_stratified_and_follows_the_seed_not_the_order(settings: Settings) -> None:
    content = HEADER + rows(300, classes=3)
    dataset = prepared(settings, content)
    assert {p: len(dataset.rows(p)) for p in PARTS} == {"train": 210, "validation": 30, "test": 60}
    assert dataset.card.parts["test"] == {"c0": 20, "c1": 20, "c2": 20}
    lines = content.splitlines(keepends=True)
    turned = prepared(settings, lines[0] + "".join(reversed(lines[1:])))
    assert turned.id != dataset.id
    assert turned.test_id == dataset.test_id
    assert all(texts(turned, p) == texts(dataset, p) for p in PARTS)
    assert prepared(settings, content, split_seed=1).test_id != dataset.test_id


def test_every_class_stands_in_every_part_however_small(settings: Settings) -> None:
    dataset = prepared(
        settings, HEADER + rows(100) + "".join(f"a rare thing number {i * 7919},rare\n" for i in range(3))
    )
    assert all(dataset.card.parts[p]["rare"] == 1 for p in PARTS)


def test_a_test_file_is_the_test_part_and_its_texts_leave_training(settings: Settings) -> None:
    test = stored(settings, HEADER + rows(20, start=90), "test.csv")
    dataset = prepared(settings, HEADER + rows(100), test_raw_id=test.id)
    assert set(dataset.rows("test").source) == {"test"}
    assert list(dataset.rows("test").row) == list(range(1, 21))
    assert len(dataset.rows("train")) + len(dataset.rows("validation")) == 90
    assert not texts(dataset, "test") & (texts(dataset, "train") | texts(dataset, "validation"))
    assert dataset.card.steps == ({"step": "drop_rows_of_the_test_file", "rows_dropped": 10},)
    other = prepared(settings, HEADER + rows(60), test_raw_id=test.id)
    assert other.test_id == dataset.test_id


@pytest.mark.parametrize(("first", "left"), [(0, 0), (10, 10)])
def test_a_test_file_that_leaves_too_little_to_train_on_is_named(settings: Settings, first: int, left: int) -> None:
    test = stored(settings, HEADER + rows(60, start=first), "again.csv")
    with pytest.raises(BadInput, match=rf"in the test file .*csv: {60 - left}; .* too few to train on: {left}\."):
        prepared(settings, HEADER + rows(60), test_raw_id=test.id)


def test_a_test_file_with_other_labels_is_refused(settings: Settings) -> None:
    test = stored(settings, HEADER + "something else,c9\n", "test.csv")
    with pytest.raises(BadInput, match=r"test\.csv has labels that the data has not: c9"):
        prepared(settings, HEADER + rows(100), test_raw_id=test.id)


def test_labels_are_mapped_and_one_mapped_to_nothing_is_left_out(settings: Settings) -> None:
    dataset = prepared(settings, HEADER + rows(90, classes=3), label_map={"c0": "good", "c1": "bad", "c2": ""})
    assert dataset.labels == ("bad", "good")
    assert dataset.card.classes == {"bad": 30, "good": 30}
    assert dataset.card.labels_found == {"c0": 30, "c1": 30, "c2": 30}


def test_labels_that_are_numbers_are_in_the_order_of_numbers(settings: Settings) -> None:
    assert prepared(settings, HEADER + rows(360, classes=12).replace(",c", ",")).labels[:3] == ("0", "1", "2")


def test_personal_data_is_shown_masked_and_masked_away(settings: Settings) -> None:
    personal = "write to jane.doe@example.com or call +358 40 123 4567 or ask @janedoe99,c0\n"
    content = HEADER + rows(60) + personal
    card = checked(settings, content)
    found = {p.kind: p for p in card.problems if p.remedy.startswith("mask:")}
    assert set(found) == {"personal_email", "personal_phone", "personal_account"}
    assert all(p.rows == (61,) for p in found.values())
    assert "jane" not in str(card.to_json())
    masked = prepared(settings, content, masks=("email", "phone", "account"))
    last = all_rows(masked).set_index("row").text[61]
    assert last == "write to [email] or call [phone] or ask [account]"
    assert not any(p.remedy.startswith("mask:") for p in masked.card.problems)


def test_rows_without_text_or_label_are_left_out_with_their_numbers(settings: Settings) -> None:
    card = checked(settings, HEADER + rows(40) + ",c0\nno label here,\n  ,c1\n")
    assert next(p for p in card.problems if p.kind == "missing").rows == (41, 42, 43)
    assert card.rows_used == 40


def test_a_wrong_label_is_suspected(settings: Settings) -> None:
    good = "".join(f"profit rose strongly {sentence(i)},good\n" for i in range(120))
    bad = "".join(f"deep losses mounted {sentence(i)},bad\n" for i in range(200, 320))
    content = HEADER + good + bad + f"deep losses mounted {sentence(999)},good\n"
    found = next(p for p in checked(settings, content).problems if p.kind == "suspects")
    assert found.rows == (241,)
    dataset = prepared(settings, content, cleaning=("drop_suspects",))
    assert dataset.card.steps == ({"step": "drop_suspects", "rows_dropped": 1},)


def test_classes_that_are_small_alike_or_out_of_balance_are_said(settings: Settings) -> None:
    extra = "".join(f"rare one {i * 7919},C0\n" for i in range(4))
    card = checked(settings, HEADER + rows(400) + extra)
    assert {"small_class", "look_alike_labels", "imbalance", "licence_unknown"} <= kinds(card)
    assert not card.blocked


def test_what_the_licence_forbids_is_said(settings: Settings) -> None:
    card = checked(settings, HEADER + rows(60), licence="CC BY-NC 4.0", commercial_use=False)
    assert "non_commercial" in kinds(card, "warn")
    assert (card.licence, card.commercial_use) == ("CC BY-NC 4.0", False)


def test_the_languages_are_told(settings: Settings) -> None:
    french = "".join(f"Le bénéfice de la société numéro {i} a augmenté au troisième trimestre,c0\n" for i in range(40))
    chinese = "".join(f"公司第{i}季度净利润同比增长，好于市场预期,c1\n" for i in range(40))
    card = checked(settings, HEADER + french + chinese)
    assert card.languages == {"fr": 0.5, "zh": 0.5}
    assert "languages" in kinds(card, "warn")


def test_more_rows_than_are_prepared_are_sampled_evenly(settings: Settings) -> None:
    card = check(
        stored(settings, HEADER + "".join(sorted(rows(400).splitlines(keepends=True), key=lambda r: r[-3:]))),
        TextOptions(name="news"),
        replace(settings, data_sample_rows=100),
        usual=USUAL,
    )
    assert (card.rows_read, card.classes) == (400, {"c0": 50, "c1": 50})
    assert "sampled" in kinds(card)


def test_the_card_and_the_options_survive_the_disk(settings: Settings) -> None:
    dataset = prepared(settings, parquet(), "news.parquet")
    card = dataset.card
    assert TextCard.from_json(card.to_json()) == card
    assert dataset.options.dataset_id(dataset.raw_id) == dataset.id
    assert sum(n for _, _, n in card.length_histogram) == card.rows_used
    assert card.length_words["min"] == card.length_words["max"] == 14


def test_progress_rises_and_a_stop_leaves_nothing(settings: Settings) -> None:
    seen: list[float] = []

    def note(fraction: float, phase: Message) -> None:
        seen.append(fraction)

    raw = stored(settings, HEADER + rows(60))
    stop_after: Callable[[], bool] = lambda: len(seen) >= 3  # noqa: E731
    with pytest.raises(Cancelled):
        prepare(raw, TextOptions(name="n"), settings, usual=USUAL, task="t", progress=note, should_stop=stop_after)
    assert seen == sorted(seen)
    assert len(seen) == 3
    assert left_over(settings) == []
