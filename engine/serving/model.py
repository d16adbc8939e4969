"""What every loaded model offers, whatever its task. No torch, no transformers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from engine.serving.sessions import open_session
from engine.tasks import TASKS
from engine.tasks.encoder import Encoder, TensorSpec, read_task

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

BATCH = 16
"""Rows a batch: beyond it activations outgrow a core's cache and throughput falls."""


@dataclass(frozen=True)
class ServedModel(ABC):
    """A session over the graph in a model folder and the encoder beside it; how it answers depends on the task."""

    folder: Path
    session: InferenceSession
    encoder: Encoder

    @classmethod
    def load(cls, folder: Path, *, threads: int = 0, require_gpu: bool = False) -> Self:
        """Return the model in `folder` (graph, task.json, vocabulary). `threads` 0 means one a physical core.

        Raises NotFound or BadInput when something is missing, Failure when the graph cannot be loaded or a GPU is
        required and not used.
        """
        encoder = TASKS[read_task(folder)["task"]].load_encoder(folder)
        session = open_session(folder / "1" / "model.onnx", threads=threads, require_gpu=require_gpu)
        return cls(folder, session, encoder)

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

    @abstractmethod
    def run(self, tensors: Mapping[str, np.ndarray]) -> Any:
        """Return what the graph gives for one batch of encoded `tensors`."""

    @abstractmethod
    def values(self, name: str, answered: Any) -> Any:
        """Return output `name` of what `answer` or `run` returned: an array, or strings."""

    @property
    def explanations(self) -> tuple[TensorSpec, ...]:
        """What it can be asked for besides, to explain an answer; computed only then."""
        return ()

    def explained(self, name: str, tensors: Mapping[str, np.ndarray]) -> np.ndarray:  # noqa: ARG002
        """Return explanation `name`, one of `explanations`, for one batch of encoded `tensors`."""
        raise KeyError(name)
