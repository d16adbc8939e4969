"""`evaluate` and `predict` for texts: a table with a text and, to judge, a label column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.cli.finished import Answered, Finished, Judged
from engine.cli.rows import Rows, read_rows
from engine.errors import BadInput
from engine.files import read_json
from engine.jobs.runs import Attempt


def evaluate(finished: Finished, path: Path, columns: dict[str, str]) -> Judged:
    """Judge the model on the labelled rows of `path`."""
    import numpy as np
    import pandas as pd

    from engine.tasks.text_classification import judge_texts

    report, labels = finished.report, list(finished.report["labels"])
    rows = _read(finished, path, columns, labelled=True).mapped(label_map(finished.attempt))
    truth = np.array([labels.index(label) for label in known_labels(rows.labels, labels)], dtype=np.int64)
    probabilities = finished.classifier().probabilities(rows.texts)
    frame = pd.DataFrame({"row": rows.numbers, "text": rows.texts})
    quality = judge_texts(frame, truth, probabilities, labels, seed=report["seed"], positive=finished.positive)
    return Judged(quality, len(rows.texts), rows.skipped)


def predict(finished: Finished, path: Path, columns: dict[str, str]) -> Answered:
    """Answer every row of `path`."""
    labels = list(finished.report["labels"])
    rows = _read(finished, path, columns, labelled=False)
    probabilities = finished.classifier().probabilities(rows.texts)
    best = probabilities.argmax(axis=1)
    answers: list[dict[str, Any]] = [
        {"row": row, "label": labels[c], "probability": round(float(p[c]), 6), "text": text}
        for row, text, c, p in zip(rows.numbers, rows.texts, best, probabilities, strict=True)
    ]
    counts = dict(Counter(a["label"] for a in answers))
    return Answered(answers, ("row", "label", "probability", "text"), rows.skipped, counts)


def _read(finished: Finished, path: Path, columns: dict[str, str], *, labelled: bool) -> Rows:
    named = (columns.get("text", ""), columns.get("label", "") if labelled else "", columns.get("encoding", ""))
    return read_rows(path, finished.run.spec.scenario, finished.settings, *named, labelled=labelled)


def label_map(attempt: Attempt) -> dict[str, str]:
    """Return how the labels of the training file were mapped; a file to judge on is read the same way."""
    note = attempt.folder / "dataset.json"
    found: dict[str, str] = read_json(note)["options"].get("label_map", {}) if note.exists() else {}
    return found


def known_labels(found: Sequence[str], labels: list[str]) -> Sequence[str]:
    """Return the labels of a file when the run knows all of them. Raises BadInput naming one that it does not."""
    if unknown := sorted(set(found) - set(labels)):
        raise BadInput(
            "The file has the label {label}; this run knows {labels}. Correct the file or name another label column.",
            label=unknown[0],
            labels=", ".join(labels),
        )
    return found
