"""The model as the peers hold it: the same ONNX file and tokenizer, with no line of ours between."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

THREADS = int(os.environ.get("PEER_THREADS", "1"))
WORKERS = int(os.environ.get("PEER_WORKERS", "1"))
BATCH_ROWS = 32
"""Rows that are computed together at most."""


class OnnxModel:
    """Texts in, probabilities out: one batch a call, padded to its longest text."""

    def __init__(self) -> None:
        folder = Path(os.environ["PEER_MODEL"])
        task = json.loads((folder / "task.json").read_text("utf-8"))
        self.temperature = float(task["temperature"])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.enable_truncation(int(task["max_tokens"]))
        self.tokenizer.enable_padding(pad_id=self.tokenizer.token_to_id("[PAD]") or 0)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = THREADS
        self.session = onnxruntime.InferenceSession(
            str(folder / "1" / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def probabilities(self, texts: Sequence[str]) -> list[list[float]]:
        """Return the probability of each class for each text."""
        encoded = self.tokenizer.encode_batch_fast(list(texts))
        inputs = {
            "input_ids": np.array([e.ids for e in encoded], dtype=np.int64),
            "attention_mask": np.array([e.attention_mask for e in encoded], dtype=np.int64),
        }
        logits = np.asarray(self.session.run(["logits"], inputs)[0], dtype=np.float64) / self.temperature
        exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
        found: list[list[float]] = (exponents / exponents.sum(axis=-1, keepdims=True)).tolist()
        return found
