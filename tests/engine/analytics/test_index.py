"""The index says what the run folders say, whatever happens to it."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from engine.analytics import ingest, queries
from engine.analytics.database import Index, index_for, open_index, rebuild
from engine.config import Settings
from engine.errors import BadInput, NotFound
from engine.jobs.runs import RunFolder
from tests.engine.analytics.made import make_run, run_id, write


@pytest.fixture
def settings(workspace: Path) -> Settings:
    return Settings(home=workspace)


def everything(index: Index) -> dict[str, list[tuple[object, ...]]]:
    tables = ("runs", "epochs", "metrics", "per_class", "variants", "usage", "damaged")
    return {t: sorted(index.rows(f"SELECT * FROM {t}"), key=repr) for t in tables}


def test_a_run_is_found_with_all_it_measured(settings: Settings) -> None:
    make_run(settings.workspace.runs, 1)
    index = open_index(settings, owner=False)
    (run,) = queries.runs(index).to_dict("records")
    report = RunFolder(settings.workspace.runs / run_id(1)).report()
    assert run["macro_f1"] == report["quality"]["metrics"]["macro_f1"]["value"]
    assert run["macro_f1_low"] == report["quality"]["metrics"]["macro_f1"]["low"]
    assert run["validation_auc"] == report["validation"]["metrics"]["auc"]["value"]
    assert (run["size_bytes"], run["p95_ms"], run["throughput_per_s"]) == (6_000_000, 3.0, 501.0)
    assert (run["kwh"], run["threads"], run["cores"], run["synthetic"]) == (0.001, 2, 2, True)
    detail = queries.run_detail(index, run_id(1))
    assert detail.confusion == ((90, 8, 2), (5, 90, 5), (2, 8, 90))
    assert detail.labels == ("negative", "neutral", "positive")
    assert detail.epochs["epoch"].tolist() == [1, 2, 3]
    assert detail.per_class[detail.per_class["part"] == "test"]["label"].tolist() == list(detail.labels)
    assert detail.variants["name"].tolist() == ["fp32", "int8", "torch"]
    assert detail.last_event["event"] == "finished"


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


def usage(settings: Settings, count: int, *, text: str = "") -> None:
    lines = [
        json.dumps({"model": "m", "at": "2026-11-22T10:00:00Z", "rows": 2, "ms": float(i), "status": 200 if i else 500})
        for i in range(count)
    ]
    with (settings.workspace.usage / "a.jsonl").open("a") as file:
        file.write("".join(line + "\n" for line in lines) + text)


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


def test_one_process_owns_the_file_and_others_index_into_memory(settings: Settings) -> None:
    make_run(settings.workspace.runs, 1)
    owner = open_index(settings, owner=True)
    code = (
        "from engine.config import load_settings\nfrom engine.analytics.database import open_index, rebuild\n"
        "from engine.analytics import queries\ni = open_index(load_settings(), owner=True)\n"
        "print(i.owner, len(queries.runs(i)))\nrebuild(load_settings())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert owner.owner
    assert other.stdout.split() == ["False", "1"]
    assert "Another process" in other.stderr
    owner.close()
    assert open_index(settings, owner=True).owner


def test_a_process_has_one_index_a_workspace(settings: Settings) -> None:
    found: list[Index] = []
    threads = [threading.Thread(target=lambda: found.append(index_for(settings))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(i) for i in found}) == 1
    make_run(settings.workspace.runs, 1)
    assert len(queries.runs(index_for(settings))) == 1


def test_threads_get_their_own_answers(settings: Settings) -> None:
    for number in range(20):
        make_run(settings.workspace.runs, number)
    index = open_index(settings, owner=True)
    wrong: list[object] = []

    def ask(thread: int) -> None:
        for turn in range(60):
            number = (thread * 7 + turn) % 20
            rows = index.rows("SELECT run_id, ? FROM runs WHERE run_id = ?", [thread, run_id(number)])
            if rows != [(run_id(number), thread)]:
                wrong.append(rows)
            if turn % 20 == 0:
                make_run(settings.workspace.runs, 100 + thread * 10 + turn // 20)
                ingest.refresh(index)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ingest.refresh(index)
    assert wrong == []
    assert len(queries.runs(index)) == 20 + 24


def test_killed_while_reading_loses_nothing(settings: Settings) -> None:
    for number in range(300):
        make_run(settings.workspace.runs, number)
    code = (
        "from engine.config import load_settings\nfrom engine.analytics import ingest\ningest.BATCH_RUNS = 10\n"
        "from engine.analytics.database import open_index\nprint('go', flush=True)\n"
        "open_index(load_settings(), owner=True)\nimport time\ntime.sleep(60)"
    )
    for delay in (0.05, 0.15, 0.3):
        worker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        assert worker.stdout is not None
        worker.stdout.readline()
        time.sleep(delay)
        os.kill(worker.pid, signal.SIGKILL)
        worker.communicate()
    index = open_index(settings, owner=True)
    assert index.owner
    assert everything(index) == everything(open_index(settings, owner=False))
    assert list(settings.workspace.home.glob("*.aside")) == []


def damage_header(file: Path) -> None:
    file.write_bytes(b"this is no database" * 1000)


def damage_middle(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[12288:] = os.urandom(len(content) - 12288)
    file.write_bytes(bytes(content))


def cut_in_half(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def newer(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute("INSERT INTO migrations VALUES (99, now()::TIMESTAMP)")


@pytest.mark.parametrize("harm", [damage_header, damage_middle, cut_in_half, newer])
def test_an_unusable_file_is_set_aside_and_built_again(
    settings: Settings, harm: object, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(30):
        make_run(settings.workspace.runs, number)
    first = open_index(settings, owner=True)
    before = everything(first)
    first.close()
    harm(settings.workspace.database)  # type: ignore[operator]
    with caplog.at_level(logging.WARNING):
        index = open_index(settings, owner=True)
    assert index.owner
    assert everything(index) == before
    assert "set aside" in caplog.text
    assert len(list(settings.workspace.home.glob("*.aside"))) == 1


def test_a_query_reads_nothing_but_the_index(settings: Settings) -> None:
    secret = settings.workspace.runs / "secret.csv"
    secret.write_text("a\n1\n")
    index = open_index(settings, owner=False)
    with pytest.raises(duckdb.PermissionException):
        index.rows(f"SELECT * FROM read_csv('{secret}')")
    assert (
        index.rows("SELECT value FROM duckdb_settings() WHERE name LIKE 'auto%_known_extensions'") == [("false",)] * 2
    )


def test_values_are_bound(settings: Settings) -> None:
    make_run(settings.workspace.runs, 1)
    index = open_index(settings, owner=False)
    assert len(queries.runs(index, "' OR 1=1 --")) == 0
    with pytest.raises(NotFound, match="There is no run x'; DROP TABLE runs"):
        queries.run_detail(index, "x'; DROP TABLE runs; --")
    assert len(queries.runs(index, "news")) == 1
    with pytest.raises(BadInput):
        queries.run_detail(index, "")
