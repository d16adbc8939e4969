from collections import Counter

from engine.config import Settings
from engine.datasets.demo.generator import ROWS, SHARES, as_csv, generate
from engine.datasets.texts.suspects import _held_out_probabilities
from tests.engine.datasets.files import checked


def test_the_sentences_are_varied_and_the_same_for_the_same_seed() -> None:
    rows = generate()
    assert rows == generate(0)
    assert rows != generate(1)
    assert len({text.casefold() for text, _ in rows}) == len(rows) == ROWS
    shares = Counter(label for _, label in rows)
    assert all(abs(shares[label] / ROWS - share) < 0.04 for label, share in SHARES.items())
    openings = Counter(" ".join(text.split()[:3]) for text, _ in rows)
    assert openings.most_common(1)[0][1] < 0.12 * ROWS
    assert all("{" not in text and "  " not in text for text, _ in rows)


def test_near_duplicates_and_finds_of_personal_data_are_rare(settings: Settings) -> None:
    counts = {p.kind: p.count for p in checked(settings, as_csv(generate())).problems}
    assert counts.get("near_duplicates", 0) < 0.02 * ROWS
    assert not [kind for kind in counts if kind.startswith("personal_")]


def test_counting_words_does_not_solve_it() -> None:
    import numpy as np

    texts, labels = zip(*generate(), strict=True)
    names, truth = np.unique(np.array(labels), return_inverse=True)
    guessed = _held_out_probabilities(texts, truth, np.arange(ROWS), len(names)).argmax(axis=1)
    assert 0.55 < (guessed == truth).mean() < 0.85
