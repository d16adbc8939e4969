"""One exported model, ready to answer: texts or pictures in, probabilities out. No torch, no transformers.

Inputs are encoded together, sorted by length, cut into batches and padded only as far as their longest row. That made
int8 17 to 20 % faster than padding to a multiple of 16; only training needs few shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from engine.serving.binding import fetch
from engine.serving.model import BATCH, ServedModel
from engine.serving.recommender import Recommender
from engine.tasks.encoder import TensorSpec, read_task
from engine.tasks.text_classification import decode

WINDOW = 4096
"""Inputs encoded at once, so that memory does not grow with the length of a list."""


class Classifier(ServedModel):
    """A model that gives each input a probability for each class."""

    window: ClassVar[int] = WINDOW
    """Inputs encoded at once."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes in the order of the columns."""
        return tuple(self.encoder.labels)

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        classes = len(self.labels)
        return (
            TensorSpec("label", "BYTES", ()),
            TensorSpec("probabilities", "FP64", (classes,)),
            TensorSpec("logits", "FP32", (classes,)),
        )

    @property
    def default_outputs(self) -> tuple[str, ...]:
        return "label", "probabilities"

    def probabilities(self, inputs: Sequence[Any], *, batch: int = BATCH) -> np.ndarray:
        """Return (N, C) float64, rows in the order of `inputs`, each summing to 1; empty for none."""
        return decode(self.answer(inputs, batch=batch), self.encoder.temperature)

    def answer(self, inputs: Sequence[Any], *, batch: int = BATCH) -> np.ndarray:
        """Return logits (N, C) float32, rows in the order of `inputs`: what people give, as texts."""
        answers = np.empty((len(inputs), len(self.labels)), dtype=np.float32)
        for start in range(0, len(inputs), self.window):
            rows = self.encoder.rows(inputs[start : start + self.window])
            for chosen in _batches([self.encoder.row_length(row) for row in rows], batch):
                answers[start + chosen] = self.logits(self.encoder.collate([rows[i] for i in chosen], multiple=1))
        return answers

    def logits(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return (B, C) float32 for encoded `inputs`, each (B, …)."""
        return fetch(self.session, ["logits"], inputs)[0]

    def run(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {"logits": self.logits(tensors)}

    def values(self, name: str, answered: Mapping[str, np.ndarray]) -> Any:
        """Return output `name` of logits (N, C): labels, probabilities or the logits."""
        logits = answered["logits"]
        if name == "logits":
            return logits
        if name == "label":
            return [self.labels[int(place)] for place in logits.argmax(axis=1)]
        return decode(logits, self.encoder.temperature)


class PictureModel(Classifier):
    """A classifier of pictures, whose graph also gives maps: what each place adds to each class's logit."""

    window: ClassVar[int] = 64

    def logits(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return (B, C) float32; what only the maps need is not computed."""
        return self._fetched("logits", inputs)

    def maps(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return (B, C, h, w) float32 for encoded pictures; the mean of a map is its logit."""
        return self._fetched("maps", inputs)

    @property
    def explanations(self) -> tuple[TensorSpec, ...]:
        return tuple(output for output in self.encoder.outputs if output.name == "maps")

    def explained(self, name: str, tensors: Mapping[str, np.ndarray]) -> np.ndarray:
        return self._fetched(name, tensors)

    def _fetched(self, name: str, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        from onnxruntime import RunOptions

        options = RunOptions()
        options.only_execute_path_to_fetches = True
        return fetch(self.session, [name], inputs, options)[0]


RUNTIMES: dict[str, type[ServedModel]] = {
    "ranking": Recommender,
    "text_classification": Classifier,
    "image_classification": PictureModel,
}
"""How the models of each task answer: one line a task."""


def load_model(folder: Path, *, threads: int = 0, require_gpu: bool = False) -> ServedModel:
    """Return the model in `folder` as its task has it. Raises what `ServedModel.load` raises."""
    return RUNTIMES[read_task(folder)["task"]].load(folder, threads=threads, require_gpu=require_gpu)


def _batches(lengths: Sequence[int], size: int) -> Iterator[np.ndarray]:
    """Yield the positions of each batch, longest rows first: the largest memory is asked for at once and used again."""
    order = np.argsort([-length for length in lengths], kind="stable")
    for start in range(0, len(order), size):
        yield order[start : start + size]


__all__ = ["BATCH", "RUNTIMES", "WINDOW", "Classifier", "PictureModel", "Recommender", "ServedModel", "load_model"]
