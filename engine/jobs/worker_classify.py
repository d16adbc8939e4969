"""How a trained classifier becomes a judged model: exported, proved, judged on both parts, measured as served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.datasets.dataset import Dataset
from engine.jobs.hosting import Job
from engine.jobs.proof import Proof, measured
from engine.jobs.results import Clock, write_predictions
from engine.tasks import TASKS

if TYPE_CHECKING:
    import numpy as np

    from engine.training.gate import Gate


def prove(job: Job, dataset: Dataset, trained: Any, threads: int, clock: Clock) -> Proof:
    """Return what came of exporting, checking, judging and measuring `trained`."""
    from engine.serving.providers import has_cuda
    from engine.serving.published import HALF
    from engine.serving.runtime import load_model
    from engine.training.crafts import CRAFTS
    from engine.training.half import make_half

    craft, task = CRAFTS[dataset.task], TASKS[dataset.task]
    rows, truth = dataset.labelled_rows("validation")
    inputs = task.inputs(dataset, "validation")
    job.phase("export")
    with clock.time("export"):
        folders = craft.export(trained, job.attempt.onnx, task.inputs(dataset, "train"))
        gate = craft.check(trained, folders, inputs, truth)
        half = make_half(folders["fp32"], inputs, truth) if has_cuda() else None
        folders |= {HALF: folders["fp32"].with_name(HALF)} if half is not None else {}
    folders = {name: folder for name, folder in folders.items() if folder.exists()}
    job.say("exported", served=_served(gate))
    job.phase("evaluate")
    with clock.time("evaluate"):
        loaded: dict[str, Any] = {name: load_model(folder, threads=threads) for name, folder in folders.items()}
        gate, tested = _look_at_test(job, gate, loaded, task.inputs(dataset, "test"))
        served = _served(gate)
        answers = {name: classifier.probabilities(inputs) for name, classifier in loaded.items()}
        variants: dict[str, Any] = {
            "torch": _score(truth, trained.logits(inputs)),
            **{name: _score(truth, a) for name, a in answers.items()},
        }
        test_rows, test_truth = dataset.labelled_rows("test")
        parts = {"validation": (rows, truth, answers[served]), "test": (test_rows, test_truth, tested)}
        write_predictions(job.attempt.folder / "predictions.parquet", parts)
        validation, quality = (_judged(job, dataset, *part) for part in parts.values())
    job.say("evaluated", metrics={name: m["value"] for name, m in quality["metrics"].items()})
    job.phase("measure")
    with clock.time("measure"):
        for name, classifier in loaded.items():
            variants[name] |= measured(job, classifier, inputs)
    found = gate.to_json() | ({HALF: half.to_json()} if half is not None else {})
    return Proof(found, served, variants, quality, validation)


def _served(gate: Gate) -> str:
    return "int8" if gate.int8_accepted else "fp32"


def _look_at_test(job: Job, gate: Gate, loaded: dict[str, Any], inputs: Sequence[Any]) -> tuple[Gate, np.ndarray]:
    """Count the look at the test part and return what the served model answers there, (N, C), beside the gate.

    int8 is asked for its rows alone as well; when that refuses it, it is taken out of `loaded` and fp32 answers.
    """
    from engine.training.gate import confirm_alone

    job.say("test_look")
    answers = loaded[_served(gate)].probabilities(inputs)
    if not gate.int8_accepted:
        return gate, answers
    gate = confirm_alone(gate, loaded["int8"], inputs, answers)
    if not gate.int8_accepted:
        del loaded["int8"]
        answers = loaded["fp32"].probabilities(inputs)
    return gate, answers


def _judged(job: Job, dataset: Dataset, rows: Any, truth: np.ndarray, answers: np.ndarray) -> dict[str, Any]:
    return TASKS[dataset.task].judge(
        rows, truth, answers, list(dataset.labels), seed=job.run.spec.seed, positive=dataset.positive
    )


def _score(truth: np.ndarray, answers: np.ndarray) -> dict[str, float]:
    """Return accuracy and macro-F1 of logits or probabilities (N, C)."""
    from engine.training.score import macro_f1

    return {"accuracy": float((truth == answers.argmax(axis=1)).mean()), "macro_f1": macro_f1(truth, answers)}
