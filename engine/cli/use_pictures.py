"""`evaluate` and `predict` for pictures: a ZIP of class folders, a .npz, or a ZIP of DICOM files.

What is only answered needs no labels: its pictures may lie anywhere in the ZIP, and one picture alone will do.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.finished import Answered, Finished, Judged
from engine.cli.use_texts import known_labels, label_map
from engine.datasets.images.archive import MAX_MEMBER_BYTES, open_archive
from engine.datasets.images.decode import open_picture
from engine.datasets.images.headers import HEAD_BYTES, format_of
from engine.datasets.images.intake import deidentify_archive, holds_dicom
from engine.datasets.images.item import Item
from engine.datasets.images.options import ImageOptions
from engine.datasets.images.picture import rendered
from engine.datasets.images.secret import workspace_key
from engine.datasets.images.source import open_source
from engine.errors import BadInput

if TYPE_CHECKING:
    import numpy as np

AT_ONCE = 256
"""Pictures in memory at a time."""
Asked = tuple[list[Item], "np.ndarray"]


def evaluate(finished: Finished, path: Path, columns: dict[str, str]) -> Judged:
    """Judge the model on the labelled pictures of `path`."""
    import numpy as np
    import pandas as pd

    from engine.tasks.medical import judge_pictures

    labels, renamed = list(finished.report["labels"]), label_map(finished.attempt)
    (items, probabilities), skipped = _ask(finished, path, columns, labelled=True)
    used = [renamed.get(item.label, item.label) for item in items]
    kept = np.array([i for i, label in enumerate(used) if label], dtype=np.int64)
    if not len(kept):
        raise BadInput("{file} has no picture with a label; give one with labels.", file=path.name)
    truth = [labels.index(label) for label in known_labels([used[i] for i in kept], labels)]
    frame = pd.DataFrame(
        [{"row": i.row, "name": i.name, "patient": i.patient, **i.slices} for i in (items[k] for k in kept)]
    )
    quality = judge_pictures(
        frame,
        np.array(truth, dtype=np.int64),
        probabilities[kept],
        labels,
        seed=finished.report["seed"],
        positive=finished.positive,
    )
    return Judged(quality, len(kept), skipped + len(items) - len(kept))


def predict(finished: Finished, path: Path, columns: dict[str, str]) -> Answered:
    """Answer every picture of `path`."""
    labels = list(finished.report["labels"])
    (items, probabilities), skipped = _ask(finished, path, columns, labelled=False)
    best = probabilities.argmax(axis=1)
    answers: list[dict[str, Any]] = [
        {"row": item.row, "name": item.name, "label": labels[c], "probability": round(float(p[c]), 6)}
        for item, c, p in zip(items, best, probabilities, strict=True)
    ]
    counts = dict(Counter(a["label"] for a in answers))
    return Answered(answers, ("row", "name", "label", "probability"), skipped, counts)


def _ask(finished: Finished, path: Path, columns: dict[str, str], *, labelled: bool) -> tuple[Asked, int]:
    """Return the pictures of `path` that can be read, without their pixels, the answers to them, and how many cannot.

    Raises BadInput for a file that holds no picture.
    """
    import numpy as np

    model, found, answers, skipped = finished.classifier(), [], [], 0
    with _items(finished, path, columns, labelled=labelled) as items:
        while some := list(islice(items, AT_ONCE)):
            whole = [(item, item.picture) for item in some if item.picture is not None]
            skipped += len(some) - len(whole)
            if whole:
                answers.append(model.probabilities([rendered(picture) for _, picture in whole]))
                found += [_without_pixels(item) for item, _ in whole]
    if not found:
        raise BadInput("{file} has no picture that can be read; give another file.", file=path.name)
    return (found, np.concatenate(answers)), skipped


@contextmanager
def _items(finished: Finished, path: Path, columns: dict[str, str], *, labelled: bool) -> Iterator[Iterator[Item]]:
    """Yield the pictures of a file as an upload gives them; DICOM loses its identifiers first, as on the way in."""
    if not labelled and (one := _one_picture(path)):
        yield iter([one])
        return
    settings = finished.settings
    options = ImageOptions(path.stem, patient=columns.get("patient", ""))
    with tempfile.TemporaryDirectory(dir=settings.workspace.tmp) as folder:
        used = path
        if zipfile.is_zipfile(path):
            with open_archive(path, path.name) as archive:
                dicom = holds_dicom(archive)
            if dicom:
                target = Path(folder) / "dicom.zip"
                label = columns.get("label", "")
                key = workspace_key(settings)
                used = deidentify_archive(path, key, target, label_column=label, labelled=labelled)
        with open_source(used, path.name, options, settings, labelled=labelled) as source:
            yield source.items()


def _one_picture(path: Path) -> Item | None:
    """Return the picture that `path` is, or None when it is another kind of file. Raises BadInput if it is damaged."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if format_of(head) is None:
            return None
        return Item(1, path.name, "", open_picture(head + file.read(MAX_MEMBER_BYTES)))


def _without_pixels(item: Item) -> Item:
    from dataclasses import replace

    return replace(item, picture=None)
