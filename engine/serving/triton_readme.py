"""What stands beside a model in a Triton repository for people: how to encode what is asked, and read what is answered.

The code in it needs this model's own files alone, none of ours; a test runs it against the encoder it stands for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FENCE = "```"

HEAD = """# How to ask {name}

Triton answers tensors. This folder holds, for each version ({versions}), what turns inputs into tensors and tensors
into answers. Copy `{name}/` into a model repository and start `tritonserver --model-repository=FOLDER`.

Every version is loaded; a request without a version goes to the newest. How the traffic is shared between versions is
for whoever stands before Triton: it has no such setting.

{about}

{fence}python
{code}{fence}
"""

SOFTMAX = '''

def probabilities(logits):
    """(rows, classes), each row summing to 1; the classes are in task["labels"], in this order."""
    scaled = logits.astype(np.float64) / task["temperature"]
    exponents = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)
'''

TOKENS = '''import json
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

folder = Path("assets/{version}")
task = json.loads((folder / "task.json").read_text("utf-8"))
tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
tokenizer.enable_truncation(task["max_tokens"])
tokenizer.enable_padding()


def encode(texts):
    """input_ids and attention_mask, (rows, longest) int64; what is padded has mask 0."""
    found = tokenizer.encode_batch(texts)
    return {
        "input_ids": np.array([one.ids for one in found], dtype=np.int64),
        "attention_mask": np.array([one.attention_mask for one in found], dtype=np.int64),
    }
'''

BAG = '''import json
import math
import re
from collections import Counter
from pathlib import Path

import numpy as np

folder = Path("assets/{version}")
task = json.loads((folder / "task.json").read_text("utf-8"))
vocabulary = json.loads((folder / "vocabulary.json").read_text("utf-8"))
ids = {term: i for i, term in enumerate(vocabulary["terms"], start=1)}
idf = [0.0, *vocabulary["idf"]]
CJK = "\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\U00020000-\\U0003134f"
WORD = re.compile(f"[{CJK}]|[^\\\\W{CJK}]+")


def weighted(text):
    """Known words and pairs of words, by id, with tf-idf weights of length 1."""
    words = WORD.findall(text.lower())[: task["max_tokens"]]
    terms = words + [" ".join(pair) for pair in zip(words, words[1:])]
    counts = Counter(ids[term] for term in terms if term in ids)
    found = {i: (1 + math.log(n)) * idf[i] for i, n in sorted(counts.items())}
    length = math.sqrt(sum(value**2 for value in found.values())) or 1.0
    return {i: value / length for i, value in found.items()}


def encode(texts):
    """input_ids int64 and weights float32, both (rows, longest); what is padded has id 0 and weight 0."""
    rows = [weighted(text) for text in texts]
    longest = max(1, *map(len, rows))
    return {
        "input_ids": np.array([[*row, *[0] * (longest - len(row))] for row in rows], dtype=np.int64),
        "weights": np.array([[*row.values(), *[0.0] * (longest - len(row))] for row in rows], dtype=np.float32),
    }
'''

PICTURES = '''import json
from pathlib import Path

import numpy as np
from PIL import Image

folder = Path("assets/{version}")
task = json.loads((folder / "task.json").read_text("utf-8"))


def encode(files):
    """image (rows, 3, size, size) uint8: 8-bit pictures of up to 1,024 pixels a side, stretched to the square."""
    mode, side = "L" if task["colours"] == "grey" else "RGB", task["size"]
    squares = [
        Image.open(file).convert(mode).resize((side, side), Image.Resampling.BICUBIC, reducing_gap=3.0)
        for file in files
    ]
    return {"image": np.stack([np.asarray(square.convert("RGB")).transpose(2, 0, 1) for square in squares])}
'''

HISTORY = '''import json
from pathlib import Path

import numpy as np
import pandas as pd

folder = Path("assets/{version}")
task = json.loads((folder / "task.json").read_text("utf-8"))
items = pd.read_parquet(folder / "items.parquet")["id"].astype(str).tolist()
codes = {item: code for code, item in enumerate(items)}


def encode(histories):
    """history (rows, longest) int64: codes of known items, each where it was last, the newest last, padded before."""
    rows = [list(dict.fromkeys(codes[i] for i in reversed(h) if i in codes))[: task["max_history"]] for h in histories]
    longest = max(1, *map(len, rows))
    return {"history": np.array([[-1] * (longest - len(row)) + row[::-1] for row in rows], dtype=np.int64)}


def listed(answered):
    """The item ids of `items` (rows, top), best first; -1 stands where nothing is left to recommend."""
    return [[items[code] for code in row if code >= 0] for row in answered]
'''

ABOUT = {
    "tokens": ("Texts become sub-word tokens, `logits` become probabilities.", TOKENS + SOFTMAX),
    "bag": ("Texts become weighted words, `logits` become probabilities.", BAG + SOFTMAX),
    "pictures": (
        "Pictures become pixels, `logits` become probabilities. The mean of a map of `maps` is its class's logit.",
        PICTURES + SOFTMAX,
    ),
    "history": (
        "Histories of item ids become codes, and codes in `items` become ids. `weights` and `allowed` may be left out: "
        "they weigh each item of a history (1 is usual) and are added to each item's score (-inf keeps it out).",
        HISTORY,
    ),
}
"""Kind of encoder → what it does, and code that does it: one line an encoder."""


def readme(name: str, tasks: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the README of a model whose versions have these `task.json`, all of one kind of encoder."""
    first, task = next(iter(tasks.items()))
    about, code = ABOUT[str(task["encoder"])]
    return HEAD.format(
        name=name,
        versions=", ".join(tasks),
        about=about,
        code=code.replace("{version}", first),
        fence=FENCE,
    )
