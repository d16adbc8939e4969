"""Where in a picture the answer comes from, read off the maps that the model's own graph gives.

The head is linear on averages, so a class's logit is the mean of a map of addends (Zhou et al. 2016, "Learning Deep
Features for Discriminative Localization", section 2, over several depths instead of the last). Nothing is estimated:
what is shown is what was added up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def evidence(maps: NDArray[np.floating], target: int) -> NDArray[np.float32]:
    """Return (h, w) of maps (C, h, w): the addends of the class at position `target` less the mean of the others'.

    Its mean is the lead of the class's logit over the mean of the others' logits.
    """
    others = np.delete(maps, target, axis=0)
    return np.asarray(maps[target] - (others.mean(axis=0) if len(others) else 0.0), dtype=np.float32)


def shares(evidence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `evidence` as shares of its strongest place: 1 speaks most for the class, −1 most against it."""
    strongest = float(np.abs(evidence).max())
    return np.asarray(evidence / strongest if strongest > 0 else np.zeros_like(evidence), dtype=np.float32)
