"""The database: one owner, many threads, and files that were killed, cut or scribbled over."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from engine.analytics import ingest, queries
from engine.analytics.database import Index, index_for, open_index
from engine.analytics.schema import MIGRATIONS
from engine.config import Settings
from tests.engine.analytics.made import everything, make_run, run_id


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


def test_a_file_of_the_step_before_reads_every_run_again(settings: Settings) -> None:
    for number in range(3):
        make_run(settings.workspace.runs, number)
    first = open_index(settings, owner=True)
    before = everything(first)
    first.close()
    with duckdb.connect(str(settings.workspace.database)) as connection:
        for table, column in (("variants", "mean_ms"), ("runs", "options"), ("runs", "peak_flops_per_s")):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute("DELETE FROM migrations WHERE number = ?", [len(MIGRATIONS)])
    second = open_index(settings, owner=True)
    assert everything(second) == before
    assert queries.runs(second)["mean_ms"].tolist() == [2.5] * 3
    second.close()


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
