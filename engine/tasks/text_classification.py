"""Text classification: how sentences become arrays and logits become probabilities. Needs numpy and `tokenizers` only.

An encoder works in two steps, so that a caller who sorts by length tokenises once: `rows` turns each text into its
own short arrays, `collate` pads some of them into a batch. `encode` does both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from engine.errors import BadInput
from engine.files import read_json, write_json, write_text
from engine.tasks.bag import BagEncoder, fit_bag

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TASK = "text_classification"
PAD_MULTIPLE = 16
"""Batches are padded to a multiple of this many tokens: oneDNN compiles per shape, and few shapes stay fast."""
CHARACTERS_PER_TOKEN = 64
"""Text beyond `max_tokens` times this is cut before tokenising: it could not reach the model anyway."""
PAD_TOKENS = ("[PAD]", "<pad>", "<|endoftext|>", "</s>")


class Encoder(Protocol):
    """What training and serving need of an encoder; its fields are what `task.json` keeps."""

    kind: ClassVar[str]
    inputs: ClassVar[tuple[str, ...]]
    """Names of the ONNX inputs, in order."""
    labels: tuple[str, ...]
    max_tokens: int
    temperature: float

    def rows(self, texts: Sequence[str]) -> list[Any]: ...
    def collate(self, rows: Sequence[Any]) -> dict[str, np.ndarray]: ...
    def encode(self, texts: Sequence[str]) -> dict[str, np.ndarray]: ...
    def lengths(self, texts: Sequence[str]) -> np.ndarray: ...
    def save(self, folder: Path) -> None: ...


class TokenEncoder:
    """Sub-word tokens of a pre-trained encoder, as `tokenizer.json` describes them."""

    kind: ClassVar[str] = "tokens"
    inputs: ClassVar[tuple[str, ...]] = ("input_ids", "attention_mask")

    def __init__(
        self,
        source: Path | str | Tokenizer,
        *,
        labels: Sequence[str] = (),
        max_tokens: int = 128,
        temperature: float = 1.0,
    ) -> None:
        """`source` is a folder with `tokenizer.json`, that file, or a Tokenizer. Raises BadInput when it is missing."""
        self.tokenizer = _open_tokenizer(Path(source)) if isinstance(source, str | Path) else source
        self.labels = tuple(labels)
        self.max_tokens = max_tokens
        self.temperature = temperature
        self.pad_id = _pad_id(self.tokenizer)
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(max_tokens)

    def rows(self, texts: Sequence[str]) -> list[list[int]]:
        """Return each text's token ids, special tokens included, at most `max_tokens`. Any string will do."""
        limit = self.max_tokens * CHARACTERS_PER_TOKEN
        cut = [text[:limit] for text in texts]
        try:
            encodings = self.tokenizer.encode_batch_fast(cut)
        except (TypeError, UnicodeError):  # half of a surrogate pair is no Unicode
            whole = [text.encode("utf-8", "replace").decode() for text in cut]
            encodings = self.tokenizer.encode_batch_fast(whole)
        return [encoding.ids for encoding in encodings]

    def collate(self, rows: Sequence[Sequence[int]]) -> dict[str, np.ndarray]:
        """Return `input_ids` and `attention_mask`, both (B, T) int64, T a multiple of 16."""
        lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        mask = np.arange(padded(lengths)) < lengths[:, None]
        ids = np.full(mask.shape, self.pad_id, dtype=np.int64)
        ids[mask] = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=int(lengths.sum()))
        return {"input_ids": ids, "attention_mask": mask.astype(np.int64)}

    def encode(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the ONNX inputs for `texts` as one batch."""
        return self.collate(self.rows(texts))

    def lengths(self, texts: Sequence[str]) -> np.ndarray:
        """Return the number of tokens of each text, (N,) int64."""
        return np.array([len(row) for row in self.rows(texts)], dtype=np.int64)

    def save(self, folder: Path) -> None:
        """Write `tokenizer.json` and `task.json` into `folder`."""
        write_text(folder / "tokenizer.json", self.tokenizer.to_str())
        save_task(self, folder)

    @classmethod
    def load(cls, folder: Path) -> TokenEncoder:
        """Return the encoder that `save` wrote."""
        return cls(folder, **_task_fields(_read_task(folder)))


def padded(lengths: np.ndarray) -> int:
    """Return the smallest multiple of 16 that holds every length, at least 16."""
    longest = int(lengths.max()) if lengths.size else 1
    return max(1, -(-longest // PAD_MULTIPLE)) * PAD_MULTIPLE


def load_encoder(folder: Path) -> TokenEncoder | BagEncoder:
    """Return the encoder described by `task.json` in `folder`. Raises BadInput when it is missing or unknown."""
    task = _read_task(folder)
    if task.get("encoder") == TokenEncoder.kind:
        return TokenEncoder.load(folder)
    if task.get("encoder") == BagEncoder.kind:
        return BagEncoder.load(folder, **_task_fields(task))
    raise BadInput(
        "{path} names the encoder {encoder}; this program knows tokens and bag. Update Breakeven.",
        path=str(folder / "task.json"),
        encoder=str(task.get("encoder")),
    )


def save_task(encoder: Encoder, folder: Path) -> None:
    """Write `task.json`: everything beside weights and vocabulary that serving must know."""
    write_json(
        folder / "task.json",
        {
            "schema_version": 1,
            "task": TASK,
            "encoder": encoder.kind,
            "labels": list(encoder.labels),
            "max_tokens": encoder.max_tokens,
            "temperature": float(encoder.temperature),
            "inputs": list(encoder.inputs),
        },
    )


def batches(lengths: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """Yield the positions of each batch of up to `size` rows, shortest rows first, so that little is padding."""
    order = np.argsort(lengths, kind="stable")
    for start in range(0, len(order), size):
        yield order[start : start + size]


def decode(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """Return probabilities (N, C) float64 of `logits` (N, C): their softmax after division by `temperature`.

    Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2.
    """
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    exponents = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True))


def _read_task(folder: Path) -> dict[str, Any]:
    if not (folder / "task.json").is_file():
        raise BadInput("{folder} holds no model: task.json is missing. Choose a finished run.", folder=str(folder))
    return read_json(folder / "task.json")


def _task_fields(task: dict[str, Any]) -> dict[str, Any]:
    return {name: task[name] for name in ("labels", "max_tokens", "temperature")}


def _open_tokenizer(path: Path) -> Tokenizer:
    from tokenizers import Tokenizer

    file = path / "tokenizer.json" if path.is_dir() else path
    if not file.is_file():
        raise BadInput(
            "{folder} has no tokenizer.json; choose the folder of a model with a fast tokenizer.", folder=str(path)
        )
    try:
        return Tokenizer.from_str(file.read_text("utf-8"))
    except Exception as error:  # the library raises nothing narrower for a file it cannot read
        raise BadInput(
            "{path} is not a tokenizer ({error}); restore it or choose another model.", path=str(file), error=str(error)
        ) from error


def _pad_id(tokenizer: Tokenizer) -> int:
    if tokenizer.padding:
        return int(tokenizer.padding["pad_id"])
    return next((i for token in PAD_TOKENS if (i := tokenizer.token_to_id(token)) is not None), 0)


__all__ = ["BagEncoder", "Encoder", "TokenEncoder", "batches", "decode", "fit_bag", "load_encoder", "padded"]
