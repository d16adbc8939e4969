"""What was found out about the pictures of one data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.datasets.dataset import DataCard
from engine.datasets.images.options import MODALITIES
from engine.datasets.images.scan import Row, Sample, Scan

QUANTILES = {"min": 0.0, "p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "max": 1.0}
SAMPLE_FOLDER = "samples"


@dataclass(frozen=True, kw_only=True)
class ImageCard(DataCard):
    """What was found out about the pictures of one data set; its rows are pictures.

    A sample is {"row", "name", "label", "file"}: file is a small PNG beside the card.
    """

    kind: str = ""
    """What the file is: "folders", "npz", "dicom"."""
    positive: str = ""
    """The class that is looked for; "" if nobody said so yet."""
    modality: str = ""
    """What kind of pictures they are, a key of MODALITIES; "" if unknown."""
    width: dict[str, float] = field(default_factory=dict)
    """min, p5, p25, p50, p75, p95, max of pixels a row, as they came."""
    height: dict[str, float] = field(default_factory=dict)
    """The same of rows."""
    bits: dict[str, int] = field(default_factory=dict)
    """Bits a pixel and channel → pictures."""
    colours: dict[str, int] = field(default_factory=dict)
    """"grey" and "colour" → pictures."""
    patients: int = 0
    """Different patients; 0 if they cannot be told apart."""
    patients_by_part: dict[str, int] = field(default_factory=dict)
    """Part → different patients."""
    duplicates: int = 0
    """Pictures whose pixels equal an earlier one's."""
    near_duplicates: int = 0
    """Pictures nearly the same as an earlier one."""
    conflicts: int = 0
    """Pictures whose pixels also stand with another label."""
    unreadable: int = 0
    removed: dict[str, int] = field(default_factory=dict)
    """Attribute of DICOM → files it was removed from; never a value."""
    aside: tuple[dict[str, Any], ...] = ()
    """Pictures set aside, as text may stand in them: {"row", "name", "label", "reason", "file"}; the first sixty."""
    aside_count: int = 0
    slices: dict[str, dict[str, int]] = field(default_factory=dict)
    """site, scanner, sex, age_band → value → pictures, where DICOM tells them."""


def class_counts(rows: Sequence[Row]) -> dict[str, int]:
    """Return label → pictures, the most frequent first."""
    counts = Counter(r.label for r in rows)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def quantiles(values: Sequence[int]) -> dict[str, float]:
    """Return the distribution of `values`."""
    return {name: round(float(np.quantile(values, q)), 1) for name, q in QUANTILES.items()} if values else {}


def modality_of(rows: Sequence[Row], chosen: str) -> str:
    """Return the kind of pictures that was chosen, or that most DICOM files name; "" if neither says so."""
    if chosen:
        return chosen
    codes = Counter(r.modality for r in rows if r.modality)
    if not codes:
        return ""
    code = codes.most_common(1)[0][0]
    return next((name for name, known in MODALITIES.items() if code in known), "")


def figures(rows: Sequence[Row]) -> dict[str, Any]:
    """Return the card's figures about sizes, depths, colours and slices."""
    slices: dict[str, Counter[str]] = {}
    for row in rows:
        for name, value in row.slices.items():
            if value:
                slices.setdefault(name, Counter())[value] += 1
    return {
        "width": quantiles([r.width for r in rows]),
        "height": quantiles([r.height for r in rows]),
        "bits": {str(b): n for b, n in sorted(Counter(r.bits for r in rows).items())},
        "colours": dict(Counter("colour" if r.colour else "grey" for r in rows)),
        "slices": {name: dict(values.most_common(50)) for name, values in slices.items()},
    }


def write_samples(found: Scan, folder: Path | None) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, Any], ...]]:
    """Write the samples and what was set aside as PNG into `folder`, if given; return how a card lists them."""
    by_class = [[s for _, s in kept] for kept in found.samples.values()]
    turns = max(map(len, by_class), default=0)
    used = [kept[turn] for turn in range(turns) for kept in by_class if turn < len(kept)]
    shown = [_written(s, folder, f"sample-{i}.png") for i, s in enumerate(used, 1)]
    aside = [_written(s, folder, f"aside-{i}.png") | {"reason": s.reason} for i, s in enumerate(found.aside, 1)]
    return tuple(shown), tuple(aside)


def _written(sample: Sample, folder: Path | None, name: str) -> dict[str, Any]:
    if folder is not None:
        (folder / SAMPLE_FOLDER).mkdir(parents=True, exist_ok=True)
        (folder / SAMPLE_FOLDER / name).write_bytes(sample.png)
    return {"row": sample.row, "name": sample.name, "label": sample.label, "file": f"{SAMPLE_FOLDER}/{name}"}
