"""Which languages texts are in, told by py3langid (a naive Bayes classifier over byte n-grams, 97 languages)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

SAMPLE = 500
"""How many texts are looked at."""
MIN_SHARE = 0.02
"""A language below this share is more likely a mistake of the classifier."""
NOT_TOLD_APART = {"pcm", "zxx"}
"""Nigerian Pidgin, which short English is taken for, and "no language"."""


def languages(texts: Sequence[str]) -> dict[str, float]:
    """Return ISO 639-1 code → share of `texts`, the most frequent first; {} without texts."""
    identify = _identifier().classify
    counts = Counter(identify(text[:1000])[0] for text in texts[:SAMPLE])
    total = sum(counts.values())
    kept = {code: n for code, n in sorted(counts.items(), key=lambda c: (-c[1], c[0])) if n >= MIN_SHARE * total}
    return {code: round(n / sum(kept.values()), 4) for code, n in kept.items()}


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(set(identifier.labels) - NOT_TOLD_APART)
    return identifier
