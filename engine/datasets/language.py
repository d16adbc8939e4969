"""Which languages texts are in, told by py3langid (a naive Bayes classifier over byte n-grams, 97 languages)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

SAMPLE = 500
"""How many texts are looked at."""
MIN_SHARE = 0.02
"""A language below this share is more likely a mistake of the classifier."""


def languages(texts: Sequence[str]) -> dict[str, float]:
    """Return ISO 639-1 code → share of `texts`, the most frequent first; {} without texts."""
    from py3langid import classify

    counts = Counter(classify(text[:1000])[0] for text in texts[:SAMPLE])
    total = sum(counts.values())
    kept = {code: n for code, n in sorted(counts.items(), key=lambda c: (-c[1], c[0])) if n >= MIN_SHARE * total}
    return {code: round(n / sum(kept.values()), 4) for code, n in kept.items()}
