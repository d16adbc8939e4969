"""Pictures: how long `fast` takes for 4,700 of them, and how fast they are served."""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from engine.config import Settings
from engine.datasets.dataset import Dataset
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.prepare import prepare
from engine.datasets.raw import add_raw
from tests.bench import common

BREASTMNIST = common.DEV_DATA / "breastmnist_train_val.npz"
POSITIVE = "0"
PICTURES = 400 if common.SHORT else 4700
ROUNDS = 1 if common.SHORT else 5
SERVED = 64 if common.SHORT else 624
BATCH = 16


def pool() -> tuple[np.ndarray, np.ndarray, str]:
    """Return pictures (N, 28, 28), classes (N,) and where they come from: BreastMNIST, else generated phantoms."""
    if BREASTMNIST.exists():
        with np.load(BREASTMNIST, allow_pickle=False) as file:
            parts = [(file[f"{part}_images"], file[f"{part}_labels"].ravel()) for part in ("train", "val")]
        pictures, classes = (np.concatenate(both) for both in zip(*parts, strict=True))
        source = BREASTMNIST.name
    else:
        pictures, classes = phantoms(200 if common.SHORT else 600)
        source = "generated phantoms (synthetic)"
    return (pictures[:160], classes[:160], source) if common.SHORT else (pictures, classes, source)


def phantoms(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return speckled pictures (N, 28, 28) uint8, half of them with a dark disc, and their classes: 0 has the disc."""
    draw = np.random.default_rng(0)
    y, x = np.mgrid[:28, :28]
    classes = np.arange(count) % 2
    pictures = draw.gamma(4.0, 25.0, (count, 28, 28))
    for picture in (p for p, c in zip(pictures, classes, strict=True) if c == 0):
        row, column = draw.uniform(8, 20, 2)
        picture[(y - row) ** 2 + (x - column) ** 2 < draw.uniform(9, 30)] *= 0.4
    return pictures.clip(0, 255).astype(np.uint8), classes


def data_set(settings: Settings, pictures: np.ndarray, classes: np.ndarray, **choices: Any) -> Dataset:
    """Return a stored data set of `pictures`; `choices` are further ones of ImageOptions."""
    raw = add_raw(_npz(pictures, classes), "pictures.npz", settings)
    options = ImageOptions("bench", positive=POSITIVE, modality="ultrasound", **choices)
    return prepare(raw, options, settings, task="image_classification")


def _npz(pictures: np.ndarray, classes: np.ndarray) -> io.BytesIO:
    file = io.BytesIO()
    np.savez(file, train_images=pictures, train_labels=classes[:, None])
    file.seek(0)
    return file


def fine_tune(
    dataset: Dataset, recipe: str, out: Path, settings: Settings, *, seed: int = 0, threads: int = 0
) -> tuple[Any, dict[str, float]]:
    """Train as a run does; return what was trained and the seconds it took."""
    from engine.models.catalog import resolve
    from engine.training.images.train import train

    backbone = resolve("efficientnet-lite0", settings)
    cpu, wall = time.process_time(), time.perf_counter()
    trained = train(
        dataset, recipe, {}, backbone, seed=seed, threads=threads, out=out / "model", say=lambda event, **values: None
    )
    return trained, {"seconds": time.perf_counter() - wall, "processor_seconds": time.process_time() - cpu}


def measure_time(home: Path) -> dict[str, float]:
    """Return how long `fast` takes on 4,700 generated pictures to train on."""
    pictures, classes = phantoms(round(PICTURES / 0.7))
    settings = Settings(home=home, offline=True)
    trained, figures = fine_tune(data_set(settings, pictures, classes), "fast", home / "many", settings)
    print(
        f"{PICTURES} pictures to train on with fast: {figures['seconds']:.0f} s, {figures['processor_seconds']:.0f} s "
        f"of processor time on {psutil.cpu_count(logical=False)} cores; views {trained.options['views']}, "
        f"epochs {trained.options['epochs']}"
    )
    return figures


def measure_serving(home: Path) -> dict[str, dict[str, float]]:
    """Return pictures a second, decoding included, and accuracy beside them, of ONNX and of torch eager."""
    from engine.serving.runtime import PictureModel
    from engine.tasks.image_classification import pictures_of
    from engine.training.images.export import export
    from engine.training.images.gate import check

    pictures, classes, _ = pool()
    settings = Settings(home=home, offline=True)
    dataset = data_set(settings, pictures, classes)
    trained, _ = fine_tune(dataset, "fast", home / "served", settings)
    parts = {part: list(pictures_of(dataset, part)) for part in ("train", "validation", "test")}
    folders = export(trained, home / "served" / "onnx", parts["train"])
    place = {label: i for i, label in enumerate(dataset.labels)}
    rows = {"validation": dataset.rows("validation"), "test": dataset.rows("test")}
    truths = {part: np.array([place[label] for label in found["label"]]) for part, found in rows.items()}
    gate = check(trained, folders, parts["validation"], truths["validation"])
    print(gate.to_json())
    models = {name: PictureModel.load(folder) for name, folder in folders.items() if folder.exists()}
    answers: dict[str, Callable[[Sequence[bytes]], np.ndarray]] = {
        name: lambda files, model=model: model.answer(files, batch=BATCH)  # type: ignore[misc]
        for name, model in models.items()
    }
    found = in_turns({**answers, "torch eager": trained.logits}, parts["test"], truths["test"])
    common.table(
        ["what", "pictures/s", "accuracy"], [[n, f["pictures_per_second"], f["accuracy"]] for n, f in found.items()]
    )
    return found


def in_turns(
    answers: dict[str, Callable[[Sequence[bytes]], np.ndarray]], files: list[bytes], truth: np.ndarray
) -> dict[str, dict[str, float]]:
    """Return name → pictures a second (median round) and accuracy; each round asks everyone once."""
    many = [files[i % len(files)] for i in range(SERVED)]
    seconds: dict[str, list[float]] = {name: [] for name in answers}
    for answer in answers.values():
        answer(many[:BATCH])
    for _ in range(ROUNDS):
        for name, answer in answers.items():
            started = time.perf_counter()
            answer(many)
            seconds[name].append(time.perf_counter() - started)
    return {
        name: {
            "pictures_per_second": len(many) / float(np.median(seconds[name])),
            "accuracy": float((answer(files).argmax(1) == truth).mean()),
        }
        for name, answer in answers.items()
    }


def main() -> None:
    home = common.OUT / "imaging"
    shutil.rmtree(home, ignore_errors=True)
    before = common.noise()
    result = {"time": measure_time(home), "serving": measure_serving(home), "noise": before}
    print(f"processor noise {before:.0%}")
    common.save("imaging", result)


if __name__ == "__main__":
    main()
