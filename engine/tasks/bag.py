"""A bag of words and word pairs: the cheapest way to turn text into numbers, and the bar a neural model has to clear.

Words are runs of letters and digits; each Chinese character and kana is a word, so that Chinese needs no segmentation
and its pairs of characters stand in for words. Weights are tf-idf: (1 + ln tf) · (ln((1 + n) / (1 + df)) + 1), then
scaled to length 1; scikit-learn's TfidfVectorizer(sublinear_tf=True) gives the same numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np

from engine.errors import BadInput
from engine.files import read_json, write_json
from engine.tasks.encoder import PAD_MULTIPLE, TensorSpec, logits_of, padded, read_task, task_fields, write_task

CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
WORD = re.compile(rf"[{CJK}]|[^\W{CJK}]+")
MAX_COUNTED = 2_000_000
"""While counting, terms seen once are forgotten when there are more distinct terms than this: memory stays bounded."""
CHARACTERS_PER_WORD = 64

Row = tuple[np.ndarray, np.ndarray]


class BagEncoder:
    """Texts as ids of known words and pairs with their tf-idf weights; id 0 is padding with weight 0."""

    kind: ClassVar[str] = "bag"
    takes: ClassVar[str] = "text"
    inputs: ClassVar[tuple[str, ...]] = ("input_ids", "weights")

    def __init__(
        self,
        terms: Sequence[str],
        idf: Sequence[float] | np.ndarray,
        *,
        labels: Sequence[str] = (),
        max_tokens: int = 512,
        temperature: float = 1.0,
    ) -> None:
        """`terms[i]` has id i + 1 and inverse document frequency `idf[i]`; only the first `max_tokens` words count."""
        self.terms = tuple(terms)
        self.ids = {term: i for i, term in enumerate(self.terms, start=1)}
        self.idf = np.concatenate([[0.0], np.asarray(idf, dtype=np.float64)])
        self.labels = tuple(labels)
        self.max_tokens = max_tokens
        self.temperature = temperature

    @property
    def vocabulary_size(self) -> int:
        """Ids run from 0, the padding, to `vocabulary_size` - 1."""
        return len(self.idf)

    def rows(self, texts: Sequence[str]) -> list[Row]:
        """Return each text's (ids, weights): int64 and float32, ids ascending. A text without known words is empty."""
        return [self._row(text) for text in texts]

    @property
    def tensors(self) -> tuple[TensorSpec, ...]:
        return TensorSpec("input_ids", "INT64", (-1,)), TensorSpec("weights", "FP32", (-1,))

    @property
    def outputs(self) -> tuple[TensorSpec, ...]:
        return logits_of(self.labels)

    def row_length(self, row: Row) -> int:
        return len(row[0])

    def collate(self, rows: Sequence[Row], *, multiple: int = PAD_MULTIPLE) -> dict[str, np.ndarray]:
        """Return `input_ids` (B, T) int64 and `weights` (B, T) float32, T a multiple of `multiple`."""
        lengths = np.array([len(ids) for ids, _ in rows], dtype=np.int64)
        mask = np.arange(padded(lengths, multiple)) < lengths[:, None]
        input_ids, weights = np.zeros(mask.shape, dtype=np.int64), np.zeros(mask.shape, dtype=np.float32)
        if rows:
            input_ids[mask] = np.concatenate([ids for ids, _ in rows])
            weights[mask] = np.concatenate([values for _, values in rows])
        return {"input_ids": input_ids, "weights": weights}

    def encode(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """Return the ONNX inputs for `texts` as one batch."""
        return self.collate(self.rows(texts))

    def lengths(self, texts: Sequence[str]) -> np.ndarray:
        """Return the number of known distinct terms of each text, (N,) int64."""
        return np.array([len(ids) for ids, _ in self.rows(texts)], dtype=np.int64)

    def save(self, folder: Path) -> None:
        """Write `vocabulary.json` and `task.json` into `folder`."""
        write_json(
            folder / "vocabulary.json",
            {"schema_version": 1, "terms": list(self.terms), "idf": self.idf[1:].tolist()},
        )
        write_task(self, folder, max_tokens=self.max_tokens)

    @classmethod
    def load(cls, folder: Path) -> BagEncoder:
        """Return the encoder that `save` wrote. Raises BadInput when its vocabulary is missing."""
        if not (folder / "vocabulary.json").is_file():
            raise BadInput("{folder} has no vocabulary.json; choose a finished run.", folder=str(folder))
        vocabulary = read_json(folder / "vocabulary.json")
        return cls(vocabulary["terms"], vocabulary["idf"], **task_fields(read_task(folder)))

    def _row(self, text: str) -> Row:
        known = map(self.ids.get, terms_of(text, self.max_tokens))
        counts = Counter(i for i in known if i is not None)
        ids = np.array(sorted(counts), dtype=np.int64)
        tf = np.array([counts[i] for i in ids.tolist()], dtype=np.float64)
        weights = (1.0 + np.log(tf)) * self.idf[ids]
        length = float(np.sqrt(weights @ weights))
        return ids, (weights / (length or 1.0)).astype(np.float32)


def fit_bag(
    texts: Iterable[str],
    max_features: int = 20_000,
    *,
    min_rows: int = 2,
    labels: Sequence[str] = (),
    max_tokens: int = 512,
) -> BagEncoder:
    """Return the encoder of the `max_features` terms that most texts have, among those in `min_rows` texts or more.

    Ties go by the alphabet, so the same texts in any order make the same vocabulary. When no term is in `min_rows`
    texts, all terms count.
    """
    rows, found = 0, Counter[str]()
    for text in texts:
        rows += 1
        found.update(set(terms_of(text, max_tokens)))
        if len(found) > MAX_COUNTED:
            found = Counter({term: n for term, n in found.items() if n > 1})
    often = {term: n for term, n in found.items() if n >= min_rows} or found
    kept = sorted(sorted(often.items(), key=lambda item: (-item[1], item[0]))[:max_features])
    frequency = np.array([n for _, n in kept], dtype=np.float64)
    idf = np.log((1.0 + rows) / (1.0 + frequency)) + 1.0
    return BagEncoder([term for term, _ in kept], idf, labels=labels, max_tokens=max_tokens)


def terms_of(text: str, max_words: int) -> list[str]:
    """Return the first `max_words` words of `text` in lower case, then their pairs as "one two"."""
    words = WORD.findall(text[: max_words * CHARACTERS_PER_WORD].lower())[:max_words]
    return words + [f"{a} {b}" for a, b in pairwise(words)]
