"""What the index reads of a run's files: only these fields are decoded, and checked, of each JSON.

A field that is missing or null is None; one of another type is damage, named with its path. Decoding ten thousand
reports this way takes a fifth of what reading them whole does.
"""

from __future__ import annotations

from typing import Any

import msgspec

KNOWN_VERSION = 1


class Versioned(msgspec.Struct, frozen=True, gc=False):
    """Every JSON file says which version of its form it has."""

    schema_version: int = 1


class Spec(Versioned, frozen=True, gc=False):
    """spec.json."""

    created_at: str = ""
    kind: str = ""
    scenario: str = ""
    dataset_id: str = ""
    backbone: str = ""
    recipe: str = ""
    options: dict[str, Any] = {}
    seed: int | None = None
    threads: int | None = None
    label: str = ""
    demo: bool = False
    group: str = ""
    share: float = 1.0
    code_version: str = ""


class Published(Versioned, frozen=True, gc=False):
    """published.json."""

    attempt: int = 0


class Request(Versioned, frozen=True, gc=False):
    """control/<ulid>.json."""

    action: str = ""
    value: Any = None


class Event(msgspec.Struct, frozen=True, gc=False):
    """One line of events.jsonl; the fields of an epoch are there when it is one."""

    event: str = ""
    at: str | None = None
    epoch: float | None = None
    epochs: float | None = None
    train_loss: float | None = None
    validation_loss: float | None = None
    validation_score: float | None = None
    score: str | None = None
    seconds: float | None = None


class Interval(msgspec.Struct, frozen=True, gc=False):
    """A metric with its 95 % interval."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


class PerClass(msgspec.Struct, frozen=True, gc=False):
    """One class of a quality block."""

    label: str
    support: int | None = None
    precision: Interval = Interval()
    recall: Interval = Interval()
    f1: Interval = Interval()


class Quality(msgspec.Struct, frozen=True, gc=False):
    """A quality block: of the test part, or of the validation part."""

    metrics: dict[str, Interval | None] = {}
    per_class: list[PerClass] = []
    confusion: list[list[int]] | None = None


class Rows(msgspec.Struct, frozen=True, gc=False):
    """Rows by part."""

    train: int | None = None
    validation: int | None = None
    test: int | None = None


class Data(msgspec.Struct, frozen=True, gc=False):
    """The data set a run used."""

    id: str | None = None
    name: str | None = None
    test_id: str | None = None
    licence: str | None = None
    commercial_use: bool | None = None
    synthetic: bool = False
    rows: Rows = Rows()


class Latency(msgspec.Struct, frozen=True, gc=False):
    """Milliseconds at batch 1."""

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


class Variant(msgspec.Struct, frozen=True, gc=False):
    """One exported form of the model."""

    size_bytes: int | None = None
    accuracy: float | None = None
    macro_f1: float | None = None
    latency_ms: Latency = Latency()
    throughput_by_batch: dict[str, float] = {}
    throughput_per_s: float | None = None
    best_batch: int | None = None
    provider: str | None = None


class Seconds(msgspec.Struct, frozen=True, gc=False):
    """Wall time by stage."""

    train: float | None = None
    export: float | None = None
    evaluate: float | None = None
    measure: float | None = None
    total: float | None = None


class Energy(msgspec.Struct, frozen=True, gc=False):
    """What `jobs.energy` measured or computed."""

    kwh: float | None = None
    low_kwh: float | None = None
    high_kwh: float | None = None
    method: str | None = None
    source: str | None = None
    watts: float | None = None


class Machine(msgspec.Struct, frozen=True, gc=False):
    """Where the run ran."""

    cpu: str | None = None
    cores: int | None = None
    gpu: str | None = None


class Peak(msgspec.Struct, frozen=True, gc=False):
    """What `training.peak` measured."""

    flops_per_s: float | None = None


class Report(Versioned, frozen=True, gc=False):
    """report.json."""

    threads: int | None = None
    dataset: Data = Data()
    labels: list[str] | None = None
    served: str | None = None
    provider: str | None = None
    temperature: float | None = None
    quality: Quality = Quality()
    validation: Quality = Quality()
    test_looks: int | None = None
    variants: dict[str, Variant] = {}
    seconds: Seconds = Seconds()
    peak_memory_mib: float | None = None
    flops: float | None = None
    peak: Peak = Peak()
    energy: Energy = Energy()
    machine: Machine = Machine()
    usd_per_1000: float | None = None
    finished_at: str | None = None
