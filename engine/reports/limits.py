"""What a reader must know before trusting a model, read off its own figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.datasets.dataset import Dataset
from engine.datasets.texts.options import TextCard
from engine.messages import Message
from engine.reports.wording import SYNTHETIC, listed, of_hundred

FEW_ROWS = 50
"""A class with fewer training rows than this is named."""
UNSURE = 0.05
"""Stated probabilities further than this from what happens are named."""
HEAVY_SLICE = 0.03
"""A slice whose accuracy lies this far below the whole is named."""


def limits(report: Mapping[str, Any], dataset: Dataset) -> Iterator[Message]:
    """Yield the limits of the model of `report`, the gravest first."""
    quality = report["quality"]
    if report["dataset"].get("synthetic"):
        yield SYNTHETIC
    yield from (Message.from_json(note) for note in quality.get("notes", []))
    yield from _classes(quality)
    yield from _slices(quality)
    yield from _rare(dataset)
    yield from _calibration(quality)
    yield from _scope(report, dataset)


def _classes(quality: Mapping[str, Any]) -> Iterator[Message]:
    judged = [e for e in quality.get("per_class", ()) if e["recall"]["value"] is not None]
    if len(judged) < 2:
        return
    worst = min(judged, key=lambda e: (e["f1"]["value"], e["label"]))
    yield Message(
        "Weakest class: {label}. Of 100 such rows it finds {found}; of 100 answers {label}, {right} are right.",
        label=worst["label"],
        found=of_hundred(worst["recall"]["value"]),
        right=of_hundred(worst["precision"]["value"]),
    )


def _slices(quality: Mapping[str, Any]) -> Iterator[Message]:
    whole = quality["metrics"].get("accuracy", {}).get("value")
    for part in quality.get("slices", []):
        if part.get("slice") == "length" and part["accuracy"]["value"] < whole - HEAVY_SLICE:
            yield Message(
                "Texts of {low} to {high} words: {right} of 100 right, against {all} of 100 overall ({rows} rows).",
                low=part["from"],
                high=part["to"],
                right=of_hundred(part["accuracy"]["value"]),
                all=of_hundred(whole),
                rows=part["count"],
            )


def _rare(dataset: Dataset) -> Iterator[Message]:
    for label, count in dataset.card.parts.get("train", {}).items():
        if count < FEW_ROWS:
            yield Message("Only {count} training rows have the class {label}.", count=count, label=label)


def _calibration(quality: Mapping[str, Any]) -> Iterator[Message]:
    error = quality["metrics"].get("ece", {}).get("value")
    if error is not None and error > UNSURE:
        yield Message(
            "Its probabilities are off by {points} points of 100 on average: do not read them as chances.",
            points=of_hundred(error),
        )


def _scope(report: Mapping[str, Any], dataset: Dataset) -> Iterator[Message]:
    card = dataset.card
    if isinstance(card, TextCard) and (languages := listed(c for c, share in card.languages.items() if share >= 0.01)):
        yield Message("Trained on texts in: {languages}. Other languages were not tested.", languages=languages)
    if tokens := (report.get("options") or {}).get("max_tokens"):
        yield Message("Reads the first {tokens} tokens of a text and nothing beyond.", tokens=tokens)
    yield Message("Test rows come from the same source as training rows: data from elsewhere can do worse.")
