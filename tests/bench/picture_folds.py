"""Pictures: the AUC that recipes reach in repeated five folds, near duplicates kept together or not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from engine.config import Settings
from engine.datasets.images.near import Groups, difference_hash, grid_of, similar_pairs
from tests.bench import common
from tests.bench.imaging import POSITIVE, data_set, fine_tune, pool

REPEATS = 1 if common.SHORT else 3
FOLDS = 2 if common.SHORT else 5
RECIPES = ("fast",) if common.SHORT else ("baseline", "probe", "fast")
FRACTIONS = (0.872, 0.125, 0.003)
"""What is not held out is learnt from and chosen by, in the shares of a user's own file; a data set without a test
part there is not, so it takes a picture or two of each class."""


def apart(pictures: np.ndarray, classes: np.ndarray, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (the rest, held out) positions of each fold; pictures that are nearly the same stand in one fold.

    So a user's split has them: most such pairs are views of one patient, and a new patient is what a model will meet.
    """
    together = near_duplicates(pictures)
    order = np.random.default_rng(seed).permutation(np.unique(together))
    members = sorted((np.flatnonzero(together == group) for group in order), key=len, reverse=True)
    place, filled = np.empty(len(classes), dtype=int), np.zeros((FOLDS, int(classes.max()) + 1))
    for inside in members:
        counts = np.bincount(classes[inside], minlength=filled.shape[1])
        emptiest = int((filled @ counts).argmin())
        place[inside] = emptiest
        filled[emptiest] += counts
    return _each(place)


def by_lot(pictures: np.ndarray, classes: np.ndarray, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (the rest, held out) positions of each fold, picture by picture within each class.

    So published splits are drawn, the one of MedMNIST among them: what is nearly the same may stand on both sides.
    """
    order, place = np.random.default_rng(seed).permutation(len(pictures)), np.empty(len(classes), dtype=int)
    for label in np.unique(classes):
        inside = order[classes[order] == label]
        place[inside] = np.arange(len(inside)) % FOLDS
    return _each(place)


WAYS: dict[str, Callable[[np.ndarray, np.ndarray, int], Iterator[tuple[np.ndarray, np.ndarray]]]] = {
    "near duplicates in one fold": apart,
    "pictures by lot": by_lot,
}


def _each(place: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for k in range(FOLDS):
        yield np.flatnonzero(place != k), np.flatnonzero(place == k)


def near_duplicates(pictures: np.ndarray) -> np.ndarray:
    """Return (N,) the first of the pictures that each of `pictures` (N, H, W) is nearly the same as."""
    hashes = np.array([difference_hash(picture) for picture in pictures], dtype=np.uint64)
    groups = Groups(len(pictures))
    for one, other in similar_pairs(hashes, np.stack([grid_of(picture) for picture in pictures])).tolist():
        groups.join(one, other)
    return np.array([groups.root(place) for place in range(len(pictures))])


def judged(trained: Any, out: Path, pictures: np.ndarray, classes: np.ndarray) -> dict[str, float]:
    """Return AUC of the positive class and accuracy of the exported model on `pictures` (N, H, W) it never met."""
    from engine.serving.runtime import PictureModel
    from engine.tasks.bootstrap import auc_of
    from engine.training.images.export import export_fp32

    served = PictureModel.load(export_fp32(trained, out / "onnx" / "fp32"))
    answers, looked_for = served.probabilities(list(pictures)), trained.labels.index(POSITIVE)
    truth = np.array([trained.labels.index(str(value)) for value in classes])
    area = auc_of(answers[:, looked_for], truth == looked_for)(np.ones((1, len(truth))))[0]
    return {"auc": float(area), "accuracy": float((answers.argmax(1) == truth).mean())}


def measure(way: str, home: Path) -> list[dict[str, Any]]:
    """Return the figures of each repeat, fold and recipe, and print their mean and spread."""
    pictures, classes, source = pool()
    settings, found = Settings(home=home, offline=True), []
    for repeat in range(REPEATS):
        for k, (rest, held) in enumerate(WAYS[way](pictures, classes, repeat)):
            dataset = data_set(settings, pictures[rest], classes[rest], fractions=FRACTIONS)
            for recipe in RECIPES if repeat == 0 else ("fast",):
                trained, seconds = fine_tune(dataset, recipe, home / "out", settings, seed=repeat, threads=1)
                figures = judged(trained, home / "out", pictures[held], classes[held])
                found.append({"way": way, "repeat": repeat, "fold": k, "recipe": recipe, **seconds, **figures})
                print({k: round(v, 4) if isinstance(v, float) else v for k, v in found[-1].items()}, flush=True)
    print(f"\n{REPEATS} × {FOLDS} folds of {len(classes)} pictures, {source}, {way}; served ONNX model")
    common.table(["recipe", "AUC", "± std", "accuracy", "processor s"], [_row(r, found) for r in RECIPES])
    return found


def _row(recipe: str, found: list[dict[str, Any]]) -> list[Any]:
    own = [f for f in found if f["recipe"] == recipe]
    auc, accuracy, seconds = ([f[name] for f in own] for name in ("auc", "accuracy", "processor_seconds"))
    return [recipe, float(np.mean(auc)), float(np.std(auc)), float(np.mean(accuracy)), float(np.mean(seconds))]


def main() -> None:
    home = common.OUT / "picture_folds"
    shutil.rmtree(home, ignore_errors=True)
    before = common.noise()
    # One thread a training, and both ways side by side: what is asked for is the AUC, not how long it takes.
    with ProcessPoolExecutor(len(WAYS), get_context("spawn")) as pool_of_ways:
        homes = [home / str(number) for number in range(len(WAYS))]
        found = [figures for each in pool_of_ways.map(measure, WAYS, homes) for figures in each]
    print(f"processor noise {before:.0%}")
    common.save("picture_folds", {"source": pool()[2], "folds": found, "noise": before})


if __name__ == "__main__":
    main()
