"""What a run leaves behind: figures of its own process alone."""

from __future__ import annotations

import subprocess
import sys

from engine.jobs.results import peak_memory_mib

PARENT_MIB = 300
PEAK = "from engine.jobs.results import peak_memory_mib; print(peak_memory_mib())"


def test_the_peak_of_a_worker_is_not_that_of_who_started_it() -> None:
    held = bytearray(PARENT_MIB * 2**20)
    held[:: 1 << 12] = b"x" * len(held[:: 1 << 12])  # every page is written, and so resident
    found = subprocess.run(
        [sys.executable, "-c", PEAK], capture_output=True, text=True, check=True, start_new_session=True
    )
    assert peak_memory_mib() > PARENT_MIB
    assert 5 < float(found.stdout) < PARENT_MIB
    assert len(held) == PARENT_MIB * 2**20
