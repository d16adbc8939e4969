"""The demo data of the finance scenario: the Financial PhraseBank when online, generated sentences when not.

Malo, Sinha, Korhonen, Wallenius, Takala: Good debt or bad debt: Detecting semantic orientations in economic texts.
Journal of the Association for Information Science and Technology 65(4), 2014. 4,846 sentences in the file with at least
half of the annotators agreeing.
"""

from __future__ import annotations

import io
import zipfile

from engine.config import Settings
from engine.datasets.dataset import Dataset, Problem
from engine.datasets.demo.download import fetch
from engine.datasets.demo.generator import as_csv, generate
from engine.datasets.demo.remember import remembered
from engine.datasets.store import add_raw
from engine.datasets.texts.columns import USUAL
from engine.datasets.texts.options import TextOptions
from engine.datasets.texts.prepare import prepare
from engine.errors import Failure
from engine.messages import Message

SHA256 = "0e1a06c4900fdae46091d031068601e3773ba067c7cecb5b0da1dcba5ce989a6"
"""Of FinancialPhraseBank-v1.0.zip as published: its dataset repository's large-file pointer says so, and so do several
independent programs that pin it. It was not downloaded here; a file with another hash is refused."""
MEMBER = "Sentences_50Agree.txt"
LABELS = ("negative", "neutral", "positive")
TASK = "text_classification"
REAL = TextOptions(name="Financial PhraseBank", licence="CC BY-NC-SA 3.0 (Malo et al. 2014)", commercial_use=False)
GENERATED = TextOptions(
    name="Generated financial sentences", licence="Apache-2.0 (generated)", commercial_use=True, synthetic=True
)


def demo_dataset(settings: Settings, *, sha256: str = SHA256, wait_s: float = 0.5, refresh: bool = False) -> Dataset:
    """Return the demo data set; the first time it is fetched, or generated when that fails, and prepared.

    A generated one says so: `card.synthetic` is set and a note in the card tells why. It stays the demo data until
    `refresh`, so that runs go on comparing. `sha256` is the archive's hash, `wait_s` the first pause between tries.
    """
    return remembered(settings, "finance_demo", lambda: _made(settings, sha256, wait_s), refresh=refresh)


def _made(settings: Settings, sha256: str, wait_s: float) -> Dataset:
    notes: tuple[Problem, ...] = ()
    try:
        if settings.offline:
            raise Failure("this program is set to work offline")
        rows, options = read_archive(fetch(settings.phrasebank_url, sha256=sha256, wait_s=wait_s)), REAL
    except Failure as failure:
        message = Message(
            "The Financial PhraseBank could not be fetched ({reason}), so these sentences are generated.",
            reason=failure.message,
        )
        rows, options, notes = generate(), GENERATED, (Problem("note", "generated", message),)
    raw = add_raw(io.BytesIO(as_csv(rows)), f"{options.name.lower().replace(' ', '_')}.csv", settings)
    return prepare(raw, options, settings, usual=USUAL, task=TASK, notes=notes)


def read_archive(data: bytes) -> list[tuple[str, str]]:
    """Return (sentence, label) of the archive's Latin-1 lines `sentence@label`. Raises Failure if it holds no such."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            name = next(n for n in archive.namelist() if n.endswith(MEMBER) and "__MACOSX" not in n)
            lines = archive.read(name).decode("latin-1").splitlines()
    except (zipfile.BadZipFile, StopIteration) as error:
        raise Failure("the archive does not hold {member}", member=MEMBER) from error
    rows = [
        (text.strip(), label.strip()) for text, _, label in (line.rpartition("@") for line in lines if line.strip())
    ]
    if not rows or any(label not in LABELS or not text for text, label in rows):
        raise Failure("{member} does not have lines of the form sentence@label", member=MEMBER)
    return rows
