"""What tells the best epoch: the scores themselves, and which epoch is kept when they can hardly be told apart."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.models.recipes import find_recipe
from engine.training.device import Device
from engine.training.feed import Vectors
from engine.training.loop import Part, Plan, fit
from engine.training.model import Head
from engine.training.optimise import layer
from engine.training.progress import Progress
from engine.training.score import DOUBT, STEADY_MACRO_F1, Score, cross_entropy, macro_f1, macro_f1_error
from engine.training.streams import stream
from tests.engine.training.conftest import Heard


def test_the_score_and_loss_agree_with_scikit_learn() -> None:
    from sklearn.metrics import f1_score, log_loss

    draw = stream(0, "scores")
    truth, logits = draw.integers(0, 4, 200), draw.normal(size=(200, 4)).astype(np.float32)
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    assert macro_f1(truth, logits) == pytest.approx(f1_score(truth, logits.argmax(1), average="macro"))
    assert cross_entropy(logits, truth) == pytest.approx(log_loss(truth, probabilities), rel=1e-5)


def test_the_standard_error_of_macro_f1_is_how_far_it_spreads() -> None:
    truth, draw = np.repeat([0, 1, 2], [46, 110, 230]), stream(0, "spread")

    def drawn() -> float:
        answers = np.where(draw.random(len(truth)) < 0.8, truth, draw.integers(0, 3, len(truth)))
        return macro_f1(truth, np.eye(3)[answers])

    assert macro_f1_error(truth) == pytest.approx(np.std([drawn() for _ in range(2000)]), rel=0.25)
    assert STEADY_MACRO_F1.doubt(truth) == DOUBT * macro_f1_error(truth) < 0.015
    assert macro_f1_error(np.zeros(0, dtype=np.int64)) == 0.0


@pytest.mark.parametrize(("doubt", "kept"), [(0.0, 1), (0.02, 2)])
def test_of_epochs_that_are_as_good_within_the_doubt_the_last_is_kept(doubt: float, kept: int, heard: Heard) -> None:
    scores = iter([0.80, 0.79, 0.60])
    score = Score("as told", lambda *_: next(scores), lambda _: doubt)
    head = Head(4, 2, 0.0, 0)
    part = Part(Vectors(torch.eye(4)), np.array([0, 1, 0, 1]))
    plan = Plan.of(
        {**find_recipe("text_classification", "probe").defaults, "epochs": 3},
        class_weights=np.ones(2),
        seed=0,
        device=Device("cpu", bf16=False),
        flops_per_token=1.0,
    )
    found = fit(head, [layer(head, 0.01)], part, part, plan, Progress(heard, lambda: False), score)
    assert found.best_epoch == kept
    again = head.eval()(torch.eye(4)).detach().numpy()
    np.testing.assert_allclose(again, found.validation_logits, atol=1e-6)
