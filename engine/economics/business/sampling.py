"""Points that fill a cube evenly: scrambled Sobol' sequences, so that few futures stand for many.

The scrambling is Matoušek's: a random lower triangular matrix of bits for each dimension, then a random digital shift
(J. Matoušek, J. Complexity 14, 1998). It keeps the points even and makes their mean unbiased.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.economics.business.directions import directions
from engine.economics.business.spread import Array
from engine.errors import BadInput

Bits = NDArray[np.int64]
BITS = 30
MOST_DIMENSIONS = len(directions()) + 1


@lru_cache(maxsize=1)
def _numbers() -> Bits:
    """Return the direction numbers, (dimensions, BITS), of BITS bits each."""
    found = np.zeros((MOST_DIMENSIONS, BITS), dtype=np.int64)
    found[0] = 1 << np.arange(BITS - 1, -1, -1)
    for row, (polynomial, first) in enumerate(directions(), start=1):
        found[row] = _recurrence(polynomial, first)
    return found


def _recurrence(polynomial: int, first: list[int]) -> list[int]:
    """Return BITS direction numbers: Bratley & Fox, ACM TOMS 14 (1988), formula 2."""
    degree = len(first)
    numbers = [m << (BITS - 1 - i) for i, m in enumerate(first)]
    for i in range(degree, BITS):
        new = numbers[i - degree] ^ (numbers[i - degree] >> degree)
        for k in range(1, degree):
            if polynomial >> (degree - k) & 1:
                new ^= numbers[i - k]
        numbers.append(new)
    return numbers


def points(count: int, dimensions: int, *, seed: int = 0, scrambled: bool = True) -> Array:
    """Return `count` points of a Sobol' sequence, shape (dimensions, count), each number above 0 and below 1.

    Unscrambled, the first point is the origin. Raises BadInput for more dimensions than there are direction numbers.
    """
    if not 0 <= dimensions <= MOST_DIMENSIONS:
        raise BadInput(
            "{n} assumptions are uncertain at once and at most {most} can be; set the range of some to one number.",
            n=dimensions,
            most=MOST_DIMENSIONS,
        )
    numbers = _numbers()[:dimensions]
    shift = np.zeros((dimensions, 1), dtype=np.int64)
    if scrambled:
        random = np.random.default_rng([seed, dimensions])
        numbers = _scramble(numbers, random)
        shift = random.integers(0, 1 << BITS, (dimensions, 1))
    found = np.zeros((dimensions, max(count, 1)), dtype=np.int64)
    filled, bit = 1, 0
    while filled < count:
        more = min(filled, count - filled)
        found[:, filled : filled + more] = found[:, :more] ^ numbers[:, bit : bit + 1]
        filled, bit = filled + more, bit + 1
    half = 0.5 if scrambled else 0.0
    return np.asarray(((found[:, :count] ^ shift) + half) * 2.0**-BITS, dtype=np.float64)


def _scramble(numbers: Bits, random: np.random.Generator) -> Bits:
    """Return the direction numbers times a random lower triangular matrix of bits for each dimension."""
    high_first = np.arange(BITS - 1, -1, -1)
    mixed = np.zeros_like(numbers)
    for row, bit in enumerate(high_first):  # one row of the matrix gives one bit of the result
        free = random.integers(0, 1 << row, len(numbers)) if row else np.zeros(len(numbers), dtype=np.int64)
        mask = (free << (BITS - row)) | (1 << bit)
        parity = np.bitwise_count(numbers & mask[:, None]) & 1
        mixed |= parity.astype(np.int64) << bit
    return mixed
