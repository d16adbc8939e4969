"""What the answers to a run's own test part were like: what its answers in use are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.config import Settings
from engine.errors import BadInput
from engine.jobs.runs import RunFolder, open_run
from engine.tasks.popularity import BANDS, LIST, in_lists


@dataclass(frozen=True)
class Reference:
    """The answers to a run's test part."""

    run_id: str
    counts: Mapping[str, float]
    """Answers by what they are, in a fixed order: rows by predicted class; of lists, lists by band of popularity."""
    confidence: float | None = None
    """The mean probability of the predicted class; None for lists."""
    new_share: float | None = None
    """Of what people of the test part took, the share that nobody had taken before; None for classes."""
    unit: int = 1
    """What an answer counts in the usage: 1 a row, or the items of a list."""

    @property
    def rows(self) -> int:
        return round(sum(self.counts.values()))

    @property
    def of_lists(self) -> bool:
        return self.new_share is not None


def reference(settings: Settings, run_id: str) -> Reference:
    """Return the answers to a run's test part. Raises BadInput for a run that kept none, NotFound for one gone."""
    run = open_run(settings.workspace.runs, run_id)
    report = run.report()
    if labels := list(report.get("labels") or ()):
        return _of_classes(run, labels)
    mix = report.get("quality", {}).get("mix")
    if mix is None:
        raise BadInput(
            "Run {run_id} kept no mix of its answers to compare with; train it again to see whether they drift.",
            run_id=run_id,
        )
    counts = in_lists({band: mix["bands"][band] for band in BANDS})
    return Reference(run_id, counts, new_share=float(mix["new_share"]), unit=LIST)


def _of_classes(run: RunFolder, labels: list[str]) -> Reference:
    """Return the mix of a classifier's answers, from its predictions."""
    import numpy as np
    import pandas as pd

    path = run.published.folder / "predictions.parquet" if run.published is not None else None
    if path is None or not path.is_file():
        raise BadInput("Run {run_id} kept no answers to its test part; train it again.", run_id=run.run_id)
    columns = [f"p{c}" for c in range(len(labels))]
    table = pd.read_parquet(path, columns=["part", *columns])
    probabilities = table.loc[table["part"] == "test", columns].to_numpy()
    counts = np.bincount(probabilities.argmax(axis=1), minlength=len(labels))
    confidence = float(probabilities.max(axis=1).mean())
    return Reference(run.run_id, dict(zip(labels, map(float, counts), strict=True)), confidence)
