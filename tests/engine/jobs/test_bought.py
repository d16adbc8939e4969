"""Bought answers: judged by the judge of runs, indexed beside them, compared in pairs, and deleted for good."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine.analytics import priced, queries
from engine.analytics.database import open_index
from engine.cli.comparison import compared
from engine.config import Settings
from engine.datasets.answers import Answers, read_answers
from engine.datasets.dataset import Dataset
from engine.economics.catalog import instance, region
from engine.errors import BadInput
from engine.jobs.bought import delete_bought, store_bought
from engine.jobs.queue import submit_finetune
from engine.jobs.runs import RunFolder, all_runs
from engine.jobs.worker import run_attempt

SCENARIO = "finance_sentiment"
PRICING = priced.Pricing(instance("aws/us-east-1/c6i.xlarge"), region("aws/us-east-1"), 0.3)


@pytest.fixture
def built(settings: Settings, dataset: Dataset) -> RunFolder:
    run = submit_finetune(settings, SCENARIO, dataset, "baseline", {"epochs": 12})
    run_attempt(run, run.new_attempt(), settings)
    return run


def of_the_run(run: RunFolder, dataset: Dataset, tmp_path: Path, columns: tuple[str, ...]) -> Answers:
    """Return the answers of a run as if a vendor had given them."""
    assert run.published is not None
    frame = pd.read_parquet(run.published.folder / "predictions.parquet", filters=[("part", "==", "test")])
    table = frame.rename(columns={f"p{i}": label for i, label in enumerate(dataset.labels)})
    said = table[list(dataset.labels)].to_numpy().argmax(axis=1)
    table["label"] = np.array(dataset.labels)[said]
    table["latency_ms"], table["usd"] = np.linspace(100, 200, len(table)), 0.002
    table[["row", *columns]].to_csv(tmp_path / "vendor.csv", index=False)
    return read_answers(tmp_path / "vendor.csv", "vendor.csv", dataset)


def test_the_same_answers_are_judged_the_same_and_stand_on_one_chart(
    settings: Settings, dataset: Dataset, built: RunFolder, tmp_path: Path
) -> None:
    answers = of_the_run(built, dataset, tmp_path, (*dataset.labels, "latency_ms", "usd"))
    bought = store_bought(settings, SCENARIO, dataset, answers, name="Vendor A")
    mine, theirs = built.report(), bought.report()
    for name, metric in mine["quality"]["metrics"].items():
        assert theirs["quality"]["metrics"][name] == pytest.approx(metric), name
    assert theirs["quality"]["confusion"] == mine["quality"]["confusion"]
    assert theirs["dataset"]["test_id"] == mine["dataset"]["test_id"]
    index = open_index(settings, owner=False)
    try:
        points = priced.compare_points(index, PRICING, SCENARIO)
        row = points.set_index("run_id").loc[bought.run_id]
        assert (row["kind"], row["label"], row["recipe"]) == ("bought", "Vendor A", "bought")
        assert row["cost_per_1000_usd"] == row["cost_per_1000_usd_low"] == pytest.approx(2.0)
        assert row["p95_ms"] == pytest.approx(195)
        assert np.isnan(row["train_cost_usd"])
        assert points["macro_f1"].nunique() == 1
        assert priced.front(points, ["macro_f1", "p95_ms"], maximise=[True, False]).any()
        assert queries.runs(index, SCENARIO)["run_id"].tolist() == [built.run_id]
        best = queries.overview(index, {SCENARIO: "macro_f1"})[SCENARIO]
        assert (best.run["run_id"], best.compared) == (built.run_id, 1)
    finally:
        index.close()
    _, words = compared(settings.workspace.runs, built, bought)
    assert "Vendor A" in str(words)


def test_labels_alone_have_no_auc_and_a_price_of_the_list(
    settings: Settings, dataset: Dataset, built: RunFolder, tmp_path: Path
) -> None:
    answers = of_the_run(built, dataset, tmp_path, ("label",))
    report = store_bought(settings, SCENARIO, dataset, answers, name="B", price=0.5).report()
    assert report["usd_per_1000"] == 0.5
    assert {n for n, m in report["quality"]["metrics"].items() if m["value"] is None} == {"auc", "ece", "log_loss"}
    assert report["quality"]["metrics"]["accuracy"] == built.report()["quality"]["metrics"]["accuracy"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": " "}, "The vendor has no name"),
        ({"name": "x" * 61}, "or one over 60 characters"),
        ({"name": "A", "price": -1.0}, "The price of 1,000 answers is -1; give a number of 0 or more"),
        ({"name": "A", "price": float("nan")}, "The price of 1,000 answers is nan"),
    ],
)
def test_a_name_or_price_that_cannot_be_stores_nothing(
    settings: Settings, dataset: Dataset, built: RunFolder, tmp_path: Path, given: dict[str, object], words: str
) -> None:
    answers = of_the_run(built, dataset, tmp_path, ("label",))
    with pytest.raises(BadInput, match=words):
        store_bought(settings, SCENARIO, dataset, answers, **given)  # type: ignore[arg-type]
    assert [r.run_id for r in all_runs(settings.workspace.runs)] == [built.run_id]
    assert not list(settings.workspace.tmp.glob("bought-*"))


def test_what_was_bought_is_deleted_for_good_and_only_that(
    settings: Settings, dataset: Dataset, built: RunFolder, tmp_path: Path
) -> None:
    bought = store_bought(settings, SCENARIO, dataset, of_the_run(built, dataset, tmp_path, ("label",)), name="A")
    index = open_index(settings, owner=False)
    try:
        with pytest.raises(BadInput, match="was not bought; put it away instead"):
            delete_bought(settings, built)
        delete_bought(settings, bought)
        assert not bought.folder.exists()
        assert [r.run_id for r in all_runs(settings.workspace.runs)] == [built.run_id]
    finally:
        index.close()
    again = open_index(settings, owner=False)
    assert len(queries.runs(again, SCENARIO, bought=True)) == 1
    again.close()
