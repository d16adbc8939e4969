"""How much energy a piece of work took: counters where the machine has them, else the documented power model.

Processor: RAPL counters under /sys/class/powercap when every package is readable (they count the whole machine), else
`engine.economics.power.process_power` on the CPU time of this process and its children. Memory: RAPL where it has a
DRAM domain, else the model. NVIDIA GPUs: their own energy counter, where `pynvml` is installed.
"""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from engine.economics.figure import Source
from engine.economics.power import memory_power, process_power
from engine.messages import Message

POWERCAP = Path("/sys/class/powercap")
JOULES_PER_KWH = 3.6e6
GIB = 1 << 30
SAMPLE_SECONDS = 2.0


@dataclass(frozen=True)
class Energy:
    """What `EnergyMeter` read. kWh of the computer alone; a data centre's overhead (PUE) is for the economics."""

    kwh: float
    method: str
    """"rapl": the processor's part was counted; "power_model": it was computed."""
    watts: float
    """Mean power."""
    source: str
    low_kwh: float
    high_kwh: float
    seconds: float
    cpu_seconds: float
    parts: dict[str, float] = field(default_factory=dict)
    """kWh of "cpu", "memory", "gpu"."""
    note: Message | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the "energy" block of report.json."""
        block = {k: v for k, v in vars(self).items() if k != "note"}
        return block | {"note": self.note.to_json() if self.note else None}


class Counter:
    """A counter of energy that starts again at 0 after `limit`; reading it often enough loses nothing."""

    def __init__(self, read: Callable[[], float], limit: float) -> None:
        self._read, self._limit = read, limit
        self._last = read()
        self.total = 0.0

    def update(self) -> None:
        """Add what was counted since the last reading."""
        now = self._read()
        # Below its last value it has started again: after its limit, or (limit 0) because its driver did.
        self.total += now - self._last if now >= self._last else now + max(self._limit - self._last, 0.0)
        self._last = now


class EnergyMeter:
    """`with EnergyMeter() as meter: …`, then `meter.energy`. A thread reads the counters every two seconds.

    `powercap` is where RAPL is looked for. A failure to read never disturbs the work: the power model stands in.
    """

    def __init__(self, powercap: Path = POWERCAP, *, sample_seconds: float = SAMPLE_SECONDS) -> None:
        self._powercap, self._every = powercap, sample_seconds
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._rapl_failed = False
        self._memory_samples: list[int] = []
        self._cpu_by_process: dict[tuple[int, float], float] = {}

    def __enter__(self) -> EnergyMeter:
        self._rapl = rapl_counters(self._powercap)
        self._gpus = gpu_counters()
        self._started = time.monotonic()
        self._cpu_before = sum(self._cpu_times().values())
        self._thread = threading.Thread(target=self._sample_until_stopped, name="energy", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self.energy = self.so_far()

    def so_far(self) -> Energy:
        """Return what was used since the start; callable while the work goes on."""
        with self._lock:
            self._sample()
            seconds = max(time.monotonic() - self._started, 1e-9)
            cpu_seconds = max(sum(self._cpu_by_process.values()) - self._cpu_before, 0.0)
            memory_gib = sum(self._memory_samples) / len(self._memory_samples) / GIB
            return self._energy(seconds, cpu_seconds, memory_gib)

    def _energy(self, seconds: float, cpu_seconds: float, memory_gib: float) -> Energy:
        name, cpus = cpu_name(), psutil.cpu_count() or 1
        model = process_power(name, cpus, cpu_seconds / seconds, memory_gib, virtual=is_virtual())
        memory = memory_power(memory_gib)
        gpu = sum(c.total for c in self._gpus)
        counted = {} if self._rapl_failed else {k: sum(c.total for c in v) for k, v in self._rapl.items() if v}
        if "cpu" in counted:
            joules = {"cpu": counted["cpu"], "memory": counted.get("memory", memory.low * seconds), "gpu": gpu}
            total = sum(joules.values())
            spread = 0.0 if "memory" in counted else (memory.high - memory.low) * seconds
            low, high = total, total + spread
            note: Message | None = Message("The counters include everything this machine did.")
            source = "RAPL counters, /sys/class/powercap"
        else:
            joules = {"cpu": (model.watts - memory.low) * seconds, "memory": memory.low * seconds, "gpu": gpu}
            total = sum(joules.values())
            low, high = model.low * seconds + gpu, model.high * seconds + gpu
            note = model.note
            source = _names(model.sources)
        return Energy(
            kwh=total / JOULES_PER_KWH,
            method="rapl" if "cpu" in counted else "power_model",
            watts=total / seconds,
            source=source + ("; NVML energy counter" if self._gpus else ""),
            low_kwh=low / JOULES_PER_KWH,
            high_kwh=high / JOULES_PER_KWH,
            seconds=seconds,
            cpu_seconds=cpu_seconds,
            parts={k: v / JOULES_PER_KWH for k, v in joules.items()},
            note=note,
        )

    def _sample_until_stopped(self) -> None:
        while not self._stop.wait(self._every):
            with self._lock:
                self._sample()

    def _sample(self) -> None:
        try:
            for counters in self._rapl.values():
                for counter in counters:
                    counter.update()
        except (OSError, ValueError):
            self._rapl_failed = True
        try:
            for counter in self._gpus:
                counter.update()
        except OSError:
            self._gpus = []
        self._cpu_times()

    def _cpu_times(self) -> dict[tuple[int, float], float]:
        """Keep the CPU seconds of every process of the tree, also of those that have ended since, and their memory."""
        memory = 0
        for process in _tree():
            try:
                times = process.cpu_times()
                self._cpu_by_process[process.pid, process.create_time()] = times.user + times.system
                memory += process.memory_info().rss
            except psutil.Error:  # it has just ended
                continue
        self._memory_samples.append(memory)
        return self._cpu_by_process


def rapl_counters(powercap: Path = POWERCAP) -> dict[str, list[Counter]]:
    """Return readable RAPL counters in joules: "cpu" by package, "memory" by DRAM domain; empty when any is not."""
    found: dict[str, list[Counter]] = {"cpu": [], "memory": []}
    kinds = {"package": "cpu", "dram": "memory"}
    try:
        for zone in sorted(powercap.glob("intel-rapl:*")):
            kind = kinds.get((zone / "name").read_text().strip().split("-")[0])
            if kind:
                limit = int((zone / "max_energy_range_uj").read_text()) / 1e6
                found[kind].append(Counter(_microjoules(zone / "energy_uj"), limit))
    except (OSError, ValueError):
        return {}
    return found if found["cpu"] else {}


def gpu_counters() -> list[Counter]:
    """Return the energy counters of NVIDIA GPUs in joules; none without `pynvml`, a driver, or the counter."""
    try:
        pynvml = import_module("pynvml")
    except ImportError:
        return []
    try:
        pynvml.nvmlInit()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(i) for i in range(pynvml.nvmlDeviceGetCount())]
        return [Counter(_millijoules(pynvml, h), 0.0) for h in handles]
    except (pynvml.NVMLError, OSError):
        return []


def cpu_name() -> str:
    """Return the processor's name as the system gives it, or an empty text."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def is_virtual() -> bool:
    """Return whether this machine is known to be a virtual one."""
    try:
        return " hypervisor" in Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        return False


def _tree() -> list[psutil.Process]:
    this = psutil.Process(os.getpid())
    try:
        return [this, *this.children(recursive=True)]
    except psutil.Error:
        return [this]


def _microjoules(path: Path) -> Callable[[], float]:
    return lambda: int(path.read_text()) / 1e6


def _millijoules(pynvml: Any, handle: Any) -> Callable[[], float]:
    def read() -> float:
        try:
            return float(pynvml.nvmlDeviceGetTotalEnergyConsumption(handle)) / 1000
        except pynvml.NVMLError as error:
            raise OSError(str(error)) from error

    return read


def _names(sources: tuple[Source, ...]) -> str:
    return "; ".join(f"{s.name} ({s.where}, {s.as_of})" for s in sources)
