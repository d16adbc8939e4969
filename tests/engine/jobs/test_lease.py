"""Who holds an attempt, and when it counts as dead."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import psutil

from engine.jobs.lease import Lease, Pulse, heartbeat
from tests.engine.jobs import wait_for


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])


def test_a_lease_reads_as_it_was_written(tmp_path: Path) -> None:
    lease = Lease.of_this_process(foreground=True)
    lease.write(tmp_path)
    assert Lease.read(tmp_path) == lease
    assert not lease.ended
    assert Lease.read(tmp_path / "elsewhere") is None


def test_a_killed_process_is_dead_at_once_even_as_a_zombie(tmp_path: Path) -> None:
    process = sleeper()
    lease = replace(Lease.of_this_process(), pid=process.pid, started=psutil.Process(process.pid).create_time())
    lease.write(tmp_path)
    pulse = Pulse(patience_seconds=3600)
    assert not pulse.is_dead(tmp_path)
    process.kill()
    wait_for(lambda: pulse.is_dead(tmp_path))
    process.wait()
    assert pulse.is_dead(tmp_path)


def test_a_process_number_that_was_given_again_is_another_process() -> None:
    lease = Lease.of_this_process()
    assert replace(lease, started=lease.started - 60).ended
    assert replace(lease, boot="another start of this machine").ended


def test_another_machine_is_judged_by_its_heartbeat_alone(tmp_path: Path) -> None:
    replace(Lease.of_this_process(), host="elsewhere", pid=1).write(tmp_path)
    pulse = Pulse(patience_seconds=0.6)
    with heartbeat(tmp_path, lambda: None):
        first = (tmp_path / "heartbeat").read_text()
        deadline = time.monotonic() + 1.5
        while time.monotonic() < deadline:
            assert not pulse.is_dead(tmp_path)
            time.sleep(0.05)
        assert (tmp_path / "heartbeat").read_text() > first
    wait_for(lambda: pulse.is_dead(tmp_path))


def test_an_attempt_without_a_lease_is_dead_when_patience_ends(tmp_path: Path) -> None:
    pulse = Pulse(patience_seconds=0.2)
    assert not pulse.is_dead(tmp_path)
    wait_for(lambda: pulse.is_dead(tmp_path))
