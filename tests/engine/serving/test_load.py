"""Load tests: real clients against a real service, and what is kept of them."""

from __future__ import annotations

import json

import pytest

from engine.config import Settings
from engine.errors import BadInput, Cancelled, NotFound
from engine.jobs.loadtest import loadtest_spec
from engine.jobs.progress import progress
from engine.jobs.runs import create_run, open_run
from engine.jobs.worker import run_attempt
from engine.serving.asking import Examples, answering_run, examples
from engine.serving.load import Level, Load, enough, run_load
from tests.browser.server import command
from tests.engine.serving.conftest import RUN_ID, TEXTS

EXAMPLES = Examples("text", TEXTS, True)


def url(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.inference_port}"


def level(clients: int, rows_per_s: float) -> Level:
    return Level(clients, 10, rows_per_s, rows_per_s, 1.0, 2.0, 3.0, 0, 0)


def test_more_clients_at_once_are_measured_one_level_after_the_other(service: Settings) -> None:
    heard: list[tuple[int, float]] = []
    found = run_load(
        url(service), RUN_ID, EXAMPLES, Load((1, 3), rows=2, seconds=0.4), progress=lambda *seen: heard.append(seen)
    )
    assert [n.clients for n in found] == [1, 3]
    for one in found:
        assert one.requests > 0
        assert one.rows_per_s == pytest.approx(2 * one.requests_per_s, rel=0.01)
        assert one.p50_ms is not None
        assert one.p95_ms is not None
        assert one.p99_ms is not None
        assert 0 < one.p50_ms <= one.p95_ms <= one.p99_ms
        assert (one.turned_away, one.errors) == (0, 0)
    assert {clients for clients, _ in heard} == {1, 3}
    assert [share for _, share in heard] == sorted(share for _, share in heard)


def test_what_fails_counts_as_an_error_and_has_no_latency(service: Settings) -> None:
    (found,) = run_load(url(service), "nobody", EXAMPLES, Load((2,), seconds=0.2))
    assert found.errors > 0
    assert (found.requests, found.rows_per_s, found.p50_ms) == (0, 0.0, None)
    (gone,) = run_load("http://127.0.0.1:1", RUN_ID, EXAMPLES, Load((1,), seconds=0.2))
    assert gone.errors > 0


def test_it_can_be_cancelled(service: Settings) -> None:
    with pytest.raises(Cancelled, match="cancelled"):
        run_load(url(service), RUN_ID, EXAMPLES, Load((1,), seconds=60), should_stop=lambda: True)


def test_the_first_level_that_is_nearly_the_fastest_is_enough() -> None:
    assert enough([level(1, 100), level(2, 190), level(4, 200), level(8, 199)]).clients == 2


@pytest.mark.parametrize(
    ("asked", "words"),
    [({"clients": (0,)}, "clients is 0"), ({"clients": ()}, "clients is -"), ({"rows": 0}, "rows is 0"),
     ({"seconds": 0}, "seconds is 0")],
)  # fmt: skip
def test_what_cannot_be_asked_is_a_sentence(asked: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Load(**asked)  # type: ignore[arg-type]


def test_a_job_keeps_what_was_measured_with_date_machine_and_provider(service: Settings) -> None:
    spec = loadtest_spec(service, RUN_ID, Load((1, 2), seconds=0.2))
    run = create_run(service.workspace.runs, spec)
    run_attempt(run, run.new_attempt(), service, foreground=True)
    report = run.report()
    assert [n["clients"] for n in report["levels"]] == [1, 2]
    assert all(n["requests"] > 0 for n in report["levels"])
    assert (report["provider"], report["precision"]) == ("CPUExecutionProvider", "int8")
    assert report["machine"]["cores"] >= 1
    assert report["finished_at"].endswith("Z")
    assert report["service_memory_mib"] > 0
    assert progress(run).state == "finished"
    assert not run.is_model
    usage = "".join(path.read_text() for path in service.workspace.usage.glob("*.jsonl"))
    assert '"dashboard"' not in usage, "a load test is no load"


def test_the_command_prints_what_the_job_keeps(service: Settings) -> None:
    asked = ("loadtest", RUN_ID, "--clients", "1,2", "--seconds", "0.2", "--rows", "2", "--json")
    done = command(service.home, *asked, inference_port=service.inference_port)
    printed = json.loads(done.stdout.splitlines()[-1])
    assert [n["clients"] for n in printed["levels"]] == [1, 2]
    assert printed["load"]["rows"] == 2
    assert open_run(service.workspace.runs, printed["run_id"]).report()["levels"] == printed["levels"]
    refused = command(service.home, "loadtest", "nobody", check=False)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "There is no endpoint nobody" in refused.stderr


def test_a_model_that_is_not_there_is_said_before_anything_is_queued(service: Settings) -> None:
    with pytest.raises(NotFound, match="There is no endpoint nobody"):
        loadtest_spec(service, "nobody", Load())


def test_without_its_data_set_a_model_is_asked_with_made_up_inputs(service: Settings) -> None:
    found = examples(service, answering_run(service, RUN_ID))
    assert (found.takes, found.measured) == ("text", False)
    assert found.inputs
