"""From a data set of interactions and a recipe to a trained recommender on disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from engine.datasets.dataset import Dataset
from engine.datasets.interactions.open import Histories, Items, learned_histories, read_histories, read_items, targets
from engine.errors import BadInput
from engine.models.catalog import LocalBackbone
from engine.models.ranking_memory import Size, check
from engine.models.recipes import find_recipe, resolve_options
from engine.tasks.histories import TASK, Catalogue, HistoryEncoder
from engine.training.device import use_threads
from engine.training.progress import Progress, Say
from engine.training.ranking.blending import blend
from engine.training.ranking.cold import text
from engine.training.ranking.data import Log, question
from engine.training.ranking.methods import Job, Made, item_item, popularity
from engine.training.ranking.ranker import Ranker, rank
from engine.training.ranking.stepwise import matrix_factorisation, sequence
from engine.training.recorder import recorded
from engine.training.streams import stream
from engine.training.weights import save_weights

METHODS: dict[str, Callable[[Job], Made]] = {
    "popularity": popularity,
    "item_item": item_item,
    "matrix_factorisation": matrix_factorisation,
    "sequence": sequence,
    "text": text,
    "blend": blend,
}


@dataclass(frozen=True)
class Trained:
    """A trained recommender, in memory and in `folder`."""

    module: Ranker
    """On the processor, in evaluation mode: forward(history, weights, allowed) → items, scores, all_scores."""
    encoder: HistoryEncoder
    labels: tuple[str, ...]
    """Always empty: a recommender has no classes."""
    temperature: float
    best_epoch: int
    validation_score: float
    """nDCG@10 on the validation part, of a model of this kind fitted to the training part alone."""
    trained_on: tuple[str, ...]
    """The parts that the model knows in the end: what is asked of it later starts after them."""
    flops: float
    """Floating-point operations done."""
    seconds: float
    """Wall time of the training, reading the data and writing the model included."""
    folder: Path
    options: dict[str, Any]
    """Every option as used; "chosen" holds what the validation part decided."""

    def ranked(self, histories: Sequence[np.ndarray]) -> np.ndarray:
        """Return (N, K) int64, the item codes that torch recommends after histories of item codes."""
        return rank(self.module, histories)


def train(
    dataset: Dataset,
    recipe: str,
    options: Mapping[str, Any],
    backbone: LocalBackbone | None,
    *,
    seed: int,
    threads: int,
    out: Path,
    say: Say,
    should_stop: Callable[[], bool] = lambda: False,
) -> Trained:
    """Train `recipe` on `dataset` and write the model to `out`.

    Settings are chosen on the validation part by a model that has seen the training part alone; what is kept is then
    fitted to both. Says "phase", "step" and "epoch" through `say`. The same seed, threads and machine give the same
    weights. Raises BadInput for options that do not fit and for what would not fit into memory, before it is built;
    Failure when the loss is no number any more or the disk is full; Cancelled within a second after `should_stop`.
    """
    started = time.monotonic()
    resolved = resolve_options(find_recipe(TASK, recipe), options)
    threads = use_threads(threads)
    description = {"dataset": dataset.id, "recipe": recipe, "seed": seed, "threads": threads, "options": resolved}
    with recorded(out, say, should_stop, **description) as progress:
        progress.phase("read")
        job = _job(dataset, recipe, resolved, backbone, seed, progress)
        progress.phase("fit")
        made = METHODS[recipe](job)
        trained_on = ("train", "validation") if resolved.get("refit", True) else ("train",)
        known = job.everything if "validation" in trained_on else job.train
        module = Ranker(made.scorer, known.counts()).eval()
        encoder = HistoryEncoder(_catalogue(job.items, known), recipe=recipe)
        progress.phase("save")
        save_weights(module, out)
        encoder.save(out)
    return Trained(
        module=module,
        encoder=encoder,
        labels=(),
        temperature=1.0,
        best_epoch=made.best_epoch,
        validation_score=made.validation_score,
        trained_on=trained_on,
        flops=progress.done_flops,
        seconds=time.monotonic() - started,
        folder=out,
        options={**resolved, "chosen": made.chosen},
    )


def _job(
    dataset: Dataset,
    recipe: str,
    options: dict[str, Any],
    backbone: LocalBackbone | None,
    seed: int,
    progress: Progress,
) -> Job:
    items = read_items(dataset)
    before, after = read_histories(dataset, ("train",)), read_histories(dataset, ("validation",))
    learned, everything = learned_histories(dataset, ("train",)), learned_histories(dataset, ("train", "validation"))
    if not len(before.items):
        raise BadInput("The data set {name} has no rows for {part}; prepare it again.", name=dataset.name, part="train")
    size = Size(everything.user_count, everything.item_count, len(everything.items))
    check(recipe, options, size, psutil.virtual_memory().available)
    binary = _binary(options.get("weights", "same"), learned)
    return Job(
        train=Log(learned, binary),
        everything=Log(everything, binary),
        question=question(before, targets(after, before), stream(seed, "question")),
        items=items,
        options=options,
        backbone=backbone,
        seed=seed,
        progress=progress,
    )


def _binary(chosen: str, histories: Histories) -> bool:
    """Return whether every interaction counts the same: as asked, else where all have one weight."""
    return chosen == "same" or (chosen == "auto" and len(np.unique(histories.weights)) < 2)


def _catalogue(items: Items, log: Log) -> Catalogue:
    return Catalogue(
        tuple(map(str, items.ids)),
        tuple(map(str, items.titles)),
        items.categories,
        tuple(int(n) for n in log.counts()),
    )


__all__ = ["METHODS", "Trained", "train"]
