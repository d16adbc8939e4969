"""The recipes that learn by steps: a pairwise loss, and a transformer over the order of things."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from torch import nn

from engine.errors import BadInput
from engine.training.loop import seed_dropout
from engine.training.ranking.batches import MOST_READ, MOST_WANTED, left_out, sequences
from engine.training.ranking.data import Log
from engine.training.ranking.factors import Pairwise, Squares, draw_others, linear_start, pairwise_loss
from engine.training.ranking.loop import Plan, Step, fit
from engine.training.ranking.methods import Job, Made, needs_times, squares
from engine.training.ranking.sequence import Sequence, next_loss

STEP_PASSES = 3.0
"""Forward once, backward twice."""


def matrix_factorisation(job: Job) -> Made:
    """Factors, by the loss that was chosen."""
    return squares(job) if job.options["loss"] == "squares" else pairwise(job)


def pairwise(job: Job) -> Made:
    """Item vectors by a pairwise loss, from where least squares ends."""
    options = job.options
    width, others = options["width"], options["negatives"]
    shape = Squares(width, options["unobserved"], options["regularisation"])
    plan = _plan(options, STEP_PASSES * 2.0 * width * (MOST_READ / 4 + others + MOST_WANTED * others / width))

    def start(log: Log) -> tuple[Pairwise, Callable[[], Iterable[Step]]]:
        model = linear_start(log, shape, options["history_power"], job.seed, job.progress)
        batches, draw = left_out(log, options["batch"], job.seed), draw_others(log, others, job.seed)

        def epoch() -> Iterable[Step]:
            for places, weights, taken, kept in batches():
                yield len(places), partial(pairwise_loss, model, places, weights, taken, draw(), kept)

        return model, epoch

    return _twice(job, plan, start, lambda model: model.scorer())


def sequence(job: Job) -> Made:
    """A transformer over histories in the order of time, on top of factors."""
    needs_times(job)
    options = job.options
    width, window, rivals = options["width"], options["window"], options["negatives"]
    if width % options["heads"]:
        raise BadInput(
            "width is {width} and heads is {heads}; give a width that is a multiple of heads.",
            width=width,
            heads=options["heads"],
        )
    shape = Squares(width, options["unobserved"], options["regularisation"])
    typical = float(job.train.histories.lengths.clip(max=window).mean())
    block = 24.0 * width**2 + 4.0 * typical * width
    plan = _plan(options, STEP_PASSES * typical * (options["layers"] * block + 2.0 * width * rivals))

    def start(log: Log) -> tuple[Sequence, Callable[[], Iterable[Step]]]:
        begun = linear_start(log, shape, 1.0, job.seed, job.progress)
        seed_dropout(job.seed)
        sizes = {name: options[name] for name in ("window", "heads", "layers", "dropout")}
        model = Sequence(begun, **sizes)
        batches = sequences(log, window, options["batch"], options["ahead"], job.seed)
        draw = draw_others(log, rivals, job.seed, popular=0.0)

        def epoch() -> Iterable[Step]:
            for places, wanted in batches():
                yield len(places), partial(next_loss, model, places, wanted, draw())

        return model, epoch

    return _twice(job, plan, start, lambda model: model)


def _plan(options: dict[str, Any], flops_per_row: float) -> Plan:
    return Plan(
        epochs=options["epochs"],
        learning_rate=options["learning_rate"],
        weight_decay=options["weight_decay"],
        patience=options["patience"],
        clip=1.0,
        flops_per_row=flops_per_row,
    )


def _twice(
    job: Job,
    plan: Plan,
    start: Callable[[Log], tuple[Any, Callable[[], Iterable[Step]]]],
    scorer_of: Callable[[Any], nn.Module],
) -> Made:
    """Find the best epoch on the validation part; then train for as many epochs on everything, if asked to."""
    users = job.train.users * (2 if job.options["refit"] else 1)
    job.progress.total_flops = plan.flops_per_row * users * plan.epochs
    model, epoch = start(job.train)
    best, score = fit(model, epoch, plan, job.progress, lambda: job.score(scorer_of(model)))
    if job.options["refit"]:
        job.progress.phase("refit")
        model, epoch = start(job.everything)
        fit(model, epoch, replace(plan, epochs=max(1, best)), job.progress, None)
    return Made(scorer_of(model), score, best, {"epochs_run": best})


__all__ = ["matrix_factorisation", "sequence"]
