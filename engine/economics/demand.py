"""How many predictions are asked for: a month, at which hour of the day, and after some growth."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from engine.economics.figure import above_zero, finite, not_negative
from engine.economics.programme import HOURS_A_MONTH
from engine.errors import BadInput, NotFound
from engine.messages import Message

HOURS = 24
MOST_A_MONTH = 1e12
"""Four predictions a second for everybody who lives: above it a figure is a slip of the keyboard."""


@dataclass(frozen=True)
class Profile:
    """How a day's predictions fall on its hours: shapes to start from, all of them assumptions."""

    title: Message
    weights: tuple[float, ...]
    """24 of them, from midnight on; only their proportions count."""


PROFILES = {
    "flat": Profile(Message("All day the same"), (1.0,) * HOURS),
    "office": Profile(
        Message("Office hours"),
        (0.1,) * 7 + (0.4, 1.0, 1.6, 1.8, 1.6, 1.2, 1.5, 1.8, 1.7, 1.4, 1.0, 0.5, 0.3, 0.2, 0.2, 0.1, 0.1),
    ),
    "evening": Profile(
        Message("Mostly evenings"),
        (
            *(0.5, 0.3, 0.2, 0.1, 0.1, 0.2, 0.4, 0.6, 0.7, 0.8, 0.8, 0.9),
            *(1.1, 1.0, 0.9, 0.9, 1.0, 1.3, 1.8, 2.4, 2.8, 2.6, 1.8, 1.0),
        ),
    ),
}
"""Name → shape of a day."""


@dataclass(frozen=True)
class Load:
    """What is asked for. Raises BadInput naming the field at fault."""

    predictions_month: float
    profile: str = "office"
    """A key of `PROFILES`."""

    def __post_init__(self) -> None:
        if above_zero(Message("The number of predictions a month"), self.predictions_month) > MOST_A_MONTH:
            raise BadInput(
                "The number of predictions a month is {n}; nobody asks for more than {most}, give fewer.",
                n=round(self.predictions_month),
                most=round(MOST_A_MONTH),
            )
        if self.profile not in PROFILES:
            raise NotFound(
                "There is no shape of a day called {name}; choose one of {names}.",
                name=self.profile,
                names=", ".join(PROFILES),
            )

    @property
    def mean_per_s(self) -> float:
        return self.predictions_month / (HOURS_A_MONTH * 3600)

    def hourly_per_s(self) -> npt.NDArray[np.float64]:
        """Return the predictions a second in each hour of the day, (24,); their mean is `mean_per_s`."""
        weights = np.asarray(PROFILES[self.profile].weights)
        return np.asarray(self.mean_per_s * weights / weights.mean())

    def grown(self, factor: float) -> Load:
        """Return the load `factor` times as large."""
        return replace(self, predictions_month=self.predictions_month * above_zero(Message("The factor"), factor))

    def after(self, months: float, growth_a_month: float) -> Load:
        """Return the load after `months` of compound growth: × (1 + growth) ^ months."""
        if finite(Message("The growth a month"), growth_a_month) <= -1:
            raise BadInput("The growth a month is {value}; give more than −1.", value=growth_a_month)
        return self.grown((1 + growth_a_month) ** not_negative(Message("The number of months"), months))
