"""Models that can be asked, by endpoint or run: checked, loaded when first needed, put away when there are too many."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine.config import Settings
from engine.errors import NotFound
from engine.serving.asked import current
from engine.serving.live import Live
from engine.serving.providers import CPU
from engine.serving.published import (
    HALF,
    SERVED,
    Published,
    check_hashes,
    is_run_id,
    published,
    published_runs,
    served_precision,
)
from engine.serving.runtime import ServedModel, load_model
from engine.tasks.encoder import TensorSpec

log = logging.getLogger("breakeven.inference")
BUDGET_BYTES = 1 << 30
"""Graphs on disk that may be loaded at once for runs asked by their id; in memory they take about as much again. The
one in use always may, and what endpoints send traffic to always stays."""


@dataclass(frozen=True)
class Loaded:
    """A model in memory, under the name it was asked by."""

    name: str
    """An endpoint, or a run's id."""
    model: ServedModel
    versions: tuple[str, ...]
    version: str = SERVED
    """Which of them answers: of an endpoint its number, of a run "1" or a precision."""
    run_id: str = ""

    def metadata(self) -> dict[str, Any]:
        """Return the model metadata of the Open Inference Protocol; `parameters` say how it really runs."""
        encoder = self.model.encoder
        tensors = [{**_described(t), "optional": True} for t in encoder.tensors if t.name != encoder.takes]
        return {
            "name": self.name,
            "versions": list(self.versions),
            "platform": "onnxruntime_onnx",
            "inputs": [{"name": encoder.takes, "datatype": "BYTES", "shape": [-1]}, *tensors],
            "outputs": [_described(t) for t in self.model.outputs],
            "parameters": {
                "run": self.run_id,
                "labels": list(encoder.labels),
                "precision": self.model.precision,
                "provider": self.model.provider,
                **self.model.limits,
            },
        }


def _described(tensor: TensorSpec) -> dict[str, Any]:
    return {"name": tensor.name, "datatype": tensor.datatype, "shape": [-1, *tensor.shape]}


def _noted(found: Loaded) -> Loaded:
    """Note for the meter which model answers, and return it."""
    asked = current()
    asked.model, asked.version, asked.run_id = found.name, found.version, found.run_id
    asked.precision = found.model.precision
    return found


class ModelStore:
    """Loaded models by run and precision, least recently used first, and endpoints over them. Any thread may ask."""

    def __init__(self, settings: Settings, *, budget_bytes: int = BUDGET_BYTES) -> None:
        self._runs = settings.workspace.runs
        self._threads = settings.threads
        self._require_gpu = settings.require_gpu
        self._budget_bytes = budget_bytes
        self._loaded: OrderedDict[tuple[str, str], ServedModel] = OrderedDict()
        self._meant: dict[tuple[str, str], tuple[Published, tuple[str, ...]]] = {}
        """Run and version → what that is and which versions there are, so that a request does not read the disk."""
        self._lock = threading.Lock()
        self._loading = threading.Lock()
        self.live = Live(settings, self._open)

    def get(self, name: str, version: str = "") -> Loaded:
        """Return the model, loading it when it is not in memory; without a version, the endpoint's traffic decides.

        Raises NotFound for an unknown name or version, Failure when its files are not what was published.
        """
        if (live := self.live.find(name)) is not None:
            chosen = live.choose(version, current().sticky)
            model = self.live.model(live, chosen)
            return _noted(Loaded(live.name, model, live.numbers, chosen.number, chosen.run_id))
        key = (name.upper(), version or SERVED)
        if (meant := self._meant.get(key)) is None:
            found = self._really(self._published(name, version), key[1])
            meant = self._meant[key] = (found, (SERVED, *found.precisions))
        return _noted(Loaded(key[0], self._open(meant[0]), meant[1], key[1], key[0]))

    def load(self, name: str) -> None:
        """Load what `name` answers with now, and take up what changed. Raises as `get`, and the reason why a change of
        an endpoint could not be taken up; it answers as before then."""
        if self.live.find(name) is not None:
            self.live.refresh(name)
        self.get(name)

    def drop(self, name: str) -> None:
        """Forget a model; it is loaded again when asked."""
        runs = self.live.forget(name) or {name.upper()}
        with self._lock:
            for key in [k for k in self._loaded if k[0] in runs]:
                del self._loaded[key]
            self._meant = {key: meant for key, meant in self._meant.items() if key[0] not in runs}

    def loaded(self) -> list[Loaded]:
        """Return what is in memory: what runs by their id, least recently used first, and what endpoints hold."""
        with self._lock:
            runs = [Loaded(run_id, model, (), SERVED, run_id) for (run_id, _), model in self._loaded.items()]
        held = [Loaded(name, model, (), v.number, v.run_id) for name, v, model in self.live.held()]
        return [*runs, *held]

    def published(self) -> Iterator[tuple[str, str]]:
        """Yield (run id, precision served) of every run that can be asked by its id, oldest first."""
        return published_runs(self._runs)

    def check(self, name: str, version: str = "") -> None:
        """Raise NotFound when there is no such model; it is not loaded."""
        if (live := self.live.find(name)) is not None:
            live.choose(version)
        else:
            self._published(name, version)

    def known(self, name: str) -> str:
        """Return the name of an endpoint or run as it is kept, or "" when there is no such model. Never raises."""
        if (live := self.live.known(name)) is not None:
            return live.name
        is_run = is_run_id(name) and (self._runs / name.upper() / "published.json").exists()
        return name.upper() if is_run else ""

    def _published(self, name: str, version: str) -> Published:
        if not is_run_id(name):
            raise NotFound(
                "There is no model {name}; GET /v2/repository/index and `python -m engine compare` name what there is.",
                name=name[:64],
            )
        return published(self._runs, name.upper(), version or SERVED)

    def _really(self, found: Published, version: str) -> Published:
        """Return what answers for a run: fp16 only where its session really runs on a GPU, unless it was asked for."""
        if version != SERVED or found.precision != HALF or self._open(found).provider != CPU:
            return found
        log.warning("CUDA does not start; fp16 gives way", extra={"model": found.run.run_id})
        return replace(found, precision=served_precision(found.attempt))

    def _open(self, found: Published) -> ServedModel:
        """Return the model of a run in one precision, from memory or checked and loaded."""
        key = (found.run.run_id, found.precision)
        if (model := self._found(key)) is not None:
            return model
        with self._loading:
            return self._found(key) or self._load(key, found)

    def _found(self, key: tuple[str, str]) -> ServedModel | None:
        with self._lock:
            if key in self._loaded:
                self._loaded.move_to_end(key)
            return self._loaded.get(key)

    def _load(self, key: tuple[str, str], found: Published) -> ServedModel:
        check_hashes(found)
        model = load_model(found.folder, threads=self._threads, require_gpu=self._require_gpu)
        log.info("model loaded", extra={"model": key[0], "precision": key[1]})
        with self._lock:
            self._loaded[key] = model
            while len(self._loaded) > 1 and sum(m.size_bytes for m in self._loaded.values()) > self._budget_bytes:
                (name, precision), _ = self._loaded.popitem(last=False)
                log.info("model put away", extra={"model": name, "precision": precision})
        return model
