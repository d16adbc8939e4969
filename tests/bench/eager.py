"""The peers in torch: transformers' `pipeline`, and the model run eagerly on batches of like length.

Eager batches are made as ours are: tokenised together, sorted by length, padded to the longest row or to a multiple of
16, as oneDNN compiles a kernel a shape. Whichever way is fastest on some of the texts is the one that is measured.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench import common

Answer = Callable[[Sequence[str]], list[str]]
BATCHES = (8, 32) if common.SHORT else (8, 16, 32, 64)
MULTIPLES = (1, 16)
TRIED = 50 if common.SHORT else 300
"""Texts on which the ways of batching are tried."""


def pipelines(model: Path) -> dict[str, Answer]:
    """Return name → what labels texts: the `pipeline` as it is, and with batches of each size."""
    from transformers import pipeline

    peer = pipeline("text-classification", model=str(model), device="cpu")

    def batched(size: int) -> Answer:
        return lambda texts: [a["label"] for a in peer(list(texts), batch_size=size)]

    return {"pipeline": batched(1), **{f"pipeline, batch {size}": batched(size) for size in BATCHES}}


def eagers(folder: Path, precision: str, threads: int) -> dict[str, Answer]:
    """Return name → what labels texts with the model in `folder` in "fp32" or "bf16", for each way of batching."""
    import torch
    from transformers import AutoModelForSequenceClassification

    from engine.tasks.tokens import TokenEncoder

    torch.set_num_threads(threads)
    kind = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=kind).eval()
    encoder = TokenEncoder(folder, labels=tuple(model.config.id2label[i] for i in range(model.config.num_labels)))

    def way(size: int, multiple: int) -> Answer:
        return lambda texts: _labelled(model, encoder, texts, size, multiple)

    ways = {(size, multiple): way(size, multiple) for size, multiple in product(BATCHES, MULTIPLES)}
    return {f"torch {precision}, batch {s}, padded to {m}": answer for (s, m), answer in ways.items()}


def _labelled(model: Any, encoder: Any, texts: Sequence[str], size: int, multiple: int) -> list[str]:
    """Return the label of each text, tokenising included, in batches of `size` rows of like length."""
    import torch

    rows = encoder.rows(texts)
    order = sorted(range(len(rows)), key=lambda i: -len(rows[i]))
    found = np.empty(len(rows), dtype=np.int64)
    with torch.inference_mode():
        for start in range(0, len(rows), size):
            chosen = order[start : start + size]
            batch = encoder.collate([rows[i] for i in chosen], multiple=multiple)
            tensors = {name: torch.from_numpy(values) for name, values in batch.items()}
            found[chosen] = model(**tensors).logits.argmax(-1).numpy()
    return [encoder.labels[place] for place in found]


def fastest(ways: Mapping[str, Answer], texts: Sequence[str]) -> dict[str, Answer]:
    """Return the one of `ways` that labels some of the texts, taken evenly, the fastest the second time."""
    some, seconds = list(texts[:: max(1, len(texts) // TRIED)]), {}
    for name, answer in ways.items():
        answer(some)
        started = time.perf_counter()
        answer(some)
        seconds[name] = time.perf_counter() - started
    best = min(seconds, key=lambda name: seconds[name])
    return {best: ways[best]}
