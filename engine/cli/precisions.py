"""A finished run's model in another precision: there already, or made, proved and noted as tested."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.finished import Finished
from engine.errors import BadInput
from engine.files import sha256_file
from engine.jobs.runs import RunFolder
from engine.tasks import TASKS

if TYPE_CHECKING:
    import numpy as np

PRECISIONS = ("fp32", "fp16", "int8")


def in_precision(found: Finished, precision: str) -> Path:
    """Return the model folder of a run in `precision`, making fp16 when it is not there.

    Raises BadInput for an unknown precision, for one that the gate refused, and for fp16 of lists.
    """
    from engine.datasets.store import open_dataset
    from engine.serving.published import HALF, is_tested, precisions

    if precision not in PRECISIONS:
        raise BadInput("precision is {value}; choose one of {choices}.", value=precision, choices=", ".join(PRECISIONS))
    there = [p for p in precisions(found.attempt) if p != HALF or is_tested(found.run, HALF)]
    if precision in there:
        return found.attempt.onnx / precision
    if precision == HALF and not found.report["labels"]:
        raise BadInput("Lists are given in fp32 alone, as they must not change for rounding; export that.")
    if precision != HALF:
        raise BadInput(
            "This run has no {precision} model: its gate did not let it through. The precisions there are: {there}.",
            precision=precision,
            there=", ".join(there) or "–",
        )
    dataset = open_dataset(found.settings, found.report["dataset"]["id"])
    truth = dataset.labelled_rows("validation")[1]
    return add_half(found.run, TASKS[found.task].inputs(dataset, "validation"), truth)


def add_half(run: RunFolder, inputs: Sequence[Any], truth: np.ndarray) -> Path:
    """Make fp16 of a published run's model, prove it and note it as tested, so that it may be served.

    `inputs` and `truth` (N,) are the validation part. Raises BadInput when the gate refuses it.
    """
    from engine.serving.published import HALF
    from engine.training.half import make_half

    attempt = run.published
    assert attempt is not None
    found = make_half(attempt.onnx / "fp32", inputs, truth)
    if found.reason is not None:
        raise BadInput(found.reason)
    folder = attempt.onnx / HALF
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    hashes = {path.relative_to(attempt.folder).as_posix(): sha256_file(path) for path in files}
    run.publish_also(HALF, attempt, hashes, found.to_json())
    return folder
