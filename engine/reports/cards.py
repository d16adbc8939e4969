"""Model cards and data cards, as Markdown for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.datasets.dataset import Dataset
from engine.messages import Message
from engine.reports import data, model
from engine.reports.limits import limits
from engine.reports.markdown import Translate, render, to_json

FIGURES = (
    *("run_id", "scenario", "recipe", "seed", "options", "labels", "served", "temperature", "backbone", "dataset"),
    *("test_looks", "gate", "seconds", "peak_memory_mib", "energy", "machine", "finished_at"),
)
"""What the JSON card takes over from the report as it stands."""


def model_card(
    report: Mapping[str, Any],
    spec: model.Spec,
    dataset: Dataset,
    *,
    carbon: Mapping[str, Any] | None = None,
    translate: Translate = str,
) -> tuple[str, dict[str, Any]]:
    """Return the card of a finished run as (Markdown, JSON).

    `report` is report.json; `carbon`, when known, is {"kgco2e", "region", "source"}. `translate` renders a Message in
    another language; the JSON keeps the messages.
    """
    sections = model.sections(report, spec, dataset, carbon)
    heading = model.title(report, spec)
    quality = report["quality"]
    facts = {
        "schema_version": 1,
        "kind": "model_card",
        "title": heading.to_json(),
        "commercial_use": model.commercial_use(report),
        "synthetic": bool(report["dataset"].get("synthetic")),
        **{name: report[name] for name in FIGURES if name in report},
        "metrics": quality["metrics"],
        "per_class": quality.get("per_class", []),
        "limits": [m.to_json() for m in limits(report, dataset)],
        "carbon": dict(carbon) if carbon else report.get("carbon"),
        "code_version": spec.code_version,
        "sections": to_json(sections),
    }
    return render(heading, sections, translate), facts


def data_card(dataset: Dataset, *, translate: Translate = str) -> tuple[str, dict[str, Any]]:
    """Return the card of a data set as (Markdown, JSON); the JSON holds no text of any row."""
    sections = data.sections(dataset)
    heading = Message("Data card: {name}", name=dataset.name)
    card = {k: v for k, v in dataset.card.to_json().items() if k not in {"schema_version", "samples"}}
    card["problems"] = [{k: v for k, v in p.items() if k != "examples"} for p in card["problems"]]
    facts = {
        "schema_version": 1,
        "kind": "data_card",
        "title": heading.to_json(),
        "id": dataset.id,
        "test_id": dataset.test_id,
        "raw_id": dataset.raw_id,
        "name": dataset.name,
        "labels": list(dataset.labels),
        "options": dataset.options.to_json(),
        "created_at": dataset.created_at,
        "card": card,
        "sections": to_json(sections),
    }
    return render(heading, sections, translate), facts
