"""No exported classifier of pictures is served before it is proved against the trained one.

fp32 has to give torch's logits and maps at several batches; when it does not, the run fails. int8 has to answer like
fp32 and be as good on the validation part; when it does not, it is made again with more of the first convolutions in
fp32, and when that does not pass either, it is removed and fp32 is served.

A validation part of pictures is often small: of 78, one other answer is more than one in a hundred, and of 46 three
pairs that change places are more AUC than is allowed. So int8 is asked about augmented views of the validation pictures
as well: what a view shows is what its picture shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.messages import Message
from engine.serving.runtime import PictureModel
from engine.tasks.augmentation import AUGMENTATIONS
from engine.training.export import remove_model
from engine.training.gate import BATCHES, MAX_METRIC_DROP, MIN_AGREEMENT, Gate, refuse_drift
from engine.training.images.augment import augmented
from engine.training.images.export import make_int8
from engine.training.images.quantise import CAREFUL
from engine.training.images.score import score_by
from engine.training.images.train import Trained
from engine.training.score import macro_f1
from engine.training.streams import stream

ENOUGH = 500
"""Pictures, views included, that agreement is measured on."""
MAX_AUC_DROP = 0.005


@dataclass(frozen=True)
class PictureGate(Gate):
    """What the gate found: agreement and AUC of the validation pictures and views of them, drops of the pictures."""

    int8_compared: int = 0
    """How many pictures and views both were asked about."""
    int8_auc_drop: float | None = None
    int8_in_fp32: int = 0
    """How many convolutions of the int8 model had to stay in fp32."""


def check(trained: Trained, folders: Mapping[str, Path], inputs: Sequence[Any], truth: np.ndarray) -> PictureGate:
    """Prove the models in `folders` (as `export` returned them) and remove the int8 one when it may not be served.

    `inputs` and `truth` (N,) are the validation part. Raises Failure when fp32 drifts from torch.
    """
    fp32 = PictureModel.load(folders["fp32"])
    difference = fp32_difference(trained, fp32, inputs)
    refuse_drift(difference)
    if "int8" not in folders:
        return PictureGate(difference, reason=Message("The model has no convolutions that int8 would make faster."))
    views = _views(trained, inputs, max(0, ENOUGH - len(inputs)))
    expected = _logits(fp32, inputs, views)

    def compared() -> PictureGate:
        found = _logits(PictureModel.load(folders["int8"]), inputs, views)
        return judge_int8(difference, expected, found, truth, trained)

    gate = compared()
    for careful in CAREFUL[1:]:
        if gate.int8_accepted:
            break
        make_int8(trained, folders["fp32"], folders["int8"], trained.calibration, careful=careful)
        again = compared()
        gate = replace(again, int8_careful=again.int8_accepted, int8_in_fp32=careful)
    if not gate.int8_accepted:
        remove_model(folders["int8"])
    return gate


def fp32_difference(trained: Trained, exported: PictureModel, inputs: Sequence[Any]) -> float:
    """Return the largest difference between torch and ONNX over logits and maps, in batches of 1, 2 and 7."""
    worst = 0.0
    for batch in BATCHES:
        image = trained.encoder.encode([inputs[i % len(inputs)] for i in range(batch)])
        with torch.inference_mode():
            logits, maps = trained.module(torch.from_numpy(image["image"]))
        worst = max(worst, float(np.abs(exported.logits(image) - logits.numpy()).max()))
        # A map's addends are some hundred times its mean: compare shares of their own size.
        found, expected = exported.maps(image), maps.numpy()
        worst = max(worst, float(np.abs(found - expected).max() / max(1.0, float(np.abs(expected).max()))))
    return worst


def judge_int8(
    difference: float, fp32: np.ndarray, int8: np.ndarray, truth: np.ndarray, trained: Trained
) -> PictureGate:
    """Return the gate for logits (M, C) of both precisions: of the pictures, whose classes are `truth` (N,), and then
    of views of them, in the same order again and again."""
    auc = score_by(trained.labels, trained.encoder.positive).of
    agreement = float((fp32.argmax(1) == int8.argmax(1)).mean())
    large, small, classes = fp32[: len(truth)], int8[: len(truth)], np.resize(truth, len(fp32))
    drops = {
        "accuracy": float((large.argmax(1) == truth).mean() - (small.argmax(1) == truth).mean()),
        "macro_f1": macro_f1(truth, large) - macro_f1(truth, small),
    }
    auc_drop = auc(classes, fp32) - auc(classes, int8)
    # One picture may tip: in a small part it moves the figures by more than is allowed of many.
    allowed = max(MAX_METRIC_DROP, 1.5 / max(1, len(truth)))
    reason = None
    if agreement < MIN_AGREEMENT:
        reason = Message(
            "int8 answers like fp32 for {agreement} % of the pictures; {needed} % are needed.",
            agreement=round(100 * agreement, 2),
            needed=round(100 * MIN_AGREEMENT),
        )
    elif drops["accuracy"] > allowed or auc_drop > MAX_AUC_DROP:
        reason = Message(
            "int8 loses {drop} points of accuracy on the validation part and {auc} of AUC on it and views of it; "
            "{allowed} and {most} are allowed.",
            drop=round(100 * drops["accuracy"], 2),
            auc=round(100 * auc_drop, 2),
            allowed=round(100 * allowed, 2),
            most=100 * MAX_AUC_DROP,
        )
    return PictureGate(
        difference,
        agreement,
        max(drops.values()),
        int8_accepted=reason is None,
        reason=reason,
        int8_compared=len(fp32),
        int8_auc_drop=auc_drop,
    )


def _logits(model: PictureModel, inputs: Sequence[Any], views: Sequence[dict[str, np.ndarray]]) -> np.ndarray:
    """Return (M, C), the logits of the pictures and then of each view of some batches."""
    return np.concatenate([model.answer(inputs), *(model.logits(batch) for batch in views)])


def _views(trained: Trained, inputs: Sequence[Any], count: int) -> list[dict[str, np.ndarray]]:
    """Return at least `count` augmented views of pictures, as batches."""
    how, draw, batches = AUGMENTATIONS[trained.options.get("augmentation", "general")], stream(0, "gate"), []
    made = 0
    while made < count and len(inputs):
        for start in range(0, len(inputs), 32):
            rows = trained.encoder.rows([inputs[i] for i in range(start, min(start + 32, len(inputs)))])
            views = augmented(torch.from_numpy(np.stack(rows)), how, draw).round().to(torch.uint8)
            batches.append({"image": views.numpy()})
            made += len(rows)
            if made >= count:
                break
    return batches
