"""Every command in a process of its own: what it prints, what it leaves, and how it refuses."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.config import REPOSITORY, Settings
from engine.files import new_id
from engine.jobs.runs import RunFolder, open_run
from engine.serving.corrections import Prediction, add_correction
from engine.serving.promotion import promote
from tests.engine.jobs import write_csv

SCENARIO = ("--scenario", "finance_sentiment")


def engine(home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run `python -m engine …` over the workspace `home` to its end."""
    settings = {"HOME": str(home), "OFFLINE": "1", "THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", "engine", *map(str, arguments)],
        cwd=REPOSITORY,
        env=os.environ | {f"BREAKEVEN_{k}": v for k, v in settings.items()},
        capture_output=True,
        text=True,
        check=False,
    )


def answer(home: Path, *arguments: object) -> dict[str, Any]:
    """Return the object that a command with `--json` prints last; it must have ended well."""
    done = engine(home, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert {"run_id", "metrics", "seconds"} <= set(found)
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    write_csv(folder / "small.csv")
    return folder / "workspace"


@pytest.fixture(scope="module")
def trained(home: Path) -> dict[str, Any]:
    """A baseline trained by the command, with two seeds."""
    data = home.parent / "small.csv"
    return answer(home, "finetune", *SCENARIO, "--data", data, "--recipe", "baseline", "--seeds", 2, "-o", "epochs=12")


@pytest.fixture
def run(home: Path, trained: dict[str, Any]) -> RunFolder:
    return open_run(Settings(home=home).workspace.runs, trained["run_id"])


def test_finetune_leaves_a_judged_exported_run(trained: dict[str, Any], run: RunFolder) -> None:
    import pandas as pd

    report = run.report()
    assert trained["metrics"]["accuracy"] == report["quality"]["metrics"]["accuracy"]["value"] > 0.8
    assert [r["seed"] for r in trained["runs"]] == [0, 1]
    assert report["test_looks"] == 1
    assert report["seconds"]["train"] > 0
    assert report["energy"]["kwh"] > 0
    served = report["variants"][report["served"]]
    assert served["provider"] == report["provider"] == "CPUExecutionProvider"
    assert 0 < served["latency_ms"]["p50"] <= served["latency_ms"]["p99"]
    assert report["dataset"]["rows"]["test"] == report["quality"]["rows"]
    assert run.published is not None
    frame = pd.read_parquet(run.published.folder / "predictions.parquet")
    assert list(frame.columns) == ["part", "row", "source", "truth", "p0", "p1", "p2"]
    assert dict(frame["part"].value_counts()) == {p: report["dataset"]["rows"][p] for p in ("validation", "test")}
    left = {p.name for p in run.published.folder.iterdir()}
    assert {"model_card.md", "model_card.json", "data_card.md", "data_card.json", "model", "onnx"} <= left
    assert not left & {"reserve", "step.json"}


def test_published_hashes_are_those_of_the_files(run: RunFolder) -> None:
    from engine.files import read_json, sha256_file

    hashes = read_json(run.folder / "published.json")["sha256"]
    assert run.published is not None
    assert {"report.json", "predictions.parquet", "model/model.safetensors", "onnx/fp32/1/model.onnx"} <= set(hashes)
    for name, sha256 in hashes.items():
        assert sha256_file(run.published.folder / name) == sha256


def test_a_run_is_repeated_from_its_folder(home: Path, run: RunFolder) -> None:
    again = answer(home, "finetune", "--repeat", run.run_id)
    repeated = open_run(Settings(home=home).workspace.runs, again["run_id"])
    weights = [r.folder / "published.json" for r in (run, repeated)]
    first, second = (json.loads(p.read_text())["sha256"]["model/model.safetensors"] for p in weights)
    assert first == second


def test_evaluate_judges_the_served_model_on_a_file(home: Path, run: RunFolder) -> None:
    found = answer(home, "evaluate", run.run_id, "--data", home.parent / "small.csv")
    assert found["rows"] == 168
    assert found["metrics"]["accuracy"] > 0.9
    assert found["quality"]["confusion"]


def test_predict_answers_every_row(home: Path, run: RunFolder, tmp_path: Path) -> None:
    asked = tmp_path / "asked.csv"
    asked.write_text("text\nProfit rose in May, the company said.\nRevenue fell abroad, the company said.\n")
    found = answer(home, "predict", run.run_id, "--input", asked)
    assert [p["label"] for p in found["predictions"]] == ["positive", "negative"]
    out = tmp_path / "answers.csv"
    assert answer(home, "predict", run.run_id, "--input", asked, "--out", out)["rows"] == 2
    with out.open(encoding="utf-8", newline="") as file:
        assert [(r["row"], r["label"]) for r in csv.DictReader(file)] == [("1", "positive"), ("2", "negative")]


def test_export_gives_a_model_folder(home: Path, run: RunFolder, tmp_path: Path) -> None:
    found = answer(home, "export", run.run_id, "--precision", "fp32", "--out", tmp_path / "model")
    assert (tmp_path / "model" / "1" / "model.onnx").stat().st_size > 0
    assert found["size_bytes"] > 0
    refused = engine(home, "export", run.run_id, "--precision", "fp8")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert "fp32, fp16, int8" in refused.stderr


def test_bench_measures(home: Path, run: RunFolder) -> None:
    found = answer(home, "bench", run.run_id)
    assert found["throughput_per_s"] > 0


def test_compare_shows_and_tests(home: Path, trained: dict[str, Any]) -> None:
    found = answer(home, "compare")
    assert found["tests"][0]["runs"][0]["run_id"] == found["run_id"]
    assert {r["test_id"] for r in found["tests"]} == {found["tests"][0]["test_id"]}
    first, second = (r["run_id"] for r in trained["runs"])
    paired = answer(home, "compare", first, second)["paired"]
    assert paired["rows"] > 0
    assert 0 <= paired["p_value"] <= 1
    words = engine(home, "compare")
    assert "Macro-F1" in words.stdout
    assert first in words.stdout


def test_the_report_stands_alone(home: Path, trained: dict[str, Any], tmp_path: Path) -> None:
    files = {suffix: tmp_path / f"report{suffix}" for suffix in (".md", ".html", ".pdf", ".pptx")}
    said = {suffix: answer(home, "report", "--out", path) for suffix, path in files.items()}
    assert trained["run_id"] in files[".md"].read_text("utf-8")
    html = files[".html"].read_text("utf-8")
    assert "<table>" in html
    assert "<script src=" not in html
    assert "<link" not in html
    assert {s["headline"] for suffix, s in said.items() if suffix != ".md"} == {said[".pdf"]["headline"]}
    assert said[".pdf"]["run_id"] in html
    assert files[".pdf"].read_bytes().startswith(b"%PDF")
    assert files[".pptx"].read_bytes().startswith(b"PK")


def test_datasets_and_reindex(home: Path, trained: dict[str, Any]) -> None:
    (listed,) = answer(home, "datasets")["datasets"]
    assert listed["name"] == "small"
    assert trained["run_id"] in listed["runs"]
    assert answer(home, "reindex")["indexed"]["runs"] >= 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nonsense",), "There is no command nonsense; choose one of datasets, finetune"),
        (("finetune",), "add --scenario with one of: finance_sentiment"),
        (("finetune", "--scenario", "weather"), "There is no scenario weather"),
        (("finetune", *SCENARIO, "--recipe", "magic"), "choose one of baseline"),
        (("finetune", *SCENARIO, "--backbone", "none"), "There is no backbone none; choose one of minilm-l6"),
        (("finetune", *SCENARIO, "-o", "epochs"), "epochs is not of the form name=value"),
        (("finetune", *SCENARIO, "--seed", "x"), "--seed"),
        (("finetune", *SCENARIO, "--data", "/no/such.csv"), "/no/such.csv"),
        (("finetune", *SCENARIO, "--test", "/no/such.csv"), "--test needs --data"),
        (("predict", "01ABC", "--input", "x.csv"), "There is no run 01ABC"),
        (("report", "--out", "report.doc"), "is none of .md, .html, .pdf, .pptx"),
        (("report", "--out", "report.pdf"), "No run has finished yet, so there is nothing to decide"),
        (("report", "--out", "report.pdf", "--scenario", "weather"), "There is no scenario weather"),
        (("report", "--out", "report.pdf", "--decision", "01ABC"), "There is no decision 01ABC"),
    ],
)
def test_bad_input_is_one_sentence(workspace: Path, arguments: tuple[str, ...], words: str) -> None:
    done = engine(workspace, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stdout == ""


def test_labels_that_the_run_does_not_know_are_named(home: Path, run: RunFolder, tmp_path: Path) -> None:
    (tmp_path / "other.csv").write_text("text,label\nProfit rose.,good\nProfit fell.,bad\n")
    done = engine(home, "evaluate", run.run_id, "--data", tmp_path / "other.csv")
    assert done.returncode == 2
    assert "the label bad; this run knows negative, neutral, positive" in done.stderr


def test_a_workspace_that_cannot_be_made_is_one_sentence() -> None:
    done = engine(Path("/proc/nowhere"), "datasets")
    assert done.returncode == 1
    assert "/proc/nowhere" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_curve_trains_on_parts_and_forecasts(home: Path, run: RunFolder) -> None:
    found = answer(home, "curve", run.run_id)
    assert [p["rows"] for p in found["points"]] == sorted(p["rows"] for p in found["points"])
    assert len({p["rows"] for p in found["points"]}) == 4
    assert set(found["forecast"]) == {"2", "5", "10"}
    assert all(0 <= f["low"] <= f["value"] <= f["high"] <= 1 for f in found["forecast"].values())
    assert len(found["trained"]) == 3
    assert answer(home, "curve", run.run_id)["trained"] == []  # they are there already
    refused = engine(home, "curve", run.run_id, "--share", "2")
    assert refused.returncode == 2
    assert "The share of the training part is 2" in refused.stderr


def test_buy_sends_rows_and_judges_what_comes_back(home: Path, run: RunFolder, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    sent = answer(home, "buy", run.run_id, "--rows", rows)
    with rows.open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == sent["rows"]
    assert set(table[0]) == {"row", "text"}
    back = tmp_path / "back.csv"
    back.write_text("row,label\n" + "".join(f"{line['row']},neutral\n" for line in table), "utf-8")
    found = answer(home, "buy", run.run_id, "--answers", back, "--name", "Neutral Inc", "--usd-per-1000", 0.2)
    assert found["usd_per_1000"] == 0.2
    assert 0.2 < found["metrics"]["accuracy"] < 0.5
    assert "auc" not in found["metrics"]
    back.write_text("row,label\n1,neutral\n", "utf-8")
    refused = engine(home, "buy", run.run_id, "--answers", back, "--name", "Neutral Inc")
    assert refused.returncode == 2
    assert len(refused.stderr.strip().splitlines()) == 1
    assert engine(home, "buy", run.run_id).returncode == 2


def test_readiness_scores_keeps_answers_and_names_the_rules(home: Path, run: RunFolder) -> None:
    first = answer(home, "readiness", *SCENARIO)
    assert first["run_id"]
    assert first["scores"]["technical"]["value"] is not None
    assert first["scores"]["talent"]["value"] is None
    told = answer(home, "readiness", *SCENARIO, "--answer", "engineers=two", "--answer", "market_eu=yes")
    assert told["scores"]["talent"]["low"] == 35
    assert "eu_ai_literacy" in {r["id"] for r in told["rules"]["applying"]}
    assert answer(home, "readiness", *SCENARIO, "--run", run.run_id)["answers"] == told["answers"]
    refused = engine(home, "readiness", *SCENARIO, "--answer", "engineers=many")
    assert refused.returncode == 2
    assert "The answer to engineers is many" in refused.stderr
    assert engine(home, "readiness", "--scenario", "recommendation", "--run", run.run_id).returncode == 2


def test_a_correction_ends_in_the_next_run(home: Path, run: RunFolder) -> None:
    settings = Settings(home=home)
    promote(settings, run.run_id, "finance")
    asked = Prediction(new_id(), "finance", "1", run.run_id, rows=1)
    add_correction(settings, asked, "A sentence that nobody had seen before.", "positive")
    made = answer(home, "corrections", "finance", "--finetune")
    before, after = run.report(), open_run(settings.workspace.runs, made["run_id"]).report()
    assert after["dataset"]["test_id"] == before["dataset"]["test_id"], "the two runs compare"
    rows = [sum(r["dataset"]["rows"][part] for part in ("train", "validation")) for r in (before, after)]
    assert rows[1] == rows[0] + 1
    assert (after["recipe"], after["seed"]) == (before["recipe"], before["seed"])
