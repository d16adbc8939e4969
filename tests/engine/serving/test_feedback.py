"""Corrections: sent to the real service, kept, and made into data to train on."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from engine.config import Settings
from engine.datasets.raw import add_raw
from engine.datasets.texts.options import TextOptions
from engine.datasets.texts.prepare import prepare
from engine.errors import BadInput, NotFound
from engine.files import append_line, new_id, utc_now, write_json
from engine.jobs.runs import open_run
from engine.serving.corrected import corrected_dataset, write_corrections
from engine.serving.corrections import Prediction, add_correction, corrections, file_of, find_prediction
from engine.serving.promotion import promote
from engine.tasks.encoder import read_task
from tests.engine.serving.conftest import LABELS, RUN_ID, Trained, alone, publish_run, served
from tests.engine.serving.test_service import text_input

FEEDBACK = "/v2/models/finance/feedback"


@pytest.fixture(scope="module")
def told(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A service with an endpoint, whose model learned from a data set that is there."""
    home = tmp_path_factory.mktemp("told") / "workspace"
    attempt = publish_run(home, trained)
    settings = alone(home)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("text", "label"))
    words = ["apple", "bridge", "copper", "dolphin", "engine", "forest", "garden", "harbour", "island", "jungle"]
    for place, label in enumerate(LABELS):
        writer.writerows((f"{a} {b} {label} {place}", label) for a in words for b in words[:4])
    raw = add_raw(io.BytesIO(text.getvalue().encode()), "news.csv", settings)
    dataset = prepare(
        raw, TextOptions("news"), settings, usual={"text": ("text",), "label": ("label",)}, task="text_classification"
    )
    write_json(attempt / "dataset.json", {"schema_version": 1, "id": dataset.id})
    promote(settings, RUN_ID, "finance")
    with served(settings):
        yield settings


@pytest.fixture
def asking(told: Settings) -> Iterator[httpx.Client]:
    file_of(told, "finance").unlink(missing_ok=True)
    with httpx.Client(base_url=f"http://127.0.0.1:{told.inference_port}", trust_env=False) as client:
        yield client


def predicted(asking: httpx.Client, *texts: str) -> str:
    answer = asking.post("/v2/models/finance/infer", json=text_input(*texts)).json()
    return str(answer["parameters"]["prediction"])


def test_a_correction_is_kept_with_its_input(told: Settings, asking: httpx.Client) -> None:
    prediction = predicted(asking, "profit rose", "sales fell")
    sent = {"prediction": prediction, "row": 1, "input": "sales fell", "label": "negative"}
    answer = asking.post(FEEDBACK, json=sent)
    assert answer.status_code == 201
    assert answer.json()["version"] == "1"
    asking.post(FEEDBACK, json=sent | {"label": "neutral"})
    (kept,) = corrections(told, "finance")
    assert (kept.prediction, kept.row, kept.input, kept.label) == (prediction, 1, "sales fell", "neutral")
    assert (kept.run_id, kept.version, kept.takes) == (RUN_ID, "1", "text")


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        ({"prediction": "01KAN5DQ7W3Y8ZJ4T2V6R9ZZZZ"}, 404, "There is no prediction"),
        ({"prediction": "nonsense"}, 404, "There is no prediction nonsense"),
        ({"row": 1}, 400, "has no row 1; rows count from 0 to 0"),
        ({"row": True}, 400, "whole number"),
        ({"label": "great"}, 400, "choose one of negative, neutral, positive"),
        ({"label": None}, 400, "lacks prediction, label or input"),
        ({"input": ["a", "b"]}, 400, "the one row"),
        ({"input": ""}, 400, "the one row"),
        ({"input": "x" * 100_001}, 400, "characters"),
    ],
)
def test_what_is_no_correction_is_one_sentence(
    told: Settings, asking: httpx.Client, changed: dict[str, Any], status: int, says: str
) -> None:
    sent = {"prediction": predicted(asking, "profit rose"), "input": "profit rose", "label": "positive"} | changed
    answer = asking.post(FEEDBACK, json=sent)
    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert corrections(told, "finance") == []


def test_a_correction_goes_to_the_model_that_answered(asking: httpx.Client) -> None:
    sent = {"prediction": predicted(asking, "a"), "input": "a", "label": "neutral"}
    answer = asking.post(f"/v2/models/{RUN_ID}/feedback", json=sent)
    assert answer.status_code == 404
    assert "send it to finance" in answer.json()["error"]
    assert asking.post(FEEDBACK, content=b"{").status_code == 400
    refused = asking.post("/v2/models/finance/infer", content=b"{")
    answer = asking.post(FEEDBACK, json=sent | {"prediction": refused.headers["x-prediction-id"]})
    assert answer.status_code == 404, "what was refused was no prediction"


def test_corrections_become_the_next_training_data(told: Settings, asking: httpx.Client, tmp_path: Path) -> None:
    old = told.workspace.datasets / json.loads((_attempt(told) / "dataset.json").read_text())["id"]
    before = _rows(old)
    learned = before[before["part"] == "train"].iloc[0]
    tested = before[before["part"] == "test"].iloc[0]
    wrong = next(label for label in LABELS if label != learned["label"])
    for text, label in ((learned["text"].upper(), wrong), (tested["text"], wrong), ("brand new words here", "neutral")):
        asking.post(FEEDBACK, json={"prediction": predicted(asking, text), "input": text, "label": label})
    dataset, scenario = corrected_dataset(told, "finance")
    after = _rows(dataset.folder)
    assert dataset.test_id == json.loads((old / "dataset.json").read_text())["test_id"], "the runs compare"
    training = after[after["part"] != "test"].set_index("text")["label"]
    assert training[learned["text"].upper()] == wrong
    assert learned["text"] not in training, "the correction counts, not what stood there"
    assert training["brand new words here"] == "neutral"
    assert tested["text"] not in training, "the test part stays unseen"
    assert len(after) == len(before) + 1
    assert scenario == "finance_sentiment"
    assert write_corrections(told, "finance", tmp_path / "out.csv") == 3
    assert list(csv.reader((tmp_path / "out.csv").read_text().splitlines()))[-1] == ["brand new words here", "neutral"]


def _attempt(settings: Settings) -> Path:
    found = open_run(settings.workspace.runs, RUN_ID).published
    assert found is not None
    return found.folder


def _rows(folder: Path) -> Any:
    import pandas as pd

    return pd.read_parquet(folder / "rows.parquet")


def test_without_corrections_there_is_nothing_to_make(told: Settings, asking: httpx.Client) -> None:
    with pytest.raises(BadInput, match="There are no corrections for finance yet"):
        corrected_dataset(told, "finance")
    with pytest.raises(NotFound, match="There is no endpoint nobody"):
        corrected_dataset(told, "nobody")
    file_of(told, "finance").write_text('{"id": 1}\n')
    with pytest.raises(BadInput, match="holds no corrections"):
        corrections(told, "finance")


def of_task(home: Path, trained: Trained, task: str, labels: list[str]) -> tuple[Settings, Prediction]:
    """Return a workspace whose run is of another task, and a prediction in its usage."""
    settings = Settings(home=home)
    attempt = publish_run(home, trained)
    for folder in (attempt / "onnx").iterdir():
        write_json(folder / "task.json", read_task(folder) | {"task": task, "labels": labels})
    at, prediction = utc_now(), new_id()
    line = {"id": prediction, "model": RUN_ID, "version": "1", "run": RUN_ID, "rows": 1, "status": 200, "at": at}
    append_line(settings.workspace.usage / f"{at[:10]}-1.jsonl", line)
    return settings, find_prediction(settings, prediction)


def test_a_picture_is_kept_without_what_its_file_says(tmp_path: Path, trained: Trained) -> None:
    settings, prediction = of_task(tmp_path, trained, "image_classification", ["benign", "malignant"])
    exif = Image.Exif()
    exif[0x010E] = "Jane Roe, born 1970"
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png", exif=exif)
    assert b"Jane Roe" in file.getvalue()
    made = add_correction(settings, prediction, base64.b64decode(base64.b64encode(file.getvalue())), "benign")
    assert write_corrections(settings, RUN_ID, tmp_path / "out.zip") == 1
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == [f"benign/{made.id}.png"]
        kept = archive.read(archive.namelist()[0])
    assert b"Jane Roe" not in kept
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(kept))), pixels)
    with pytest.raises(BadInput):
        add_correction(settings, prediction, b"no picture", "benign")


def test_a_history_becomes_a_user(tmp_path: Path, trained: Trained) -> None:
    settings, prediction = of_task(tmp_path, trained, "ranking", [])
    with pytest.raises(BadInput, match="has 0 characters; give the id"):
        add_correction(settings, prediction, ("P1", "P2"), "")
    made = add_correction(settings, prediction, ("P1", "P2"), "P7")
    write_corrections(settings, RUN_ID, tmp_path / "out.csv")
    rows = list(csv.reader((tmp_path / "out.csv").read_text().splitlines()))
    assert rows == [
        ["user", "item", "timestamp"],
        [made.id, "P1", "0"],
        [made.id, "P2", "1"],
        [made.id, "P7", "2"],
    ]
