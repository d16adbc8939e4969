"""What a request leaves behind: a line of usage and a count for Prometheus, through the real service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from engine.config import Settings
from engine.files import read_lines
from engine.serving.keys import add_key, file_of
from engine.serving.promotion import promote
from tests.engine.serving.conftest import RUN_ID, Trained, alone, publish_run, served, wait_for
from tests.engine.serving.test_service import text_input


@pytest.fixture(scope="module")
def metered(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A service of its own, whose usage is known, with an endpoint."""
    home = tmp_path_factory.mktemp("metered") / "workspace"
    publish_run(home, trained)
    settings = alone(home)
    promote(settings, RUN_ID, "finance")
    with served(settings):
        yield settings


@pytest.fixture
def asking(metered: Settings) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{metered.inference_port}", trust_env=False) as client:
        yield client


def usage(settings: Settings) -> list[dict[str, Any]]:
    return [line for path in settings.workspace.usage.glob("*.jsonl") for line in read_lines(path)]


def line_of(settings: Settings, prediction: str) -> dict[str, Any]:
    """Return the line of a prediction once it is written."""
    found: list[dict[str, Any]] = wait_for(lambda: [u for u in usage(settings) if u["id"] == prediction])
    return found[0]


def test_a_request_to_an_endpoint_is_a_line_of_usage(metered: Settings, asking: httpx.Client) -> None:
    answer = asking.post("/v2/models/finance/infer", json=text_input("profit rose", "sales fell"))
    body = answer.json()
    assert (body["model_name"], body["model_version"]) == ("finance", "1")
    assert body["parameters"]["prediction"] == answer.headers["x-prediction-id"]
    line = line_of(metered, body["parameters"]["prediction"])
    assert (line["model"], line["version"], line["run"]) == ("finance", "1", RUN_ID)
    assert (line["rows"], line["status"], line["key"]) == (2, 200, "")
    assert line["out"] == len(answer.content)
    assert line["in"] == len(answer.request.content)
    assert line["ms"] > 0
    outputs = {o["name"]: o["data"] for o in body["outputs"]}
    assert sum(line["classes"].values()) == 2
    assert set(line["classes"]) == set(outputs["label"])
    best = [max(outputs["probabilities"][i : i + 3]) for i in (0, 3)]
    assert line["confidence"] == pytest.approx(sum(best), abs=1e-4)
    assert "profit" not in str(line), "what was asked is not kept"


@pytest.mark.parametrize(
    ("path", "body", "status", "model"),
    [
        ("/v2/models/finance/infer", b"{", 400, "finance"),
        (f"/v2/models/{RUN_ID.lower()}/infer", b"x" * (17 << 20), 413, RUN_ID),
        ("/v2/models/nobody/infer", b"{}", 404, ""),
        ("/v2/models/finance/versions/7/infer", b"{}", 404, "finance"),
    ],
)
def test_what_was_refused_is_written_down_too(
    metered: Settings, asking: httpx.Client, path: str, body: bytes, status: int, model: str
) -> None:
    answer = asking.post(path, content=body)
    assert answer.status_code == status
    line = line_of(metered, answer.headers["x-prediction-id"])
    assert (line["status"], line["model"], line["rows"]) == (status, model, 0)


def test_prometheus_reads_the_same_counts(metered: Settings, asking: httpx.Client) -> None:
    def value(name: str, **labels: str) -> float:
        text = asking.get("/metrics").text
        samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
        return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())

    counted = {"model": "finance", "version": "1"}
    before = value("breakeven_requests_total", **counted, status="200")
    rows = value("breakeven_rows_total", **counted)
    for _ in range(3):
        asking.post("/v2/models/finance/infer", json=text_input("profit rose", "sales fell"))
    asking.post("/v2/models/nobody/infer", json=text_input("a"))
    assert value("breakeven_requests_total", **counted, status="200") == before + 3
    assert value("breakeven_rows_total", **counted) == rows + 6
    assert value("breakeven_request_seconds_count", **counted) >= before + 3
    assert value("breakeven_requests_total", model="", status="404") >= 1
    assert value("breakeven_requests_total", model="nobody") == 0
    assert value("breakeven_models_loaded") >= 1
    assert value("breakeven_in_flight") == value("breakeven_queue_depth") == 0
    assert value("process_resident_memory_bytes") > 10e6
    assert asking.get("/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")


def test_the_key_that_asked_is_named(metered: Settings, asking: httpx.Client) -> None:
    _, secret = add_key(metered, "shop", by="ann")
    asking.headers["Authorization"] = f"Bearer {secret}"
    answer = asking.post("/v2/models/finance/infer", json=text_input("profit rose"))
    assert line_of(metered, answer.headers["x-prediction-id"])["key"] == "shop"
    del asking.headers["Authorization"]
    refused = wait_for(
        lambda: found if (found := asking.post("/v2/models/finance/infer", json=text_input("a"))).is_error else None
    )
    line = line_of(metered, refused.headers["x-prediction-id"])
    assert (line["status"], line["model"], line["key"]) == (401, "finance", "")
    file_of(metered).unlink()
