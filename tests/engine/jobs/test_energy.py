"""The meter on counters laid out like the kernel's, and on the work of this process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.jobs.energy import Counter, EnergyMeter, rapl_counters


def zone(powercap: Path, name: str, kind: str, microjoules: int, limit: int = 10**9) -> Path:
    folder = powercap / name
    folder.mkdir(parents=True)
    (folder / "name").write_text(f"{kind}\n")
    (folder / "max_energy_range_uj").write_text(f"{limit}\n")
    (folder / "energy_uj").write_text(f"{microjoules}\n")
    return folder / "energy_uj"


def test_packages_and_memory_are_counted(tmp_path: Path) -> None:
    files = [zone(tmp_path, f"intel-rapl:{i}", f"package-{i}", 100) for i in (0, 1)]
    dram = zone(tmp_path, "intel-rapl:0:0", "dram", 0)
    zone(tmp_path, "intel-rapl:0:1", "core", 7)  # part of its package
    with EnergyMeter(tmp_path) as meter:
        for file in files:
            file.write_text(str(100 + 3_600_000))
        dram.write_text("1800000")
    energy = meter.energy
    assert energy.method == "rapl"
    assert energy.parts == {"cpu": pytest.approx(2e-6), "memory": pytest.approx(0.5e-6), "gpu": 0.0}
    assert energy.kwh == energy.low_kwh == energy.high_kwh == pytest.approx(2.5e-6)


def test_a_counter_that_starts_again_loses_nothing() -> None:
    readings = iter([900.0, 950.0, 20.0, 30.0])
    counter = Counter(lambda: next(readings), 1000.0)
    for _ in range(3):
        counter.update()
    assert counter.total == 130.0


@pytest.mark.parametrize("text", ["", "not a number"])
def test_unreadable_counters_fall_back_to_the_model(tmp_path: Path, text: str) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 100)
    zone(tmp_path, "intel-rapl:1", "package-1", 100).write_text(text)
    assert rapl_counters(tmp_path) == {}
    with EnergyMeter(tmp_path) as meter:
        pass
    assert meter.energy.method == "power_model"


def test_counters_that_vanish_fall_back_to_the_model(tmp_path: Path) -> None:
    file = zone(tmp_path, "intel-rapl:0", "package-0", 100)
    with EnergyMeter(tmp_path) as meter:
        file.unlink()
    assert meter.energy.method == "power_model"


def test_the_model_counts_this_process_and_its_children(tmp_path: Path) -> None:
    busy = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
    with EnergyMeter(tmp_path / "none", sample_seconds=0.02) as meter:
        subprocess.run([sys.executable, "-c", busy], check=True)
    energy = meter.energy
    assert energy.cpu_seconds > 0.2
    assert 0 < energy.low_kwh <= energy.kwh <= energy.high_kwh
    assert energy.watts == pytest.approx(energy.kwh * 3.6e6 / energy.seconds)
    assert sum(energy.parts.values()) == pytest.approx(energy.kwh)


def test_idle_work_takes_less_than_busy_work(tmp_path: Path) -> None:
    with EnergyMeter(tmp_path / "none") as idle:
        time.sleep(0.2)
    with EnergyMeter(tmp_path / "none") as busy:
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
    assert busy.energy.cpu_seconds > idle.energy.cpu_seconds


def test_the_block_of_the_report_is_plain_json(tmp_path: Path) -> None:
    with EnergyMeter(tmp_path / "none") as meter:
        pass
    block = json.loads(json.dumps(meter.energy.to_json(), allow_nan=False))
    assert {"kwh", "method", "watts", "source", "low_kwh", "high_kwh", "note"} <= block.keys()
    assert "Green Algorithms" in block["source"]
