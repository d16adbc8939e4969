"""No exported model is served before it is proved against the trained one.

fp32 has to give torch's logits at several batches and lengths; when it does not, the run fails. int8 has to answer
like fp32, be as good on the validation part, and say of a row alone what it says of it in a batch; when it does not,
it is made again more carefully, and when that does not pass either, it is removed and fp32 is served. Afterwards the
test part is asked the same of rows alone; by that nothing is chosen, but a model that fails there is not served.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.errors import Failure
from engine.files import written_aside
from engine.messages import Message
from engine.serving.runtime import Classifier
from engine.training.alone import Alone, ask_alone
from engine.training.export import Exportable, model_file, remove_model, typical_batches
from engine.training.quantise import Care, prepare, write_int8
from engine.training.score import macro_f1

BATCHES = (1, 2, 7)
MAX_DIFFERENCE = 1e-3
"""Between fp32 logits and torch's. Rounding alone gives some 1e-6 on logits of a few units."""
MIN_AGREEMENT = 0.99
"""The share of validation rows for which int8 answers the same class as fp32."""
MAX_METRIC_DROP = 0.005
"""How much accuracy and macro-F1 int8 may lose on the validation part: half a point."""
ALONE_ROWS = 1000
"""Validation rows that are also asked one by one; more would take longer than they tell."""
CARES = (Care(fine=2), Care(fine=None), Care(spared=None))
"""How int8 is made again when it was refused, tried in turn, the fastest first."""


@dataclass(frozen=True)
class Gate:
    """What the gate found. Shares are of the validation part."""

    fp32_max_difference: float
    """The largest difference between an output of the fp32 graph and torch's."""
    int8_agreement: float | None = None
    """The share of inputs for which int8 answers the same class as fp32."""
    int8_metric_drop: float | None = None
    """The larger of the drops in accuracy and in macro-F1; below 0 int8 is better."""
    int8_alone_difference: float | None = None
    """The largest difference of a probability between a validation row alone and in a batch; of pictures it is not
    measured there."""
    int8_test_alone: Alone | None = None
    """The same over the test part, by which nothing is chosen."""
    int8_accepted: bool = False
    int8_careful: bool = False
    """Whether some of the int8 model is computed more exactly: of a text's narrowing products the two worst or all, of
    a picture's convolutions the first ones."""
    reason: Message | None = None
    """Why int8 is not served; None when it is."""

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "reason": self.reason.to_json() if self.reason else None}


def check(trained: Exportable, folders: Mapping[str, Path], texts: Sequence[str], truth: np.ndarray) -> Gate:
    """Prove the models in `folders` (as `export` returned them) and remove the int8 one when it may not be served.

    `texts` and `truth` (N,) are the validation part. Raises Failure when fp32 drifts from torch.
    """
    fp32 = Classifier.load(folders["fp32"])
    difference = fp32_difference(trained, fp32, texts)
    refuse_drift(difference)
    if "int8" not in folders:
        return Gate(difference, reason=Message("The model has no matrix products that int8 would make faster."))
    expected = fp32.probabilities(texts)
    gate = _judged(difference, expected, folders["int8"], texts, truth)
    if not gate.int8_accepted:
        prepared = prepare(model_file(folders["fp32"]), typical_batches(trained.encoder, texts))
        for care in CARES:
            with written_aside(model_file(folders["int8"])) as aside:
                write_int8(prepared, aside, care)
            again = _judged(difference, expected, folders["int8"], texts, truth)
            gate = replace(again, int8_careful=again.int8_accepted)
            if gate.int8_accepted:
                break
    if not gate.int8_accepted:
        remove_model(folders["int8"])
    return gate


def refuse_drift(difference: float) -> None:
    """Raise Failure when fp32 logits differ from torch's by more than MAX_DIFFERENCE, or by what is no number."""
    if not difference <= MAX_DIFFERENCE:
        raise Failure(
            "The exported model differs from the trained one by {difference} in a logit, and {allowed} is allowed; it "
            "will not be served. Choose another backbone or report this.",
            difference=f"{difference:.2g}",
            allowed=MAX_DIFFERENCE,
        )


def _judged(difference: float, fp32: np.ndarray, folder: Path, texts: Sequence[str], truth: np.ndarray) -> Gate:
    int8 = Classifier.load(folder)
    together = int8.probabilities(texts)
    gate = judge_int8(difference, fp32, together, truth)
    if not gate.int8_accepted:
        return gate
    alone = ask_alone(int8, texts[:ALONE_ROWS], together[:ALONE_ROWS])
    gate = replace(gate, int8_alone_difference=alone.difference)
    return _refused(gate, alone.problem) if alone.problem else gate


def confirm_alone(gate: Gate, int8: Classifier, inputs: Sequence[Any], together: np.ndarray) -> Gate:
    """Return `gate` with what `int8`, which it accepted, says of the test part's `inputs` one by one.

    `together` (N, C) are its answers in batches. Where the two differ too much, int8 is refused and removed.
    """
    alone = ask_alone(int8, inputs, together)
    gate = replace(gate, int8_test_alone=alone)
    if alone.problem:
        remove_model(int8.folder)
        return _refused(gate, alone.problem)
    return gate


def _refused(gate: Gate, reason: Message) -> Gate:
    return replace(gate, int8_accepted=False, reason=reason)


def fp32_difference(trained: Exportable, exported: Classifier, texts: Sequence[str]) -> float:
    """Return the largest difference of a logit between torch and ONNX, over batches of 1, 2 and 7 short and long rows.

    Short is the 16 tokens that training pads to, long the most tokens the model reads.
    """
    worst = 0.0
    for batch in BATCHES:
        for text in (" ".join(texts[0].split()[:3]) or "x", " ".join(texts[:64])):
            inputs = trained.encoder.encode([text, *islice_cycled(texts, batch - 1)])
            with torch.inference_mode():
                expected = trained.module(*(torch.from_numpy(inputs[name]) for name in trained.encoder.inputs)).numpy()
            worst = max(worst, float(np.abs(exported.logits(inputs) - expected).max()))
    return worst


def judge_int8(difference: float, fp32: np.ndarray, int8: np.ndarray, truth: np.ndarray) -> Gate:
    """Return the gate for probabilities (N, C) of both precisions on rows whose classes are `truth` (N,)."""
    answers, small = fp32.argmax(axis=1), int8.argmax(axis=1)
    agreement = float((answers == small).mean())
    accuracy_drop = float((answers == truth).mean() - (small == truth).mean())
    drop = max(accuracy_drop, macro_f1(truth, fp32) - macro_f1(truth, int8))
    reason = None
    if agreement < MIN_AGREEMENT:
        reason = Message(
            "int8 answers like fp32 in {agreement} % of the validation rows; {needed} % are needed.",
            agreement=round(100 * agreement, 2),
            needed=round(100 * MIN_AGREEMENT),
        )
    elif drop > MAX_METRIC_DROP:
        reason = Message(
            "int8 loses {drop} points on the validation rows; {allowed} are allowed.",
            drop=round(100 * drop, 2),
            allowed=100 * MAX_METRIC_DROP,
        )
    return Gate(difference, agreement, drop, int8_accepted=reason is None, reason=reason)


def islice_cycled(texts: Sequence[str], count: int) -> list[str]:
    """Return the first `count` texts, beginning again when there are fewer."""
    return [texts[i % len(texts)] for i in range(count)]
