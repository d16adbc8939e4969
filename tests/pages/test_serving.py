"""The serving page, run without a browser: endpoints, changes with undo, keys, corrections, and what is empty."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from engine.config import load_settings
from engine.files import new_id, sha256_file, utc_now, write_json
from engine.jobs.loadtest import loadtest_spec
from engine.jobs.results import machine
from engine.jobs.runs import RunFolder, all_runs, create_run
from engine.serving.corrections import Prediction, add_correction
from engine.serving.endpoints import endpoint, endpoints
from engine.serving.keys import add_key, keys
from engine.serving.load import Level, Load
from engine.serving.promotion import promote
from pages.shared import downloads
from tests.pages.conftest import LABELS
from tests.pages.test_pages import said

Open = Callable[..., AppTest]
Model = Callable[..., RunFolder]


@pytest.fixture
def model(finished: Callable[..., RunFolder]) -> Model:
    """Return a function that leaves a finished run whose model can be promoted."""

    def make(recipe: str = "probe", **choices: float) -> RunFolder:
        run = finished(recipe, **choices)
        attempt = run.published
        assert attempt is not None
        folder = attempt.onnx / "int8"
        (folder / "1").mkdir(parents=True)
        (folder / "1" / "model.onnx").write_bytes(b"a graph")
        write_json(
            folder / "task.json",
            {"schema_version": 1, "task": "text_classification", "encoder": "tokens", "labels": list(LABELS)},
        )
        (folder / "config.pbtxt").write_text('name: "int8"\nbackend: "onnxruntime"\ndynamic_batching { }\n')
        hashes = {p.relative_to(attempt.folder).as_posix(): sha256_file(p) for p in folder.rglob("*") if p.is_file()}
        write_json(
            run.folder / "published.json",
            {"schema_version": 1, "attempt": attempt.number, "at": utc_now(), "sha256": hashes},
        )
        return run

    return make


@pytest.fixture
def served(model: Model) -> tuple[RunFolder, RunFolder]:
    """An endpoint with two versions, 90 and 10 percent."""
    settings = load_settings(inference_port=1)
    first, second = model("baseline", right=0.7, train_seconds=1.0), model("probe")
    promote(settings, first.run_id, "news", by="ann")
    promote(settings, second.run_id, "news", share=10, by="ann")
    return first, second


@pytest.fixture(autouse=True)
def nobody_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """No service of the developer's own is asked by mistake."""
    monkeypatch.setenv("BREAKEVEN_INFERENCE_PORT", "1")


def asked(endpoint_name: str, run_id: str, **values: object) -> str:
    """Write down that a version answered, as the service does; return the prediction's id."""
    line = {
        "id": new_id(), "model": endpoint_name, "version": "1", "run": run_id, "precision": "int8", "at": utc_now(),
        "rows": 60, "ms": 5.0, "status": 200, "key": "", "batch": 0, "queue_ms": None, "bytes_in": 10,
        "bytes_out": 10, "classes": {"negative": 60}, "confidence": 50.0, **values,
    }  # fmt: skip
    with (load_settings().workspace.usage / f"{utc_now()[:10]}-1.jsonl").open("a") as file:
        file.write(json.dumps(line) + "\n")
    return str(line["id"])


def test_an_empty_workspace_leads_to_the_first_model(page: Open) -> None:
    assert "No endpoint yet" in said(page("serving", lang="en"))


def test_one_click_serves_the_best_run_and_another_undoes_it(page: Open, model: Model) -> None:
    run = model("probe")
    test = page("serving", lang="en")
    test.button(key="serve-finance_sentiment").click().run()
    assert not test.exception
    made = endpoint(load_settings(), "finance_sentiment")
    assert (made.versions[0].run_id, made.split) == (run.run_id, {"1": 100})
    assert test.selectbox(key="endpoint").value == "finance_sentiment"


def test_traffic_is_shared_out_and_given_back(page: Open, served: tuple[RunFolder, RunFolder]) -> None:
    test = page("serving", lang="en", endpoint="news")
    first, second = (n for n in test.number_input if str(n.key).startswith("split-"))
    assert (first.value, second.value) == (90, 10)
    first.set_value(60)
    second.set_value(40)
    next(b for b in test.button if b.label == "Share out").click().run()
    assert endpoint(load_settings(), "news").split == {"1": 60, "2": 40}
    test.button(key="undo-serving").click().run()
    assert endpoint(load_settings(), "news").split == {"1": 90, "2": 10}
    assert [n.value for n in test.number_input if str(n.key).startswith("split-")] == [90, 10]


def test_what_cannot_be_done_is_a_sentence(page: Open, served: tuple[RunFolder, RunFolder]) -> None:
    test = page("serving", lang="en", endpoint="news")
    next(n for n in test.number_input if str(n.key).startswith("split-")).set_value(95)
    next(b for b in test.button if b.label == "Share out").click().run()
    assert "are not 100 percent together" in test.error[0].value
    assert endpoint(load_settings(), "news").split == {"1": 90, "2": 10}


def test_a_run_of_the_address_is_promoted_to_a_new_name(page: Open, served: tuple[RunFolder, RunFolder]) -> None:
    test = page("serving", lang="en", endpoint="news", run=served[0].run_id)
    assert test.selectbox(key="promote-run").value == served[0].run_id
    test.text_input(key="promote-name").set_value("old")
    next(b for b in test.button if b.label == "Promote").click().run()
    assert not test.error
    assert [e.name for e in endpoints(load_settings())] == ["news", "old"]
    assert test.selectbox(key="endpoint").value == "old"


def test_what_an_endpoint_answered_and_costs_stands_first(page: Open, served: tuple[RunFolder, RunFolder]) -> None:
    asked("news", served[0].run_id)
    asked("news", served[0].run_id, status=500)
    test = page("serving", lang="en", endpoint="news")
    shown = {metric.label: metric.value.replace("\\", "") for metric in test.metric}
    assert shown["Latency p95"] == "5.0 ms"
    assert shown["Errors"] == "50.0%"
    assert "Cost per 1,000 at today's load" in shown
    assert {"measured", "projected"} <= {kind for kind in ("measured", "projected") if kind in said(test)}
    table = test.dataframe[0].value
    assert table["Version"].tolist() == ["2", "1"]
    assert table["Share"].tolist() == ["10%", "90%"]
    assert table["Requests, last hour"].tolist() == ["0", "2"]


def test_snippets_carry_address_and_name_and_a_key_once_there_is_one(
    page: Open, served: tuple[RunFolder, RunFolder]
) -> None:
    test = page("serving", lang="en", endpoint="news", view="call")
    codes = [code.value for code in test.code if "/v2/models/news/infer" in code.value]
    assert len(codes) == 3
    assert not any("Authorization" in code for code in codes)
    add_key(load_settings(), "shop", by="ann")
    test = page("serving", lang="en", endpoint="news", view="call")
    assert all("Bearer YOUR_KEY" in code.value for code in test.code if "/infer" in code.value)


def test_a_key_is_shown_once_and_revoked(page: Open, served: tuple[RunFolder, RunFolder]) -> None:
    test = page("serving", lang="en", endpoint="news", view="keys")
    test.text_input(key="key-name").set_value("shop")
    test.number_input(key="key-most").set_value(60)
    next(b for b in test.button if b.label == "Make a key").click().run()
    (secret,) = [code.value for code in test.code if code.value.startswith("bk_")]
    made = keys(load_settings())[0]
    assert (made.name, made.per_minute, made.is_good) == ("shop", 60, True)
    assert secret not in "".join(p.read_text() for p in load_settings().home.glob("*.json"))
    assert not [c for c in page("serving", lang="en", endpoint="news", view="keys").code if c.value.startswith("bk_")]
    test.button(key="revoke").click().run()
    assert not keys(load_settings())[0].is_good
    assert not [c for c in test.code if c.value.startswith("bk_")]


def test_a_load_test_is_queued_and_its_curve_says_the_answer(page: Open, served: tuple[RunFolder, RunFolder]) -> None:
    test = page("serving", lang="en", endpoint="news", view="load")
    test.button(key="load-test").click().run()
    (job,) = [run for run in all_runs(load_settings().workspace.runs) if run.spec.kind == "loadtest"]
    assert (job.spec.label, job.state) == ("news", "queued")
    assert "Load test of news" in said(test)
    job.request("cancel")
    measured("news")
    test = page("serving", lang="en", endpoint="news", view="load")
    assert "200 inputs a second with 2 at once, p95 9.0 ms; more clients only wait longer" in test.subheader[0].value
    assert "same processors" in said(test)


def measured(name: str) -> RunFolder:
    """Leave a finished load test as a worker does."""
    settings = load_settings()
    run = create_run(settings.workspace.runs, loadtest_spec(settings, name, Load((1, 2, 4))))
    attempt = run.new_attempt()
    levels = [Level(n, 10, rate, rate, 4.0, 9.0, 11.0, 0, 0) for n, rate in ((1, 100.0), (2, 200.0), (4, 201.0))]
    report = {
        "schema_version": 1, "run_id": run.run_id, "name": name, "load": {"rows": 1, "seconds": 3.0},
        "levels": [level.to_json() for level in levels], "measured_inputs": True, "provider": "CPUExecutionProvider",
        "precision": "int8", "version": "1", "service_memory_mib": 200.0, "machine": machine(),
        "seconds": {"total": 9.0}, "finished_at": utc_now(),
    }  # fmt: skip
    write_json(attempt.report_file, report)
    attempt.say("finished")
    run.publish(attempt, {})
    return run


def test_drift_is_said_and_corrections_become_a_data_set(page: Open, served: tuple[RunFolder, RunFolder]) -> None:
    test = page("serving", lang="en", endpoint="news", view="answers")
    assert "Nothing was answered" in said(test)
    assert any("/v2/models/news/feedback" in code.value for code in test.code)
    prediction = asked("news", served[0].run_id)
    found = Prediction(prediction, "news", "1", served[0].run_id, 60)
    add_correction(load_settings(), found, "Profit fell.", "negative")
    test = page("serving", lang="en", endpoint="news", view="answers")
    assert "has moved far" in test.subheader[0].value
    assert "1 right answer was sent." in said(test)
    test.button(key="corrected").click().run()
    assert not test.error
    assert not test.exception
    assert "The data set is being stored" in said(test)
    (job,) = [run for run in all_runs(load_settings().workspace.runs) if run.spec.kind == "prepare"]
    assert job.spec.dataset["store"]
    assert job.spec.label == "News + 1"


def test_lists_drift_by_how_popular_they_are(page: Open, served: tuple[RunFolder, RunFolder]) -> None:
    run, bands = served[0], {"0-1": 100, "1-5": 400, "5-20": 300, "20-50": 150, "50-100": 50}
    assert run.published is not None
    mix = {"bands": bands, "new_share": 0.04}
    write_json(run.published.report_file, run.report() | {"labels": [], "quality": {"mix": mix}})
    asked("news", run.run_id, classes={"0-1": 590, "1-5": 10}, confidence=None, items=200, unknown=30)
    test = page("serving", lang="en", endpoint="news", view="answers")
    assert "has moved far" in test.subheader[0].value
    told = said(test)
    assert "15.0% are in nobody's history of the training data" in told
    assert "it was 4.0%" in told
    table = next(d.value for d in test.dataframe if "Unknown items" in d.value)
    assert table["Unknown items"].tolist() == ["15.0%"]
    assert table["Answers"].tolist() == ["60"], "sixty lists of ten items"


def test_the_triton_repository_is_sent_as_a_zip(page: Open, served: tuple[RunFolder, RunFolder]) -> None:
    asks = TestClient(Starlette(routes=downloads.ROUTES))
    sent = asks.get("/" + downloads.triton_address("news"))
    assert 'filename="news-triton.zip"' in sent.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(sent.content)) as archive:
        assert {"news/config.pbtxt", "news/1/model.onnx", "news/2/model.onnx"} <= set(archive.namelist())
    nobody = asks.get("/" + downloads.triton_address("nobody"))
    assert nobody.status_code == 404
    assert "There is no endpoint nobody" in nobody.json()["error"]


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("view", ["versions", "call", "load", "answers", "keys"])
def test_every_view_draws_in_both_languages(
    page: Open, served: tuple[RunFolder, RunFolder], view: str, language: str
) -> None:
    test = page("serving", lang=language, endpoint="news", view=view)
    assert not test.error
    assert test.title[0].value
