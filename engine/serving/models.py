"""The published runs as models that can be asked: found, checked, loaded when first needed, put away when too many."""

from __future__ import annotations

import logging
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.config import Settings
from engine.errors import BadInput, Failure, NotFound
from engine.files import read_json, sha256_file
from engine.jobs.runs import Attempt, RunFolder, all_runs
from engine.serving.runtime import ServedModel, load_model
from engine.tasks.encoder import TensorSpec

log = logging.getLogger("breakeven.inference")
SERVED = "1"
"""The version that answers by default: the precision the run's gate chose. The others are named by their precision."""
BUDGET_BYTES = 1 << 30
"""Graphs on disk that may be loaded at once; in memory they take about as much again. The one in use always may."""
RUN_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


@dataclass(frozen=True)
class Loaded:
    """A model in memory."""

    name: str
    """The run's id."""
    model: ServedModel
    versions: tuple[str, ...]

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
                "labels": list(encoder.labels),
                "precision": self.model.precision,
                "provider": self.model.provider,
                **self.model.limits,
            },
        }


def _described(tensor: TensorSpec) -> dict[str, Any]:
    return {"name": tensor.name, "datatype": tensor.datatype, "shape": [-1, *tensor.shape]}


class ModelStore:
    """Loaded models by run and precision, least recently used first. Any thread may ask."""

    def __init__(self, settings: Settings, *, budget_bytes: int = BUDGET_BYTES) -> None:
        self._runs = settings.workspace.runs
        self._threads = settings.threads
        self._require_gpu = settings.require_gpu
        self._budget_bytes = budget_bytes
        self._loaded: OrderedDict[tuple[str, str], Loaded] = OrderedDict()
        self._lock = threading.Lock()
        self._loading = threading.Lock()

    def get(self, name: str, version: str = SERVED) -> Loaded:
        """Return the model, loading it when it is not in memory.

        Raises NotFound for an unknown run or version, Failure when its files are not what was published.
        """
        key = (name.upper(), version)
        if (found := self._found(key)) is not None:
            return found
        with self._loading:
            return self._found(key) or self._load(key)

    def drop(self, name: str) -> None:
        """Forget a model; it is loaded again when asked."""
        with self._lock:
            for key in [k for k in self._loaded if k[0] == name.upper()]:
                del self._loaded[key]

    def loaded(self) -> list[Loaded]:
        """Return what is in memory, each model once, least recently used first."""
        with self._lock:
            return list({id(m): m for m in self._loaded.values()}.values())

    def published(self) -> Iterator[tuple[str, str]]:
        """Yield (run id, precision served) of every model that can be asked, oldest first."""
        for run in all_runs(self._runs):
            if (attempt := run.published) is not None and (attempt.onnx.is_dir() and run.is_model and not run.trashed):
                yield run.run_id, served_precision(attempt)

    def check(self, name: str, version: str = SERVED) -> None:
        """Raise NotFound when there is no such model; it is not loaded."""
        self._folder(name.upper(), version)

    def _found(self, key: tuple[str, str]) -> Loaded | None:
        with self._lock:
            if key in self._loaded:
                self._loaded.move_to_end(key)
            return self._loaded.get(key)

    def _load(self, key: tuple[str, str]) -> Loaded:
        run, attempt, precision = self._folder(*key)
        other = (key[0], precision if key[1] == SERVED else SERVED)
        if (same := self._found(other)) is not None and same.model.precision == precision:
            model = same
        else:
            check_hashes(run, attempt, precision)
            opened = load_model(attempt.onnx / precision, threads=self._threads, require_gpu=self._require_gpu)
            model = Loaded(run.run_id, opened, (SERVED, *precisions(attempt)))
            log.info("model loaded", extra={"model": run.run_id, "precision": precision})
        with self._lock:
            self._loaded[key] = model
            self._make_room()
        return model

    def _make_room(self) -> None:
        while len(self._loaded) > 1 and self._size() > self._budget_bytes:
            (name, version), _ = self._loaded.popitem(last=False)
            log.info("model put away", extra={"model": name, "version": version})

    def _size(self) -> int:
        return sum({id(m): m.model.size_bytes for m in self._loaded.values()}.values())

    def _folder(self, name: str, version: str) -> tuple[RunFolder, Attempt, str]:
        """Return the run, its published attempt and the precision that `version` means."""
        run = RunFolder(self._runs / name) if RUN_ID.fullmatch(name) else None
        attempt = run.published if run is not None else None
        if run is None or attempt is None or not attempt.onnx.is_dir():
            raise NotFound(
                "There is no model {name}; GET /v2/repository/index and `python -m engine compare` name what there is.",
                name=name[:64],
            )
        precision = served_precision(attempt) if version == SERVED else version
        if precision not in (there := precisions(attempt)):
            raise NotFound(
                "Model {name} has no version {version}; choose one of {choices}.",
                name=name,
                version=version[:64],
                choices=", ".join((SERVED, *there)),
            )
        return run, attempt, precision


def precisions(attempt: Attempt) -> tuple[str, ...]:
    """Return the precisions an attempt's model is there in."""
    return tuple(sorted(p.parent.parent.name for p in attempt.onnx.glob("*/1/model.onnx")))


def served_precision(attempt: Attempt) -> str:
    """Return the precision that the run's report names, else the fastest there is."""
    report = read_json(attempt.report_file) if attempt.report_file.is_file() else {}
    return str(report.get("served") or ("int8" if "int8" in precisions(attempt) else "fp32"))


def check_hashes(run: RunFolder, attempt: Attempt, precision: str) -> None:
    """Raise Failure when a file of the model is missing or not what was published, BadInput when it never was."""
    hashes: dict[str, str] = read_json(run.folder / "published.json")["sha256"]
    folder = Path("onnx") / precision
    expected = {name: value for name, value in hashes.items() if Path(name).is_relative_to(folder)}
    if (folder / "1" / "model.onnx").as_posix() not in expected:
        raise BadInput(
            "The {precision} model of run {run_id} was made after the run was published, so it was never tested; "
            "choose version 1.",
            precision=precision,
            run_id=run.run_id,
        )
    for name, value in expected.items():
        path = attempt.folder / name
        if not path.is_file() or sha256_file(path) != value:
            raise Failure(
                "{name} of run {run_id} is not the file that was published; restore it or train the run again.",
                name=name,
                run_id=run.run_id,
            )
