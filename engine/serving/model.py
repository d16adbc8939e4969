"""What every loaded model offers, whatever its task. No torch, no transformers."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from engine.errors import BreakevenError
from engine.serving.providers import CPU
from engine.serving.sessions import lanes, open_session
from engine.tasks import TASKS
from engine.tasks.encoder import Encoder, TensorSpec, read_task

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

log = logging.getLogger("breakeven.inference")
BATCH = 16
"""Rows a batch: beyond it activations outgrow a core's cache and throughput falls."""


@dataclass(frozen=True)
class ServedModel(ABC):
    """A session over the graph in a model folder and the encoder beside it; how it answers depends on the task."""

    folder: Path
    session: InferenceSession
    encoder: Encoder
    loaded_ns: int = 0
    """When the graph was read: nanoseconds since the epoch."""

    @classmethod
    def load(cls, folder: Path, *, threads: int = 0, require_gpu: bool = False) -> Self:
        """Return the model in `folder` (graph, task.json, vocabulary). `threads` 0 means one a physical core.

        Raises NotFound or BadInput when something is missing, Failure when the graph cannot be loaded or a GPU is
        required and not used.
        """
        encoder = TASKS[read_task(folder)["task"]].load_encoder(folder)
        began_ns = time.time_ns()
        session = open_session(
            folder / "1" / "model.onnx",
            {tensor.name: tensor.shape for tensor in encoder.tensors},
            longest=getattr(encoder, "max_tokens", 0),
            threads=threads,
            require_gpu=require_gpu,
        )
        return cls(folder, session, encoder, began_ns)

    @property
    def precision(self) -> str:
        """What the folder is called: "fp32", "fp16", "int8"."""
        return self.folder.name

    @property
    def provider(self) -> str:
        """The execution provider really used."""
        return str(self.session.get_providers()[0])

    @property
    def size_bytes(self) -> int:
        """Size of the graph on disk."""
        return (self.folder / "1" / "model.onnx").stat().st_size

    @property
    def limits(self) -> dict[str, Any]:
        """What its metadata says of the inputs it takes."""
        most = getattr(self.encoder, "max_tokens", 0)
        return {"max_tokens": most} if most else {}

    @property
    @abstractmethod
    def outputs(self) -> tuple[TensorSpec, ...]:
        """What it can be asked for; the shapes leave out the batch."""

    @property
    @abstractmethod
    def default_outputs(self) -> tuple[str, ...]:
        """What it answers when nothing is named."""

    @abstractmethod
    def answer(self, inputs: Sequence[Any], *, batch: int = BATCH) -> Any:
        """Return what the graph gives for `inputs` as people give them, in their order."""

    @property
    def batch_rows(self) -> int:
        """Rows that are computed together at most."""
        return BATCH

    @abstractmethod
    def run(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return what the graph gives for one batch of encoded `tensors`: name → (rows, …)."""

    def run_rows(self, rows: Sequence[Any]) -> dict[str, np.ndarray]:
        """Return what `run` does for rows as the encoder gives them, which are padded together."""
        return self.run(self.encoder.collate(rows, multiple=1))

    @abstractmethod
    def values(self, name: str, answered: Mapping[str, np.ndarray]) -> Any:
        """Return output `name` of what `run` returned: an array, or strings."""

    @cached_property
    def beside(self) -> Self:
        """The same model for when several batches are computed at once, each on a core of its own.

        Batches side by side need not wait for each other at every operator, as threads of one batch do; alone, one
        batch is faster on every core. On a GPU there is nothing to share out. A graph that was changed since it was
        checked and read is not read again.
        """
        threads, file = self.session.get_session_options().intra_op_num_threads, self.folder / "1" / "model.onnx"
        if self.provider != CPU or threads == 1:
            return self
        try:
            if file.stat().st_ctime_ns > self.loaded_ns:
                return self
            return replace(self, session=open_session(file, threads=threads // lanes(threads)))
        except (OSError, BreakevenError) as error:
            log.warning("no second session", extra={"model": str(self.folder), "reason": str(error)})
            return self

    @property
    def explanations(self) -> tuple[TensorSpec, ...]:
        """What it can be asked for besides, to explain an answer; computed only then."""
        return ()

    def explained(self, name: str, tensors: Mapping[str, np.ndarray]) -> np.ndarray:  # noqa: ARG002
        """Return explanation `name`, one of `explanations`, for one batch of encoded `tensors`."""
        raise KeyError(name)
