from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, ndcg_score

from engine.errors import BadInput
from engine.tasks.histories import Catalogue, HistoryEncoder
from engine.tasks.ranked import FIGURES, Targets, hits, ndcg, per_user
from engine.tasks.ranking_judge import judge_ranking

ITEMS = 40


def _case(seed: int, people: int = 60) -> tuple[np.ndarray, list[list[int]]]:
    """Return full rankings of the catalogue (N, I) and what each person took."""
    draw = np.random.default_rng(seed)
    lists = np.stack([draw.permutation(ITEMS) for _ in range(people)])
    taken = [draw.choice(ITEMS, int(draw.integers(1, 25)), replace=False).tolist() for _ in range(people)]
    return lists, taken


def _by_hand(shown: list[int], taken: set[int], k: int) -> dict[str, float]:
    """The definitions again, item by item, as the literature words them."""
    gain, ideal, right, precisions, first = 0.0, 0.0, 0, 0.0, 0
    for place, item in enumerate(shown[:k], start=1):
        if item in taken:
            right += 1
            gain += 1.0 / math.log2(place + 1)
            precisions += right / place
            first = first or place
    for place in range(1, min(k, len(taken)) + 1):
        ideal += 1.0 / math.log2(place + 1)
    return {
        "ndcg": gain / ideal,
        "recall": right / len(taken),
        "precision": right / k,
        "map": precisions / min(k, len(taken)),
        "hit_rate": float(right > 0),
        "mrr": 1.0 / first if first else 0.0,
    }


@pytest.mark.parametrize("k", [1, 5, 10, 30])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_figures_equal_another_implementation(seed: int, k: int) -> None:
    lists, taken = _case(seed)
    targets = Targets.of(taken)
    found = per_user(hits(lists, targets), targets.counts, k)
    for row, (shown, wanted) in enumerate(zip(lists.tolist(), taken, strict=True)):
        expected = _by_hand(shown, set(wanted), k)
        np.testing.assert_allclose(found[row], [expected[f] for f in FIGURES], atol=1e-12)


def test_ndcg_and_average_precision_equal_scikit_learn() -> None:
    lists, taken = _case(3)
    targets = Targets.of(taken)
    truth, scores = np.zeros(lists.shape), np.zeros(lists.shape)
    for row, wanted in enumerate(taken):
        truth[row, wanted] = 1
        scores[row, lists[row]] = -np.arange(ITEMS)
    assert ndcg(lists, targets) == pytest.approx(ndcg_score(truth, scores, k=10))
    everything = per_user(hits(lists, targets), targets.counts, ITEMS)[:, FIGURES.index("map")]
    expected = [average_precision_score(t, s) for t, s in zip(truth, scores, strict=True)]
    np.testing.assert_allclose(everything, expected)


def test_empty_places_are_misses_and_people_without_targets_are_no_figure() -> None:
    lists = np.array([[3, -1, -1], [-1, -1, -1], [0, 1, 2]])
    targets = Targets.of([[3, 5], [1], []])
    found = per_user(hits(lists, targets), targets.counts, 3)
    assert found[0].tolist() == pytest.approx([1 / (1 + 1 / math.log2(3)), 0.5, 1 / 3, 0.5, 1.0, 1.0])
    assert found[1].tolist() == [0.0] * 6
    assert np.isnan(found[2]).all()


def _judged(lists: np.ndarray, popular: np.ndarray, taken: list[list[int]], **changes: Any) -> dict[str, Any]:
    counts = np.arange(ITEMS, 0, -1)
    given: dict[str, Any] = {
        "item_counts": counts,
        "users": 100,
        "history_lengths": np.arange(len(lists)) % 20,
        "seed": 0,
        "resamples": 500,
    }
    return judge_ranking(lists, Targets.of(taken), popular, **{**given, **changes})


def test_the_judge_says_how_good_how_sure_and_against_what() -> None:
    lists, taken = _case(4)
    for row, wanted in enumerate(taken[:40]):  # a model that knows two thirds of the people
        lists[row] = np.concatenate([wanted, np.setdiff1d(lists[row], wanted)])
    popular = np.tile(np.arange(ITEMS), (len(lists), 1))
    found = _judged(lists, popular, taken)
    assert found["rows"] == 60
    for figure in FIGURES:
        name = f"{figure}_at_10"
        mine, theirs, gap = (found[b][name] for b in ("metrics", "popularity", "against_popularity"))
        assert mine["low"] <= mine["value"] <= mine["high"]
        assert gap["value"] == pytest.approx(mine["value"] - theirs["value"])
    assert found["against_popularity"]["ndcg_at_10"]["low"] > 0
    spread = per_user(hits(lists, Targets.of(taken)), Targets.of(taken).counts, 10)[:, 0].std() / math.sqrt(60)
    interval = found["metrics"]["ndcg_at_10"]
    assert interval["high"] - interval["low"] == pytest.approx(2 * 1.96 * spread, rel=0.15)
    assert [entry["k"] for entry in found["by_k"]] == [1, 5, 10, 20]
    assert sum(entry["rows"] for entry in found["slices"]) == 60
    assert found["slices"][0]["from"] == 0


def test_the_judge_describes_the_lists_beside_the_data() -> None:
    lists = np.tile(np.arange(10), (50, 1))
    found = _judged(lists, lists, [[1, 39]] * 50)["catalogue"]
    assert found["coverage"] == 10 / ITEMS
    assert found["head_items"] == 4
    assert found["head_share"]["value"] == pytest.approx(0.4)
    assert found["targets_head_share"] == 0.5
    expected = -np.log2(np.arange(ITEMS, 30, -1) / 100).mean()
    assert found["novelty"]["value"] == pytest.approx(expected)
    counts = np.arange(ITEMS, 0, -1)
    assert found["data_head_share"] == pytest.approx(counts[:4].sum() / counts.sum())


def test_a_thousand_times_as_many_people_give_the_same_interval_without_resampling() -> None:
    lists, taken = _case(5)
    few = _judged(np.tile(lists, (10, 1)), np.tile(lists, (10, 1)), taken * 10)
    many = _judged(np.tile(lists, (200, 1)), np.tile(lists, (200, 1)), taken * 200)
    width = [m["metrics"]["ndcg_at_10"]["high"] - m["metrics"]["ndcg_at_10"]["low"] for m in (few, many)]
    assert width[0] / width[1] == pytest.approx(math.sqrt(20), rel=0.2)


def test_the_judge_says_who_is_left_out() -> None:
    lists, taken = _case(6, people=20)
    found = _judged(lists, lists, [[], *taken[1:]])
    said = " ".join(note["text"] for note in found["notes"])
    assert found["rows"] == 19
    assert "took nothing" in said
    assert "no history" not in said or found["slices"][0]["from"] == 0
    with pytest.raises(BadInput, match="Nobody in the test part took anything"):
        _judged(lists, lists, [[]] * 20)


def test_an_encoder_reads_what_it_knows_and_comes_back_from_disk(tmp_path: Path) -> None:
    catalogue = Catalogue(("007", "7", "🍵"), ("Bond", "", "Tea"), (("film",), (), ("tea", "hot")), (5, 0, 2))
    encoder = HistoryEncoder(catalogue, max_history=2, recipe="item_item")
    histories = [["7", "who", "007", "7"], [], ["🍵", "7", "007"]]
    assert [row.tolist() for row in encoder.rows(histories)] == [[0, 1], [], [1, 0]]
    assert encoder.unknown(histories) == [3, 0, 1], "nobody took 7"
    assert encoder.encode(histories)["history"].tolist() == [[0, 1], [-1, -1], [1, 0]]
    assert encoder.encode([[]])["history"].tolist() == [[-1]]
    encoder.save(tmp_path)
    again = HistoryEncoder.load(tmp_path)
    assert again.items == catalogue
    assert (again.max_history, again.recipe, again.top) == (2, "item_item", 3)
    assert again.items.title(1) == "7"
    (tmp_path / "items.parquet").unlink()
    with pytest.raises(BadInput, match=r"items\.parquet"):
        HistoryEncoder.load(tmp_path)
