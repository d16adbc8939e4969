"""The steps of a fine-tuning run, from a data set to a published model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from engine.datasets.dataset import Dataset
from engine.files import utc_now, write_json, write_text
from engine.jobs import worker_classify, worker_rank
from engine.jobs.energy import EnergyMeter
from engine.jobs.hosting import Job
from engine.jobs.progress import note_rest
from engine.jobs.proof import Proof
from engine.jobs.results import Clock, cores, dataset_block, machine, peak_memory_mib, publish, test_looks

if TYPE_CHECKING:
    from engine.models.catalog import LocalBackbone

PROVERS: dict[str, Callable[[Job, Dataset, Any, int, Clock], Proof]] = {
    "text_classification": worker_classify.prove,
    "image_classification": worker_classify.prove,
    "ranking": worker_rank.prove,
}
"""How the models of each task are proved and judged: one line a task."""


def finetune_on(job: Job, dataset: Dataset, clock: Clock) -> None:
    """Train on `dataset`, export, judge, measure, and publish last."""
    from engine.models.catalog import resolve
    from engine.training.crafts import CRAFTS
    from engine.training.device import choose_device
    from engine.training.peak import measured_peak

    spec = job.run.spec
    threads = spec.threads or job.settings.threads or cores()
    backbone = resolve(spec.backbone, job.settings) if spec.backbone else None
    with clock.time("train"), EnergyMeter() as meter:
        trained = CRAFTS[dataset.task].train(
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
    proof = PROVERS[dataset.task](job, dataset, trained, threads, clock)
    with clock.time("measure"):
        peak = measured_peak(choose_device(str(trained.options.get("precision", "fp32"))))
    served = proof.variants[proof.served]
    job.say("benchmarked", served=proof.served, latency_ms=served["latency_ms"])
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
        "positive": dataset.positive,
        "served": proof.served,
        "provider": served["provider"],
        "temperature": trained.temperature,
        "quality": proof.quality,
        "validation": proof.validation,
        "test_looks": test_looks(job.run),
        "gate": proof.gate,
        "variants": proof.variants,
        "best_epoch": trained.best_epoch,
        "seconds": clock.seconds(),
        "peak_memory_mib": peak_memory_mib(),
        "flops": trained.flops,
        "peak": peak.to_json(),
        "energy": meter.energy.to_json(),
        "machine": machine(),
        "finished_at": utc_now(),
    }
    _leave(job, dataset, report)


def _backbone_block(backbone: LocalBackbone | None, trained: Any) -> dict[str, Any]:
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
