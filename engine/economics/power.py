"""How many watts a machine draws, from published constants, where nothing can be measured.

- Rented machine, or any virtual one: Cloud Carbon Footprint, watts = vCPUs × (idle + utilisation × (full − idle))
  + 0.392 × GB of memory (`@cloud-carbon-footprint/aws` 0.15.0). The range runs over its processor families.
- A machine of one's own with a processor whose rated power is published: rated power × share of the processor's time
  (codecarbon 3.3.2, process mode) + 0.3725 W per GB of memory in use (Green Algorithms 3.0).
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.economics.catalog import Instance, Watts, cpu_power, gpu_watts, memory_watts_per_gib, vcpu_watts
from engine.economics.figure import Source, not_negative
from engine.errors import BadInput
from engine.messages import Message

RETIRED = {"SANDY_BRIDGE", "IVY_BRIDGE", "COFFEE_LAKE"}
"""Families that no instance of the catalogue has."""
GREEN_ALGORITHMS_W_PER_GIB = 0.3725
GREEN_ALGORITHMS = Source(
    "Green Algorithms v3.0: 0.3725 W per GB of memory",
    "github:GreenAlgorithms/green-algorithms-tool@30df2feead:data/latest/referenceValues.csv",
    "2025-02-05",
)
CODECARBON = Source("codecarbon process mode: rated power × share of CPU time", "pypi:codecarbon==3.3.2", "2026-10")


@dataclass(frozen=True)
class Power:
    """Watts, their range, and the published constants they come from."""

    watts: float
    low: float
    high: float
    sources: tuple[Source, ...]
    note: Message | None = None
    """What had to be assumed."""

    def __add__(self, other: Power) -> Power:
        return Power(
            self.watts + other.watts,
            self.low + other.low,
            self.high + other.high,
            self.sources + other.sources,
            self.note or other.note,
        )


def draw(watts: Watts, load: float) -> float:
    """Return idle + load × (full − idle), in watts; `load` is a share from 0 to 1."""
    return watts.idle_w + load * (watts.full_w - watts.idle_w)


def vcpu_power(vcpus: float, load: float, *, fleet: str = "AVG_AWS") -> Power:
    """Return the power of `vcpus` at `load`, as Cloud Carbon Footprint counts it."""
    families = vcpu_watts()
    each = [draw(w, load) for name, w in families.items() if name not in RETIRED]
    return Power(vcpus * draw(families[fleet], load), vcpus * min(each), vcpus * max(each), (families[fleet].source,))


def memory_power(gib: float) -> Power:
    """Return the power of `gib` of memory: 0.392 W per GB, and 0.3725 at the low end."""
    ccf = memory_watts_per_gib()
    return Power(gib * ccf.full_w, gib * GREEN_ALGORITHMS_W_PER_GIB, gib * ccf.full_w, (ccf.source,))


def instance_power(instance: Instance, utilisation: float) -> Power:
    """Return the power of a whole rented machine at `utilisation` (0 to 1) of its vCPUs.

    GPUs count as idle, because what is projected ran on a processor; the high end has them as busy as the vCPUs.
    Raises BadInput for a utilisation out of range or a GPU of unknown power.
    """
    if not_negative(Message("The utilisation"), utilisation) > 1:
        raise BadInput("The utilisation is {value}; give a share from 0 to 1.", value=utilisation)
    fleet = "AVG_AZURE" if instance.provider == "azure" else "AVG_AWS"
    power = vcpu_power(instance.vcpus, utilisation, fleet=fleet) + memory_power(instance.memory_gib)
    if not instance.gpu_count:
        return power
    if (gpu := gpu_watts().get(instance.gpu_name)) is None:
        raise BadInput(
            "The power of {gpu} in {instance} is not in the catalogue; choose another instance.",
            gpu=instance.gpu_name,
            instance=instance.id,
        )
    idle, busy = (instance.gpu_count * w for w in (gpu.idle_w, draw(gpu, utilisation)))
    return power + Power(idle, idle, busy, (gpu.source,))


def process_power(cpu_name: str, cpus: int, busy_cpus: float, memory_gib: float, *, virtual: bool) -> Power:
    """Return the power that a process tree of this machine accounts for.

    `cpus` are the machine's logical processors, `busy_cpus` how many of them the tree kept busy on average,
    `memory_gib` its mean resident memory. A virtual machine, and a processor that is not in the catalogue, is counted
    by vCPU, the idle part of all of them included, with a note.
    """
    load = min(max(busy_cpus / cpus, 0.0), 1.0)
    memory = Power(*(memory_gib * GREEN_ALGORITHMS_W_PER_GIB,) * 2, memory_power(memory_gib).high, (GREEN_ALGORITHMS,))
    known = cpu_power(cpu_name)
    if known is not None and not virtual:
        watts = known.full_w * load
        # codecarbon's machine mode gives idle processors a tenth of the rated power: the high end counts it.
        high = known.full_w * (0.1 + 0.9 * load)
        return Power(watts, watts, high, (CODECARBON, known.source)) + memory
    note = (
        Message("The processor is shared with other virtual machines; its power is counted by vCPU.")
        if virtual
        else Message("The power of {cpu} is not published; it is counted by vCPU.", cpu=cpu_name or "?")
    )
    counted = vcpu_power(cpus, load)
    return Power(counted.watts, counted.low, counted.high, counted.sources, note) + memory
