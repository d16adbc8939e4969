"""The published run behind a model: where its graphs are, in which precisions, and whether they are what was tested."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadInput, Failure, NotFound
from engine.files import read_json, sha256_file
from engine.jobs.runs import Attempt, RunFolder, all_runs
from engine.serving.providers import has_cuda

HALF = "fp16"
SERVED = "1"
"""The version of a run that answers by default: the precision its gate chose. Others are named by their precision."""
RUN_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")


def is_run_id(name: str) -> bool:
    """Return whether `name`, in capitals or not, can only be a run's id."""
    return RUN_ID.fullmatch(name.upper()) is not None


@dataclass(frozen=True)
class Published:
    """A run's attempt that counts, and the precision that is meant."""

    run: RunFolder
    attempt: Attempt
    precision: str

    @property
    def folder(self) -> Path:
        """The model's folder, as Triton lays it out."""
        return self.attempt.onnx / self.precision

    @property
    def precisions(self) -> tuple[str, ...]:
        return precisions(self.attempt)


def published(runs: Path, run_id: str, version: str = SERVED) -> Published:
    """Return what `version` ("1" or a precision) of a run means. Raises NotFound for an unknown run or version."""
    run = RunFolder(runs / run_id) if RUN_ID.fullmatch(run_id) else None
    attempt = run.published if run is not None else None
    if run is None or attempt is None or not attempt.onnx.is_dir():
        raise NotFound(
            "There is no model {name}; GET /v2/repository/index and `python -m engine compare` name what there is.",
            name=run_id[:64],
        )
    precision = best_precision(run) if version == SERVED else version
    if precision not in (there := precisions(attempt)):
        raise NotFound(
            "Model {name} has no version {version}; choose one of {choices}.",
            name=run_id,
            version=version[:64],
            choices=", ".join((SERVED, *there)),
        )
    return Published(run, attempt, precision)


def published_runs(runs: Path) -> Iterator[tuple[str, str]]:
    """Yield (run id, precision served) of every run that can be asked by its id, oldest first."""
    for run in all_runs(runs):
        if (attempt := run.published) is not None and attempt.onnx.is_dir() and run.is_model and not run.trashed:
            yield run.run_id, best_precision(run)


def precisions(attempt: Attempt) -> tuple[str, ...]:
    """Return the precisions an attempt's model is there in."""
    return tuple(sorted(p.parent.parent.name for p in attempt.onnx.glob("*/1/model.onnx")))


def best_precision(run: RunFolder, *, gpu: bool | None = None) -> str:
    """Return the precision that a published run answers in: fp16 where that was tested and CUDA is there, else the one
    that was judged. `gpu` says whether CUDA is there; None: it is looked for."""
    attempt = run.published
    assert attempt is not None
    if (attempt.onnx / HALF).is_dir() and (has_cuda() if gpu is None else gpu) and is_tested(run, HALF):
        return HALF
    return served_precision(attempt)


def is_tested(run: RunFolder, precision: str) -> bool:
    """Return whether a published run's model passed the gate in `precision`, and is there."""
    attempt, file = run.published, Path("onnx") / precision / "1" / "model.onnx"
    return attempt is not None and file.as_posix() in run.hashes() and (attempt.folder / file).is_file()


def served_precision(attempt: Attempt) -> str:
    """Return the precision that the run's report names, which was judged, else the fastest there is."""
    report = read_json(attempt.report_file) if attempt.report_file.is_file() else {}
    return str(report.get("served") or ("int8" if "int8" in precisions(attempt) else "fp32"))


def check_hashes(model: Published) -> None:
    """Raise Failure when a file of the model is missing or not what was published, BadInput when it never was."""
    run, precision = model.run, model.precision
    folder = Path("onnx") / precision
    expected = {name: value for name, value in run.hashes().items() if Path(name).is_relative_to(folder)}
    if (folder / "1" / "model.onnx").as_posix() not in expected:
        raise BadInput(
            "The {precision} model of run {run_id} was made after the run was published, so it was never tested; "
            "choose version 1.",
            precision=precision,
            run_id=run.run_id,
        )
    for name, value in expected.items():
        path = model.attempt.folder / name
        if not path.is_file() or sha256_file(path) != value:
            raise Failure(
                "{name} of run {run_id} is not the file that was published; restore it or train the run again.",
                name=name,
                run_id=run.run_id,
            )
