"""Whatever bytes somebody uploads, there is a preview or one sentence, and nothing half-written stays."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.config import Settings
from engine.datasets.store import add_raw
from engine.datasets.texts.options import TextOptions
from engine.datasets.texts.prepare import check
from engine.datasets.texts.read import preview
from engine.errors import BadInput
from tests.chaos import LONG, rounds

GOOD = "text,label\n" + "".join(
    f'"Profit rose by {n} %, sales fell",{"positive" if n % 2 else "negative"}\n' for n in range(40)
)
CORPUS = (
    Path(os.environ.get("BREAKEVEN_DEV_DATA", Path(__file__).resolve().parents[3] / "shared" / "data")) / "adversarial"
)
SPLICES = (
    b"\x00",
    b'"',
    b"\r",
    b"\n\n",
    b",,,,",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    "，。".encode("gb18030"),
    b"\\",
    b"'",
    b"=1+1",
    b"PAR1",
)


def mutated(random_: random.Random) -> bytes:
    """Return a good CSV with a few things done to it that happen to files: cut, spliced, doubled, bytes changed."""
    data = bytearray(GOOD.encode(random_.choice(["utf-8", "utf-16", "gb18030", "cp1252"])))
    for _ in range(random_.randint(1, 6)):
        at = random_.randrange(len(data) + 1)
        kind = random_.randrange(4)
        if kind == 0:
            del data[at:]
        elif kind == 1:
            data[at:at] = random_.choice(SPLICES) * random_.choice([1, 1, 1000])
        elif kind == 2:
            data[at:at] = data[: random_.randrange(len(data) + 1)]
        elif at < len(data):
            data[at] = random_.randrange(256)
    return bytes(data)


def hostile(count: int) -> Iterator[tuple[str, bytes]]:
    """Yield (name, bytes): `count` mutated files, and in the long version every file of the corpus under two names."""
    random_ = random.Random(20261122)
    for n in range(count):
        yield f"mutated-{n}.{random_.choice(['csv', 'csv', 'tsv', 'parquet'])}", mutated(random_)
    for path in sorted(CORPUS.rglob("*")) if LONG and CORPUS.is_dir() else []:
        if path.is_file():
            yield path.name, path.read_bytes()
            yield f"{path.stem}.csv", path.read_bytes()


@pytest.mark.slow
def test_every_file_is_previewed_and_checked_or_refused_with_one_sentence(workspace: Path) -> None:
    settings = Settings(home=workspace, offline=True)
    usual = {"text": ("text",), "label": ("label",)}
    tried = refused = 0
    for name, data in hostile(rounds(30, 3000)):
        path = settings.workspace.tmp / "upload"
        path.write_bytes(data)
        tried += 1
        try:
            preview(path, filename=name, usual=usual)
            check(add_raw(path, name, settings), TextOptions(name=name), settings, usual=usual)
        except BadInput as error:
            refused += 1
            sentence = str(error)
            assert sentence.strip(), name
            assert "\n" not in sentence, f"{name}: {sentence!r}"
            assert len(sentence) < 600, f"{name}: {sentence!r}"
    print(f"[{tried} files, {refused} refused]", end=" ")
    assert tried
    assert not list(settings.workspace.datasets.iterdir())
