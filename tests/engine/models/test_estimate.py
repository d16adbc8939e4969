from __future__ import annotations

from typing import Any

import pytest

from engine.datasets.texts.options import TextCard
from engine.errors import BadInput
from engine.models.adviser import advise
from engine.models.estimate import FIXED_S, PADDING, estimate, mean_tokens

MEASURED: dict[str, Any] = {
    "layers": 6,
    "load_seconds": 1.0,
    "forward_us_per_token": 60.0,
    "step_us_per_token": 240.0,
    "measured_at": "2026-11-22T00:00:00Z",
}


def card(**changes: Any) -> TextCard:
    values: dict[str, Any] = {
        "rows_read": 1000,
        "rows_used": 1000,
        "encoding": "utf-8",
        "delimiter": ",",
        "columns": ("text", "label"),
        "text_column": "text",
        "label_column": "label",
        "classes": {"good": 600, "bad": 400},
        "length_words": {"mean": 20.0},
        "length_histogram": ((19.0, 21.0, 1000),),
        "languages": {"en": 1.0},
        "problems": (),
        "licence": "",
        "commercial_use": None,
        "synthetic": False,
        "parts": {"train": {"good": 420, "bad": 280}, "validation": {"good": 60, "bad": 40}},
    }
    return TextCard(**{**values, **changes})


def test_full_training_is_steps_times_tokens_times_epochs() -> None:
    # 20 words are 20 * 1.24 + 2 = 26.8 tokens; 700 rows to train on and 100 to validate.
    found = estimate(card(), "full", {"epochs": 2, "pooling": "mean", "patience": 5}, MEASURED)
    train, validation = 700 * 26.8 * PADDING, 100 * 26.8 * PADDING
    assert found.tokens == round(700 * 26.8)
    assert found.seconds == pytest.approx(FIXED_S + 1 + 2 * (240e-6 * train + 60e-6 * validation))
    assert found.low < found.seconds < found.high


def test_fast_takes_a_share_of_it() -> None:
    seconds = {r: estimate(card(), r, {"epochs": 10}, MEASURED).seconds for r in ("fast", "lora", "full")}
    probe = estimate(card(), "probe", {}, MEASURED).seconds
    assert probe < seconds["fast"] < seconds["full"] / 2
    assert seconds["lora"] < seconds["full"]


def test_an_early_stop_is_within_the_range() -> None:
    found = estimate(card(), "full", {"epochs": 50, "patience": 1}, MEASURED)
    assert found.low < found.seconds / 10


def test_the_bag_of_words_needs_no_measurement_and_the_rest_do() -> None:
    assert estimate(card(), "baseline", {}).measured_at == ""
    with pytest.raises(BadInput, match="never timed here"):
        estimate(card(), "fast", {})


def test_texts_longer_than_the_cut_count_as_cut() -> None:
    long = card(length_histogram=((900.0, 1100.0, 10), (9.0, 11.0, 10)))
    assert mean_tokens(long, 128) == pytest.approx((128 + 10 * 1.24 + 2) / 2)


def test_english_is_advised_the_packaged_encoder_first_and_chinese_another() -> None:
    english, chinese = advise(card(), domain=""), advise(card(languages={"zh": 1.0}))
    assert english[0].backbone.id == "minilm-l6"
    assert english[0].here
    assert chinese[0].backbone.id == "bge-small-zh"
    assert not next(a for a in chinese if a.backbone.id == "minilm-l6").usable
    assert all(a.reasons for a in english)


def test_offline_only_what_is_here_can_be_used() -> None:
    assert [a.backbone.id for a in advise(card(), offline=True) if a.usable] == ["minilm-l6"]


def test_a_wish_for_speed_counts_against_large_encoders() -> None:
    def score(latency_ms: float | None) -> float:
        return next(a.score for a in advise(card(), latency_ms=latency_ms) if a.backbone.id == "finbert")

    assert score(5.0) < score(None) < score(100.0)
