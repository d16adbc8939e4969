"""The measured part of a model card: quality, export, speed, energy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.messages import Message
from engine.reports.markdown import Block, Table
from engine.reports.wording import UNKNOWN, measured
from engine.scenarios import SCENARIOS
from engine.tasks import TASKS


def evaluation(report: Mapping[str, Any]) -> tuple[Block, ...]:
    """Return how good the served model is on the test part, overall and by class, and what it confuses."""
    quality = report["quality"]
    scenario = SCENARIOS.get(report["scenario"])
    task = TASKS[scenario.task] if scenario else None
    known = [m for m in (task.metrics if task else ()) if m.name in quality["metrics"]]
    how = Message(
        "Judged through the exported model as served ({precision}), on {rows} held-out rows (test part {test_id}) that "
        "neither training nor any choice has seen; looks at the test part: {looks}. In brackets: bootstrap 95 % "
        "interval.",
        precision=report["served"],
        rows=quality["rows"],
        test_id=report["dataset"]["test_id"],
        looks=report.get("test_looks", 1),
    )
    said = task.in_words({m.name: quality["metrics"][m.name].get("value") for m in known}) if task else None
    figures = Table(
        (Message("Metric"), Message("Value"), Message("Meaning")),
        tuple((m.title, measured(quality["metrics"][m.name]), m.meaning) for m in known),
    )
    return (how, *((Message("{answer}.", answer=said),) if said else ()), figures, *_classes(report))


def _classes(report: Mapping[str, Any]) -> tuple[Block, ...]:
    """Return how good each class is and what is confused; nothing for a task without classes."""
    quality = report["quality"]
    if not quality.get("per_class"):
        return ()
    classes = Table(
        (Message("Class"), Message("Rows"), Message("Precision"), Message("Recall"), Message("F1")),
        tuple(
            (e["label"], e["support"], measured(e["precision"]), measured(e["recall"]), measured(e["f1"]))
            for e in quality["per_class"]
        ),
    )
    confusion = Table(
        (Message("Truth ↓, answer →"), *report["labels"]),
        tuple((label, *row) for label, row in zip(report["labels"], quality["confusion"], strict=True)),
    )
    return (classes, confusion)


def speed(report: Mapping[str, Any]) -> tuple[Block, ...]:
    """Return what the export cost in accuracy, and how fast and large each variant is; empty when not measured."""
    variants = {k: v for k, v in (report.get("variants") or {}).items() if v.get("latency_ms")}
    gate = report.get("gate") or {}
    blocks: list[Block] = []
    if gate.get("fp32_max_difference") is not None:
        blocks.append(
            Message(
                "The exported fp32 model differs from torch by at most {difference:.1e} in its logits.",
                difference=gate["fp32_max_difference"],
            )
        )
    if gate.get("int8_agreement") is not None:
        blocks.append(
            Message(
                "The int8 model gives the same answer as fp32 for {agreement:.1%} of the validation part.",
                agreement=gate["int8_agreement"],
            )
        )
    if gate.get("int8_alone_difference") is not None:
        blocks.append(
            Message(
                "Of a row alone the int8 model says what it says of it in a batch: no probability moves by more than "
                "{moved:.1e}.",
                moved=gate["int8_alone_difference"],
            )
        )
    if (asked := gate.get("int8_test_alone")) is not None:
        blocks.append(
            Message(
                "The same was asked of {rows} of the {all} rows of the test part: {flips} classes changed, and no "
                "probability moved by more than {moved:.1e}.",
                rows=asked["rows"],
                all=report["quality"]["rows"],
                flips=asked["flips"],
                moved=asked["difference"],
            )
        )
    if gate.get("reason"):
        reason = Message.from_json(gate["reason"])
        blocks.append(Message("int8 is not served: {reason}", reason=reason))
    rows = tuple(
        (
            name,
            f"{v['latency_ms']['p50']:.2f} / {v['latency_ms']['p95']:.2f} / {v['latency_ms']['p99']:.2f}",
            f"{v['throughput_per_s']:.0f}",
            f"{v['size_bytes'] / 2**20:.1f}",
            v.get("provider", ""),
        )
        for name, v in variants.items()
    )
    if rows:
        head = (
            Message("Precision"),
            Message("Latency of one input p50 / p95 / p99, ms"),
            Message("Inputs a second, best batch"),
            Message("Size, MiB"),
            Message("Provider"),
        )
        blocks.append(Table(head, rows))
    return tuple(blocks)


def impact(report: Mapping[str, Any], carbon: Mapping[str, Any] | None) -> tuple[Block, ...]:
    """Return the energy and, where a region was chosen, the carbon of the run; empty when not recorded."""
    energy = report.get("energy") or {}
    if energy.get("kwh") is None:
        return ()
    method = (
        Message("counted by the processor")
        if energy.get("method") == "rapl"
        else Message("computed from the documented power model, not counted")
    )
    used = Message(
        "Energy of the whole run: {kwh:.3g} kWh, {method}. Source: {source}.",
        kwh=energy["kwh"],
        method=method,
        source=energy.get("source") or UNKNOWN,
    )
    carbon = carbon or report.get("carbon")
    if not carbon:
        return (used,)
    return (
        used,
        Message(
            "Carbon: {kgco2e:.3g} kgCO2e, projected for region {region}. Source: {source}.",
            kgco2e=carbon["kgco2e"],
            region=carbon.get("region") or UNKNOWN,
            source=carbon.get("source") or UNKNOWN,
        ),
    )
