"""Buying answers: their price for the same requests, and from which volume building is cheaper.

Of a hosted model, USD per 1,000 = (input tokens × price in + output tokens × price out) ÷ 1,000,000 × 1,000, by
definition. Of a vendor whose answers were brought in, the price is what those answers cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.economics.facts import HostedPrice
from engine.economics.figure import Figure, Kind, above_zero, not_negative
from engine.economics.projection import rounded
from engine.errors import BadInput
from engine.messages import Message

TOKENS_VARY = (0.8, 1.3)
"""Providers cut texts into tokens of their own: fewer or more than counted here. An assumption."""
Curve = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]


@dataclass(frozen=True)
class Tokens:
    """What one request is made of. Raises BadInput naming the field at fault."""

    text: float
    """Of the text to judge, counted with the run's own texts."""
    prompt: float
    """Of the instruction and examples that go with each text."""
    answer: float
    kind: Kind = "assumed"
    """"measured" when `text` was counted; the prompt and the answer are assumptions in any case."""

    def __post_init__(self) -> None:
        above_zero(Message("The tokens of a text"), self.text)
        not_negative(Message("The tokens of the instruction"), self.prompt)
        not_negative(Message("The tokens of an answer"), self.answer)


@dataclass(frozen=True)
class Vendor:
    """Somebody whose answers to the run's own test part were brought in. Raises BadInput for an impossible price."""

    id: str
    """The run that keeps the answers."""
    model: str
    """What the vendor or model is called."""
    usd_per_1000: float
    as_of: str
    """The day on which the answers were brought in."""

    def __post_init__(self) -> None:
        not_negative(Message("The price of 1,000 answers"), self.usd_per_1000)


def answers_per_1000(offer: HostedPrice | Vendor, tokens: Tokens, *, batch: bool = False) -> Figure:
    """Return the USD that 1,000 answers of `offer` cost; `tokens` and `batch` say nothing about a vendor.

    Raises BadInput as `hosted_per_1000` does.
    """
    if isinstance(offer, Vendor):
        return vendor_per_1000(offer)
    return hosted_per_1000(offer, tokens, batch=batch)


def vendor_per_1000(vendor: Vendor) -> Figure:
    """Return the USD that 1,000 answers of `vendor` cost: what those to the test part did."""
    usd = vendor.usd_per_1000
    formula = Message(
        "{usd} USD for 1,000 answers of {model}, as brought in with its answers to the test part on {date}.",
        usd=rounded(usd), model=vendor.model, date=vendor.as_of,
    )  # fmt: skip
    return Figure(usd, "USD per 1,000", "measured", usd, usd, formula)


def hosted_per_1000(price: HostedPrice, tokens: Tokens, *, batch: bool = False) -> Figure:
    """Return the USD that 1,000 answers of the hosted model cost.

    With `batch`, at the price for answers that may take a day. Raises BadInput when that is not offered.
    """
    usd_in, usd_out = price.usd_per_1m_input, price.usd_per_1m_output
    if batch:
        if price.batch_usd_per_1m is None:
            raise BadInput("{model} has no price for batches; choose answers at once.", model=price.model)
        usd_in, usd_out = price.batch_usd_per_1m
    taken = tokens.text + tokens.prompt
    usd = (taken * usd_in + tokens.answer * usd_out) / 1000
    formula = Message(
        "({text} + {prompt} tokens × {usd_in} USD + {answer} tokens × {usd_out} USD) per million × 1,000 answers of "
        "{model}; its own tokens may be {low} to {high} times as many.",
        text=rounded(tokens.text),
        prompt=rounded(tokens.prompt),
        answer=rounded(tokens.answer),
        usd_in=usd_in,
        usd_out=usd_out,
        model=price.model,
        low=TOKENS_VARY[0],
        high=TOKENS_VARY[1],
    )
    low, high = (usd * f for f in TOKENS_VARY)
    return Figure(usd, "USD per 1,000", "projected", low, high, formula, (price.source,))


@dataclass(frozen=True)
class Crossing:
    """The fewest predictions a month from which building is no dearer than buying; None: not up to `most`."""

    value: float | None
    low: float | None
    """With building at its cheapest and buying at its dearest."""
    high: float | None
    most: float


def crossing(
    built: tuple[Curve, Curve, Curve], bought: tuple[Curve, Curve, Curve], *, least: float = 1.0, most: float = 1e10
) -> Crossing:
    """Return where the monthly cost of building meets that of buying.

    `built` and `bought` are (value, low, high) of USD a month for predictions a month (N,); between `least` and `most`
    the first meeting on a grid of 240 is narrowed down by halving.
    """
    return Crossing(
        value=first_meeting(built[0], bought[0], least, most),
        low=first_meeting(built[1], bought[2], least, most),
        high=first_meeting(built[2], bought[1], least, most),
        most=most,
    )


def first_meeting(built: Curve, bought: Curve, least: float, most: float) -> float | None:
    """Return the smallest volume at which `built` ≤ `bought`, to a thousandth of itself, or None."""
    above_zero(Message("The least volume"), least)
    grid = np.geomspace(least, most, 240)
    paying = np.flatnonzero(built(grid) <= bought(grid))
    if not len(paying):
        return None
    first = int(paying[0])
    if first == 0:
        return least
    low, high = float(grid[first - 1]), float(grid[first])
    while high / low > 1.001:
        middle = np.array([np.sqrt(low * high)])
        if built(middle)[0] <= bought(middle)[0]:
            high = float(middle[0])
        else:
            low = float(middle[0])
    return high
