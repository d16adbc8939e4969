"""A workspace with real-looking results, and a page run without a browser."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from engine.config import load_settings
from engine.datasets.dataset import Dataset
from engine.datasets.demo.catalogue import Shop
from engine.datasets.demo.catalogue import generate as generate_shop
from engine.datasets.demo.generator import as_csv, generate
from engine.datasets.interactions.options import InteractionOptions
from engine.datasets.interactions.prepare import prepare as prepare_interactions
from engine.datasets.store import add_raw
from engine.datasets.texts.columns import USUAL
from engine.datasets.texts.options import TextOptions
from engine.datasets.texts.prepare import prepare
from engine.files import utc_now, write_json
from engine.jobs.queue import finetune_spec
from engine.jobs.results import machine
from engine.jobs.runs import RunFolder, create_run
from engine.tasks.judge import judge

ROUTER = Path(__file__).resolve().parents[2] / "pages" / "router.py"
LABELS = ("negative", "neutral", "positive")
Open = Callable[..., AppTest]


@pytest.fixture
def page(workspace: Path) -> Open:
    """Return a function that opens a page with URL parameters, as a fresh session, and fails on a fault."""
    st.cache_data.clear()

    def open_page(name: str = "overview", **parameters: str) -> AppTest:
        test = AppTest.from_file(str(ROUTER), default_timeout=30)
        for key, value in parameters.items():
            test.query_params[key] = value
        test.run()
        if name != "overview":
            test.switch_page(f"{name}.py")
            for key, value in parameters.items():
                test.query_params[key] = value
            test.run()
        assert not test.exception, test.exception
        return test

    return open_page


@pytest.fixture
def dataset(workspace: Path) -> Dataset:
    """A small stored data set of generated sentences."""
    settings = load_settings()
    raw = add_raw(io.BytesIO(as_csv(generate(3, 240))), "news.csv", settings)
    options = TextOptions(name="News", licence="CC BY-NC 4.0", commercial_use=False)
    return prepare(raw, options, settings, usual=USUAL, task="text_classification")


@pytest.fixture(scope="session")
def shop() -> Shop:
    """A small made-up shop."""
    return generate_shop(3, 80)


@pytest.fixture
def stored(workspace: Path, shop: Shop) -> Dataset:
    """The shop as a stored data set."""
    settings = load_settings()
    items = add_raw(io.BytesIO(shop.items_csv()), "items.csv", settings)
    raw = add_raw(io.BytesIO(shop.interactions_csv()), "events.csv", settings)
    options = InteractionOptions("Shop", licence="Apache-2.0", synthetic=True, items_raw_id=items.id)
    return prepare_interactions(raw, options, settings, usual={}, task="ranking")


@pytest.fixture
def finished(dataset: Dataset) -> Callable[..., RunFolder]:
    """Return a function that leaves a finished run as a worker does: report, predictions, published."""

    def finish(
        recipe: str = "probe",
        right: float = 0.85,
        seed: int = 0,
        train_seconds: float = 8.0,
        group: str = "",
        share: float = 1.0,
    ) -> RunFolder:
        settings = load_settings()
        spec = finetune_spec("finance_sentiment", dataset, recipe, seed=seed, group=group)
        spec = replace(spec, share=share)
        run = create_run(settings.workspace.runs, spec)
        attempt = run.new_attempt()
        attempt.say("started")
        truth, probabilities = answers(right, seed)
        texts = [f"Sentence number {i} of the test part." for i in range(len(truth))]
        quality = judge(truth, probabilities, LABELS, texts, np.arange(1, len(truth) + 1), seed=0)
        write_json(attempt.report_file, report(run, dataset, quality, train_seconds))
        frame = pd.DataFrame({"part": "test", "row": range(len(truth)), "source": "data", "truth": truth})
        frame[[f"p{i}" for i in range(3)]] = probabilities
        frame.to_parquet(attempt.folder / "predictions.parquet")
        attempt.say("finished")
        run.publish(attempt, {})
        return run

    return finish


def answers(right: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return truth (N,) and probabilities (N, 3) of a model that is right that often."""
    random = np.random.default_rng(7)
    truth = random.choice(3, 300, p=[0.2, 0.5, 0.3])
    wrong = np.random.default_rng(seed + round(1000 * right)).random(300) > right
    said = np.where(wrong, (truth + 1) % 3, truth)
    probabilities = np.full((300, 3), 0.1)
    probabilities[np.arange(300), said] = 0.8
    return truth, probabilities


def report(run: RunFolder, dataset: Dataset, quality: dict[str, object], train_seconds: float) -> dict[str, object]:
    """Return a report of the form a worker writes."""
    spec, card = run.spec, dataset.card
    variant = {
        "size_bytes": 23_000_000,
        "accuracy": 0.85,
        "macro_f1": 0.83,
        "latency_ms": {"p50": 2.0, "p95": 2.6, "p99": 3.4},
        "throughput_per_s": 700.0,
        "best_batch": 16,
        "throughput_by_batch": {"1": 400.0, "16": 700.0},
        "provider": "CPUExecutionProvider",
    }
    return {
        "schema_version": 1,
        "run_id": run.run_id,
        "scenario": spec.scenario,
        "recipe": spec.recipe,
        "backbone": {
            "id": spec.backbone,
            "sha256": "0",
            "licence": "Apache-2.0",
            "commercial_use": True,
            "parameters": 1,
        },
        "seed": spec.seed,
        "threads": 2,
        "options": {},
        "dataset": {
            "id": dataset.id,
            "name": dataset.name,
            "test_id": dataset.test_id,
            "licence": card.licence,
            "commercial_use": card.commercial_use,
            "synthetic": card.synthetic,
            "rows": {"train": round(168 * spec.share), "validation": 24, "test": 300},
        },
        "labels": list(LABELS),
        "served": "int8",
        "provider": "CPUExecutionProvider",
        "temperature": 1.0,
        "quality": quality,
        "validation": quality,
        "test_looks": 1,
        "gate": {
            "fp32_max_difference": 1e-5,
            "int8_agreement": 0.995,
            "int8_metric_drop": 0.001,
            "int8_accepted": True,
            "reason": None,
        },
        "variants": {"fp32": variant, "int8": variant, "torch": {"macro_f1": 0.83}},
        "seconds": {
            "train": train_seconds,
            "export": 5.0,
            "evaluate": 2.0,
            "measure": 4.0,
            "total": train_seconds + 11,
        },
        "peak_memory_mib": 900.0,
        "flops": 1e12,
        "peak": {"flops_per_s": 1e12, "precision": "fp32", "device": "cpu"},
        "energy": {"kwh": 0.0002, "method": "power_model", "watts": 60.0, "source": "data/catalog/cpu_power.csv"},
        "machine": machine() | {"cores": 2},
        "finished_at": utc_now(),
    }
