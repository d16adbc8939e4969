"""Endpoints as files: promoting, sharing out, rolling back and retiring; and the model store that answers by them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import BadInput, Failure, NotFound
from engine.files import read_json
from engine.jobs.runs import open_run
from engine.serving.endpoints import endpoint, endpoints, file_of
from engine.serving.index import repository_index
from engine.serving.models import ModelStore
from engine.serving.promotion import endpoints_of, promote, refuse_promoted, retire, roll_back, set_split
from tests.engine.serving.conftest import RUN_ID, Trained, publish_run

SECOND = RUN_ID[:-1] + "A"


@pytest.fixture(scope="module")
def two_runs(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("endpoints") / "workspace"
    for run_id in (RUN_ID, SECOND):
        publish_run(home, trained, run_id)
    return home


@pytest.fixture
def settings(two_runs: Path) -> Settings:
    """Two published runs and no endpoint yet."""
    found = Settings(home=two_runs, threads=1)
    for path in found.workspace.endpoints.glob("*.json"):
        path.unlink()
    return found


def test_a_run_is_promoted_shared_out_rolled_back_and_retired(settings: Settings) -> None:
    assert promote(settings, RUN_ID, "finance", by="ann").split == {"1": 100}
    second = promote(settings, SECOND, "finance", "fp32", share=10, by="bob")
    assert second.split == {"1": 90, "2": 10}
    assert (second.version("2").run_id, second.version("2").precision, second.version("2").by) == (
        SECOND,
        "fp32",
        "bob",
    )
    assert set_split(settings, "finance", {"2": 100}).split == {"2": 100}
    assert roll_back(settings, "finance").split == {"1": 90, "2": 10}
    assert roll_back(settings, "finance").split == {"2": 100}, "a second rollback undoes the first"
    retired = retire(settings, "finance", "1")
    assert [retired.state(n) for n in ("1", "2")] == ["retired", "serving"]
    found = endpoint(settings, "FINANCE")
    assert [c.action for c in found.history] == ["promote", "promote", "split", "rollback", "rollback", "retire"]
    assert found.history[0].by == "ann"
    assert found.history[0].at.endswith("Z")
    assert read_json(file_of(settings, "finance"))["schema_version"] == 1
    assert retire(settings, "finance").is_retired
    assert roll_back(settings, "finance").split == {"2": 100}


def test_three_versions_keep_their_proportions(settings: Settings) -> None:
    promote(settings, RUN_ID, "three")
    promote(settings, RUN_ID, "three", "fp32", share=33)
    assert promote(settings, SECOND, "three", share=50).split == {"1": 34, "2": 16, "3": 50}
    assert promote(settings, SECOND, "three", share=0).split == {"1": 34, "2": 16, "3": 50}


@pytest.mark.parametrize("name", ["", "a b", "../x", "é", "x" * 65, RUN_ID.lower(), "-x"])
def test_a_name_that_cannot_be_is_one_sentence(settings: Settings, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be the name of an endpoint; use up to 64 letters"):
        promote(settings, RUN_ID, name)
    assert endpoints(settings) == []


def test_what_cannot_be_done_is_said(settings: Settings) -> None:
    with pytest.raises(NotFound, match="There is no endpoint finance; there are: none yet"):
        set_split(settings, "finance", {"1": 100})
    with pytest.raises(BadInput, match="Nobody else answers yet"):
        promote(settings, RUN_ID, "finance", share=10)
    with pytest.raises(NotFound, match="has no version fp16"):
        promote(settings, RUN_ID, "finance", "fp16")
    promote(settings, RUN_ID, "finance")
    with pytest.raises(BadInput, match="nothing to go back to"):
        roll_back(settings, "finance")
    for split in ({"1": 90}, {"1": 110, "2": -10}, {}):
        promote(settings, RUN_ID, "finance", share=0)
        with pytest.raises(BadInput, match="not 100 percent"):
            set_split(settings, "finance", split)
    with pytest.raises(NotFound, match=r"no version 9; choose one of 1, 2"):
        set_split(settings, "finance", {"9": 100})
    with pytest.raises(BadInput, match="answers 100 % of the requests"):
        retire(settings, "finance", "1")
    retire(settings, "finance", "2")
    with pytest.raises(BadInput, match="Version 2 of finance is retired"):
        set_split(settings, "finance", {"2": 100})


def test_a_run_that_answers_is_not_put_away(settings: Settings) -> None:
    promote(settings, RUN_ID, "finance")
    promote(settings, SECOND, "finance")
    assert endpoints_of(settings, RUN_ID) == ["finance"]
    with pytest.raises(BadInput, match="answers for finance; retire its version"):
        refuse_promoted(settings, RUN_ID)
    retire(settings, "finance", "1")
    refuse_promoted(settings, RUN_ID)
    open_run(settings.workspace.runs, RUN_ID).request("trash")
    with pytest.raises(BadInput, match="was put away"):
        promote(settings, RUN_ID, "finance")
    open_run(settings.workspace.runs, RUN_ID).request("restore")


def test_requests_are_shared_out_by_the_split(settings: Settings) -> None:
    promote(settings, RUN_ID, "finance")
    promote(settings, SECOND, "finance", share=20)
    store = ModelStore(settings)
    counted = Counter(store.get("finance").version for _ in range(100))
    assert abs(counted["2"] - 20) <= 1
    answered = store.get("Finance", "2")
    assert (answered.name, answered.run_id, answered.versions) == ("finance", SECOND, ("1", "2"))
    live = store.live.find("finance")
    assert live is not None
    chosen = {user: live.choose(sticky=user).number for user in map(str, range(500))}
    assert 60 < sum(number == "2" for number in chosen.values()) < 140
    set_split(settings, "finance", {"1": 70, "2": 30})
    store.live.refresh("finance")
    live = store.live.find("finance")
    assert live is not None
    moved = {user for user, number in chosen.items() if live.choose(sticky=user).number != number}
    assert 20 < len(moved) < 80
    assert all(chosen[user] == "1" for user in moved), "whoever was with version 2 stays"


def test_a_version_that_cannot_be_loaded_leaves_the_old_one_answering(tmp_path: Path, trained: Trained) -> None:
    settings = Settings(home=tmp_path, threads=1)
    publish_run(tmp_path, trained)
    spoilt = publish_run(tmp_path, trained, SECOND)
    promote(settings, RUN_ID, "finance")
    store = ModelStore(settings)
    assert store.get("finance").run_id == RUN_ID
    promote(settings, SECOND, "finance")
    task = spoilt / "onnx" / "int8" / "task.json"
    whole = task.read_text()
    task.write_text(whole.replace("negative", "positive"))
    with pytest.raises(Failure, match="not the file that was published"):
        store.load("finance")
    assert store.get("finance").run_id == RUN_ID
    lines = {line["version"]: line for line in repository_index(store) if line["name"] == "finance"}
    assert (lines["1"]["state"], lines["1"]["share"]) == ("READY", 100)
    assert lines["2"]["state"] == "UNAVAILABLE"
    assert "not the file that was published" in lines["2"]["reason"]
    fresh = ModelStore(settings)
    assert fresh.get("finance").run_id == RUN_ID, "a new process starts with what answered before"
    task.write_text(whole)
    store.load("finance")
    assert store.get("finance").run_id == SECOND


def test_an_endpoint_that_was_put_away_is_loaded_again(settings: Settings) -> None:
    promote(settings, RUN_ID, "finance")
    store = ModelStore(settings, budget_bytes=0)
    store.get("finance")
    store.get(SECOND)
    assert {m.name for m in store.loaded()} == {"finance", SECOND}, "what gets traffic stays, whatever the budget"
    store.drop("finance")
    assert [m.name for m in store.loaded()] == [SECOND]
    assert store.get("finance").run_id == RUN_ID
    store.load("finance")
    assert "finance" in {m.name for m in store.loaded()}
    file_of(settings, "finance").unlink()
    store.live.refresh_all()
    with pytest.raises(NotFound, match="There is no model finance"):
        store.get("finance")


def test_a_damaged_file_changes_nothing_that_answers(settings: Settings) -> None:
    promote(settings, RUN_ID, "finance")
    store = ModelStore(settings)
    store.get("finance")
    file_of(settings, "finance").write_text('{"schema_version": 1}')
    store.live.refresh_all()
    assert store.get("finance").run_id == RUN_ID
    file_of(settings, "other").write_text("[]")
    with pytest.raises(Failure, match=r"other.json is damaged"):
        store.get("other")
    file_of(settings, "other").unlink()
    store.live.refresh_all()
    with pytest.raises(NotFound, match="There is no model other"):
        store.get("other")
