"""Sub-word tokens for pre-trained encoders, through the `tokenizers` library alone."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from engine.errors import BadInput
from engine.files import write_text
from engine.tasks.encoder import PAD_MULTIPLE, TensorSpec, logits_of, padded, read_task, task_fields, write_task

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CHARACTERS_PER_TOKEN = 64
"""Text beyond `max_tokens` times this is cut before tokenising: it could not reach the model anyway."""
PAD_TOKENS = ("[PAD]", "<pad>", "<|endoftext|>", "</s>")


class TokenEncoder:
    """Sub-word tokens of a pre-trained encoder, as `tokenizer.json` describes them."""

    kind: ClassVar[str] = "tokens"
    takes: ClassVar[str] = "text"
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

    @property
    def tensors(self) -> tuple[TensorSpec, ...]:
        return tuple(TensorSpec(name, "INT64", (-1,)) for name in self.inputs)

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        return logits_of(self.labels)

    def row_length(self, row: Sequence[int]) -> int:
        return len(row)

    def collate(self, rows: Sequence[Sequence[int]], *, multiple: int = PAD_MULTIPLE) -> dict[str, np.ndarray]:
        """Return `input_ids` and `attention_mask`, both (B, T) int64, T a multiple of `multiple`."""
        lengths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        mask = np.arange(padded(lengths, multiple)) < lengths[:, None]
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
        write_task(self, folder, max_tokens=self.max_tokens)

    @classmethod
    def load(cls, folder: Path) -> TokenEncoder:
        """Return the encoder that `save` wrote."""
        return cls(folder, **task_fields(read_task(folder)))


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
