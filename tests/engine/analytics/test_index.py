"""The index says what the run folders say, whatever happens to it."""

from __future__ import annotations

import shutil
import time

import pytest

from engine.analytics import ingest, queries
from engine.analytics.database import open_index, rebuild
from engine.config import Settings
from engine.errors import BadInput, NotFound
from engine.jobs.runs import RunFolder
from tests.engine.analytics.made import everything, make_run, run_id, usage, write


def test_a_run_is_found_with_all_it_measured(settings: Settings) -> None:
    make_run(settings.workspace.runs, 1)
    index = open_index(settings, owner=False)
    (run,) = queries.runs(index).to_dict("records")
    report = RunFolder(settings.workspace.runs / run_id(1)).report()
    assert run["macro_f1"] == report["quality"]["metrics"]["macro_f1"]["value"]
    assert run["macro_f1_low"] == report["quality"]["metrics"]["macro_f1"]["low"]
    assert run["validation_auc"] == report["validation"]["metrics"]["auc"]["value"]
    assert (run["size_bytes"], run["p95_ms"], run["throughput_per_s"]) == (6_000_000, 3.0, 501.0)
    assert (run["mean_ms"], run["p50_ms"]) == (2.5, 2.0)
    assert (run["kwh"], run["threads"], run["cores"], run["synthetic"]) == (0.001, 2, 2, True)
    detail = queries.run_detail(index, run_id(1))
    assert detail.confusion == ((90, 8, 2), (5, 90, 5), (2, 8, 90))
    assert detail.labels == ("negative", "neutral", "positive")
    assert detail.epochs["epoch"].tolist() == [1, 2, 3]
    assert detail.per_class[detail.per_class["part"] == "test"]["label"].tolist() == list(detail.labels)
    assert detail.variants["name"].tolist() == ["fp32", "int8", "torch"]
    assert detail.last_event["event"] == "finished"


def test_a_demo_run_is_found_by_the_data_set_it_made(settings: Settings) -> None:
    make_run(settings.workspace.runs, 1, dataset_id="", demo=True)
    (run,) = queries.runs(open_index(settings, owner=False)).to_dict("records")
    assert run["dataset_id"] == "d" * 64


def test_reading_twice_changes_nothing(settings: Settings) -> None:
    for number in range(5):
        make_run(settings.workspace.runs, number)
    index = open_index(settings, owner=True)
    before = everything(index)
    time.sleep(ingest.TICK_NS / 1e9)
    ingest.refresh(index)
    version = index.version
    assert ingest.refresh(index) == ingest.Refreshed()
    assert (index.version, everything(index)) == (version, before)


def test_what_changes_is_taken_in_and_what_goes_is_left_out(settings: Settings) -> None:
    runs = settings.workspace.runs
    running = make_run(runs, 1, state="running")
    make_run(runs, 2, state="queued")
    index = open_index(settings, owner=True)
    assert queries.jobs(index)[["run_id", "state"]].values.tolist() == [[run_id(1), "running"], [run_id(2), "queued"]]
    RunFolder(runs / run_id(2)).request("cancel")
    with (running / "attempts" / "1" / "events.jsonl").open("a") as file:
        file.write(
            '{"event": "failed", "at": "2026-11-02T00:00:00Z", "message": {"message": {"text": "x"}}}\n{"event": "hal'
        )
    ingest.refresh(index)
    assert dict(index.rows("SELECT run_id, state FROM runs")) == {run_id(1): "failed", run_id(2): "cancelled"}
    shutil.rmtree(running)
    ingest.refresh(index)
    assert queries.jobs(index)["run_id"].tolist() == [run_id(2)]


def test_states_labels_and_trash_agree_with_the_run_folder(settings: Settings) -> None:
    runs = settings.workspace.runs
    for number, state in enumerate(("queued", "running", "finished", "failed", "cancelled", "lost")):
        make_run(runs, number, state=state)
    for number, requests in {0: ["cancel"], 2: ["trash", "restore"], 3: ["trash"], 5: ["cancel"]}.items():
        for request in requests:
            RunFolder(runs / run_id(number)).request(request)
    RunFolder(runs / run_id(4)).request("label", value="mine")
    index = open_index(settings, owner=False)
    for name, state, label, trashed in index.rows("SELECT run_id, state, label, trashed FROM runs"):
        folder = RunFolder(runs / name)
        assert (state, label, trashed) == (folder.state, folder.label, folder.trashed)


def test_rebuilt_equals_incremental(settings: Settings) -> None:
    index = open_index(settings, owner=True)
    for number in range(6):
        make_run(settings.workspace.runs, number, state="running" if number % 2 else "finished")
        usage(settings, number)
        ingest.refresh(index)
    make_run_again = settings.workspace.runs / run_id(1)
    shutil.rmtree(make_run_again)
    make_run(settings.workspace.runs, 1)
    ingest.refresh(index)
    grown = everything(index)
    index.rebuild()
    assert everything(index) == grown
    assert everything(open_index(settings, owner=False)) == grown
    index.close()
    assert rebuild(settings)["runs"] == 6
    assert everything(open_index(settings, owner=True)) == grown


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("spec.json", b"{", "spec.json is damaged"),
        ("spec.json", b'{"created_at": "yesterday", "kind": "finetune"}', "does not fit"),
        ("published.json", b"\xff\xfe", "published.json is damaged"),
        ("attempts/1/report.json", b'{"schema_version": 9}', "schema version 9"),
        ("attempts/1/report.json", b'{"quality": {"metrics": {"accuracy": {"value": NaN}}}}', "report.json is damaged"),
        ("attempts/1/report.json", b'{"seed": 1, "seconds": {"train": "long"}}', r"\$\.seconds\.train"),
        ("control/x.json", b"[]", "x.json is damaged"),
    ],
)
def test_a_damaged_run_is_listed_and_the_others_are_there(
    settings: Settings, file: str, content: bytes, said: str
) -> None:
    for number in range(4):
        make_run(settings.workspace.runs, number)
    path = settings.workspace.runs / run_id(2) / file
    path.parent.mkdir(exist_ok=True)
    whole = path.read_bytes() if path.exists() else None
    path.write_bytes(content)
    index = open_index(settings, owner=True)
    assert queries.runs(index)["run_id"].tolist() == [run_id(0), run_id(1), run_id(3)]
    (damaged,) = queries.damaged(index)
    assert damaged.run_id == run_id(2)
    with pytest.raises(NotFound, match=said):
        queries.run_detail(index, run_id(2))
    path.write_bytes(whole) if whole else path.unlink()
    ingest.refresh(index)
    assert queries.damaged(index) == []
    assert len(queries.runs(index)) == 4


def test_a_missing_report_and_stray_files_are_no_harm(settings: Settings) -> None:
    make_run(settings.workspace.runs, 1)
    gone = make_run(settings.workspace.runs, 2) / "attempts" / "1" / "report.json"
    gone.unlink()
    (settings.workspace.runs / "empty").mkdir()
    (settings.workspace.runs / "notes.txt").write_text("hello")
    write(settings.workspace.runs / "prep" / "spec.json", {"created_at": "2026-11-01T00:00:00Z", "kind": "prepare"})
    write(settings.workspace.runs / "prep" / "published.json", {"attempt": 1})
    index = open_index(settings, owner=False)
    assert [d.run_id for d in queries.damaged(index)] == [run_id(2)]
    assert queries.jobs(index)["run_id"].tolist() == [run_id(1), "prep"]


def test_usage_is_appended_once(settings: Settings) -> None:
    usage(settings, 3, text='not json\n{"model": "m", "at"')
    index = open_index(settings, owner=True)
    (row,) = queries.usage(index, days=10**6).to_dict("records")
    assert (row["requests"], row["predictions"], row["errors"], row["p50_ms"]) == (3, 6, 1, 1.0)
    usage(settings, 0, text=': "2026-11-22T10:00:00Z", "rows": 1, "ms": 9, "status": 200}\n')
    ingest.refresh(index)
    index.close()
    again = open_index(settings, owner=True)
    assert queries.usage(again, days=10**6)["requests"].tolist() == [4]
    (settings.workspace.usage / "a.jsonl").write_text("")
    ingest.refresh(again)
    assert len(queries.usage(again, days=10**6)) == 0


def test_values_are_bound(settings: Settings) -> None:
    make_run(settings.workspace.runs, 1)
    index = open_index(settings, owner=False)
    assert len(queries.runs(index, "' OR 1=1 --")) == 0
    with pytest.raises(NotFound, match="There is no run x'; DROP TABLE runs"):
        queries.run_detail(index, "x'; DROP TABLE runs; --")
    assert len(queries.runs(index, "news")) == 1
    with pytest.raises(BadInput):
        queries.run_detail(index, "")
