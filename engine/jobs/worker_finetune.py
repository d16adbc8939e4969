"""The steps of a fine-tuning run, from a data set to a published model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.datasets.dataset import Dataset
from engine.files import utc_now, write_json, write_text
from engine.jobs.energy import EnergyMeter
from engine.jobs.hosting import Job
from engine.jobs.progress import note_rest
from engine.jobs.results import (
    Clock,
    cores,
    dataset_block,
    machine,
    peak_memory_mib,
    publish,
    test_looks,
    truth_of,
    write_predictions,
)
from engine.tasks.judge import judge

if TYPE_CHECKING:
    import numpy as np

    from engine.models.catalog import LocalBackbone
    from engine.serving.runtime import Classifier
    from engine.training.train import Trained

MEASURED_TEXTS = 1000
"""How many texts latency and throughput are measured on, at most."""


def finetune_on(job: Job, dataset: Dataset, clock: Clock) -> None:
    """Train on `dataset`, export, judge, measure, and publish last."""
    from engine.models.catalog import resolve
    from engine.training.train import train

    spec = job.run.spec
    threads = spec.threads or job.settings.threads or cores()
    backbone = resolve(spec.backbone, job.settings) if spec.backbone else None
    with clock.time("train"), EnergyMeter() as meter:
        trained = train(
            dataset,
            spec.recipe,
            spec.options,
            backbone,
            seed=spec.seed,
            threads=threads,
            out=job.attempt.model,
            say=job.say,
            should_stop=job.should_stop,
        )
    gate, served, variants, quality, validation = _prove(job, dataset, trained, threads, clock)
    report = {
        "schema_version": 1,
        "run_id": spec.run_id,
        "scenario": spec.scenario,
        "recipe": spec.recipe,
        "backbone": _backbone_block(backbone, trained),
        "seed": spec.seed,
        "threads": threads,
        "options": trained.options,
        "dataset": dataset_block(dataset),
        "labels": list(dataset.labels),
        "served": served,
        "provider": variants[served]["provider"],
        "temperature": trained.temperature,
        "quality": quality,
        "validation": validation,
        "test_looks": test_looks(job.run),
        "gate": gate,
        "variants": variants,
        "best_epoch": trained.best_epoch,
        "seconds": clock.seconds(),
        "peak_memory_mib": peak_memory_mib(),
        "flops": trained.flops,
        "energy": meter.energy.to_json(),
        "machine": machine(),
        "finished_at": utc_now(),
    }
    _leave(job, dataset, report)


def _prove(
    job: Job, dataset: Dataset, trained: Trained, threads: int, clock: Clock
) -> tuple[dict[str, Any], str, dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the gate's finding, the precision served, the variants, and the quality on test and on validation."""
    from engine.serving.runtime import Classifier
    from engine.training.export import export
    from engine.training.gate import check

    rows, truth = truth_of(dataset, "validation")
    texts = rows["text"].tolist()
    job.phase("export")
    with clock.time("export"):
        folders = export(trained, job.attempt.onnx, dataset.rows("train")["text"].tolist())
        gate = check(trained, folders, texts, truth)
    served = "int8" if gate.int8_accepted else "fp32"
    folders = {name: folder for name, folder in folders.items() if folder.exists()}
    job.say("exported", served=served)
    job.phase("evaluate")
    with clock.time("evaluate"):
        loaded = {name: Classifier.load(folder, threads=threads) for name, folder in folders.items()}
        answers = {name: classifier.probabilities(texts) for name, classifier in loaded.items()}
        variants: dict[str, Any] = {
            "torch": _score(truth, trained.logits(texts)),
            **{name: _score(truth, a) for name, a in answers.items()},
        }
        validation = _judged(job, dataset, rows, truth, answers[served])
        quality = _look_at_test(job, dataset, loaded[served], (rows, truth, answers[served]))
    job.say("evaluated", metrics={name: m["value"] for name, m in quality["metrics"].items()})
    job.phase("measure")
    with clock.time("measure"):
        for name, classifier in loaded.items():
            variants[name] |= _measured(job, classifier, texts)
    job.say("benchmarked", served=served, latency_ms=variants[served]["latency_ms"])
    return gate.to_json(), served, variants, quality, validation


def _look_at_test(
    job: Job, dataset: Dataset, classifier: Classifier, validation: tuple[Any, np.ndarray, np.ndarray]
) -> dict[str, Any]:
    """Judge the served model on the test part, count the look, and keep every answer for paired tests."""
    job.say("test_look")
    rows, truth = truth_of(dataset, "test")
    answers = classifier.probabilities(rows["text"].tolist())
    write_predictions(
        job.attempt.folder / "predictions.parquet", {"validation": validation, "test": (rows, truth, answers)}
    )
    return _judged(job, dataset, rows, truth, answers)


def _judged(job: Job, dataset: Dataset, rows: Any, truth: np.ndarray, answers: np.ndarray) -> dict[str, Any]:
    return judge(
        truth,
        answers,
        list(dataset.labels),
        rows["text"].tolist(),
        rows["row"].to_numpy(),
        seed=job.run.spec.seed,
    )


def _score(truth: np.ndarray, answers: np.ndarray) -> dict[str, float]:
    """Return accuracy and macro-F1 of logits or probabilities (N, C)."""
    from engine.training.loop import macro_f1

    return {"accuracy": float((truth == answers.argmax(axis=1)).mean()), "macro_f1": macro_f1(truth, answers)}


def _measured(job: Job, classifier: Classifier, texts: list[str]) -> dict[str, Any]:
    from engine.serving.measure import measure

    measured = measure(classifier, texts[:MEASURED_TEXTS], should_stop=job.should_stop)
    return {"size_bytes": classifier.size_bytes, "provider": classifier.provider, **measured}


def _backbone_block(backbone: LocalBackbone | None, trained: Trained) -> dict[str, Any]:
    parameters = sum(p.numel() for p in trained.module.parameters())
    if backbone is None:
        return {"id": "", "sha256": "", "licence": "", "commercial_use": True, "parameters": parameters}
    return {
        "id": backbone.id,
        "sha256": backbone.sha256,
        "licence": backbone.licence,
        "commercial_use": backbone.commercial_use,
        "parameters": parameters,
    }


def _leave(job: Job, dataset: Dataset, report: dict[str, Any]) -> None:
    """Write report and cards, then publish."""
    from engine.reports.cards import data_card, model_card

    job.phase("publish")
    write_json(job.attempt.report_file, report)
    for name, (markdown, facts) in {
        "model_card": model_card(report, job.run.spec, dataset),
        "data_card": data_card(dataset),
    }.items():
        write_text(job.attempt.folder / f"{name}.md", markdown)
        write_json(job.attempt.folder / f"{name}.json", facts)
    publish(job.run, job.attempt)
    note_rest(job.run, report["seconds"]["total"] - report["seconds"]["train"])
    job.say("finished", seconds=report["seconds"]["total"])
