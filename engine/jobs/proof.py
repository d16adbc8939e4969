"""What proving a trained model leaves for its report, whatever the task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.jobs.hosting import Job

if TYPE_CHECKING:
    from engine.serving.runtime import ServedModel

MEASURED_INPUTS = 1000
"""How many inputs latency and throughput are measured on, at most."""


@dataclass(frozen=True)
class Proof:
    """The blocks of a report that come after training."""

    gate: dict[str, Any]
    """What the comparison of the exported models with the trained one found."""
    served: str
    """The precision that may be served."""
    variants: dict[str, Any]
    """Precision → its scores on the validation part, its size, latency and throughput."""
    quality: dict[str, Any]
    """On the test part, looked at once."""
    validation: dict[str, Any]
    """The same on the validation part, by which runs are chosen."""


def measured(job: Job, model: ServedModel, inputs: Sequence[Any]) -> dict[str, Any]:
    """Return size, provider, latency and throughput of an exported model on some of `inputs`."""
    from engine.serving.measure import measure

    found = measure(model, inputs[:MEASURED_INPUTS], should_stop=job.should_stop)
    return {"size_bytes": model.size_bytes, "provider": model.provider, **found}
