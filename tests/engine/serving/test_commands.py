"""The commands for endpoints, keys and corrections, as somebody at a terminal uses them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from engine.cli.app import main
from engine.config import Settings
from engine.files import append_line
from engine.serving.endpoints import endpoint
from tests.engine.serving.conftest import RUN_ID, Trained, alone, publish_run, served
from tests.engine.serving.test_service import text_input

Asks = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def commanded(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    home = tmp_path_factory.mktemp("commanded") / "workspace"
    publish_run(home, trained)
    settings = alone(home)
    with served(settings):
        yield settings


@pytest.fixture
def ask(commanded: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Asks:
    """Return a function that runs a command with --json and returns what it printed."""
    for name, value in commanded.environment().items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> dict[str, Any]:
        assert main([*arguments, "--json"]) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert {"run_id", "metrics", "seconds"} <= set(found)
        return found

    return run


def version(settings: Settings) -> str:
    """Return the version that answers a request without one."""
    url = f"http://127.0.0.1:{settings.inference_port}/v2/models/finance/infer"
    found = httpx.post(url, json=text_input("profit rose"), trust_env=False)
    return str(found.json()["model_version"])


def test_an_endpoint_from_promotion_to_retirement(
    commanded: Settings, ask: Asks, capsys: pytest.CaptureFixture[str]
) -> None:
    made = ask("promote", RUN_ID[:12], "finance")
    assert (made["run_id"], made["service"], made["endpoint"]["split"]) == (RUN_ID, "taken up", {"1": 100})
    assert version(commanded) == "1"
    assert ask("promote", RUN_ID, "finance", "--precision", "fp32")["endpoint"]["split"] == {"2": 100}
    assert version(commanded) == "2", "the service takes it up without a restart"
    assert ask("rollback", "finance")["endpoint"]["split"] == {"1": 100}
    assert version(commanded) == "1"
    assert ask("split", "finance", "1=90", "2=10")["endpoint"]["split"] == {"1": 90, "2": 10}
    (listed,) = ask("endpoints")["endpoints"]
    assert [(v["number"], v["precision"], v["share"]) for v in listed["versions"]] == [
        ("1", "int8", 90),
        ("2", "fp32", 10),
    ]
    assert listed["history"][-1]["action"] == "split"
    assert main(["endpoints"]) == 0
    assert "90 %" in capsys.readouterr().out
    ask("retire", "finance")
    assert endpoint(commanded, "finance").is_retired
    url = f"http://127.0.0.1:{commanded.inference_port}/v2/models/finance/infer"
    gone = httpx.post(url, json=text_input("profit rose"), trust_env=False)
    assert (gone.status_code, "is retired" in gone.json()["error"]) == (404, True)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("promote", RUN_ID, "no name"), "cannot be the name of an endpoint"),
        (("split", "nowhere", "1=100"), "There is no endpoint nowhere"),
        (("split", "nowhere", "half"), "half is no share; write VERSION=PERCENT"),
        (("keys", "revoke", "nobody"), "There is no key nobody"),
        (("corrections", "nowhere", "--prepare"), "There is no endpoint nowhere"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    ask: Asks, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    assert ask("endpoints")
    assert main(list(arguments)) == 2
    assert says in capsys.readouterr().err


def test_keys_are_made_listed_and_revoked(commanded: Settings, ask: Asks, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("keys", "list")["required"] is False
    made = ask("keys", "add", "shop", "--per-minute", "60")
    assert made["key"].startswith("bk_")
    line = {"model": "finance", "at": "2026-11-22T10:00:00Z", "rows": 1, "ms": 1.0, "status": 200, "key": "shop"}
    append_line(commanded.workspace.usage / "2026-11-22-1.jsonl", line)
    listed = ask("keys", "list")
    assert listed["required"] is True
    assert listed["keys"][0]["last_used_at"] == "2026-11-22T10:00:00Z"
    assert made["key"] not in json.dumps(listed)
    assert ask("keys", "revoke", "shop")["revoked_at"]
    assert main(["keys", "list"]) == 0
    assert "revoked" in capsys.readouterr().out


def test_the_service_that_does_not_run_is_said(
    trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_run(tmp_path, trained)
    for name, value in alone(tmp_path).environment().items():
        monkeypatch.setenv(name, value)
    assert main(["promote", RUN_ID, "finance"]) == 0
    assert "No service runs for this workspace" in capsys.readouterr().out
