"""What was measured, priced on one instance: the table behind the compare page and `python -m engine compare`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.analytics.database import Index
from engine.analytics.queries import runs
from engine.economics import carbon, serving, training
from engine.economics.catalog import Instance, Region, instance, region
from engine.economics.figure import Figure
from engine.economics.pareto import pareto_front
from engine.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Pricing:
    """Where and how figures are priced: chosen by the user, the same for every run on a page."""

    instance: Instance
    region: Region
    utilisation: float
    spot: bool = False

    @classmethod
    def choose(cls, instance_id: str, utilisation: float, *, region_id: str = "", spot: bool = False) -> Pricing:
        """Return the pricing for ids of the catalogue; without a region, carbon is counted where the instance is.

        Raises NotFound for an unknown id, and BadInput for a utilisation or a spot price that cannot be.
        """
        chosen = instance(instance_id)
        training.hourly_price(chosen, spot=spot)
        serving.hours_per_1000(1.0, utilisation)
        return cls(chosen, region(region_id or chosen.region_id), utilisation, spot)


@dataclass(frozen=True)
class RunFigures:
    """The four figures of one run under one pricing."""

    train_cost: Figure
    """USD."""
    cost_per_1000: Figure
    """USD per 1,000 predictions."""
    train_carbon: Figure
    """gCO2e."""
    carbon_per_1000: Figure
    """gCO2e per 1,000 predictions."""


FIGURES = {
    "train_cost_usd": "train_cost",
    "cost_per_1000_usd": "cost_per_1000",
    "train_gco2e": "train_carbon",
    "gco2e_per_1000": "carbon_per_1000",
}
"""Column of `compare_points` → field of `RunFigures`."""


def figures(run: Mapping[Any, Any], pricing: Pricing) -> RunFigures:
    """Return what one row of `queries.runs` costs and emits under `pricing`.

    Raises BadInput when the row lacks what was to be measured.
    """
    cores = _measured(run, "threads", otherwise="cores")
    throughput = _measured(run, "throughput_per_s")
    spent = carbon.energy(
        _measured(run, "kwh"), str(run["energy_method"]), low=_or_none(run["kwh_low"]), high=_or_none(run["kwh_high"])
    )
    on, busy = pricing.instance, pricing.utilisation
    return RunFigures(
        train_cost=training.train_cost(_measured(run, "train_seconds"), int(cores), on, spot=pricing.spot),
        cost_per_1000=serving.cost_per_1000(throughput, int(cores), on, busy, spot=pricing.spot),
        train_carbon=carbon.training_carbon(spent, pricing.region),
        carbon_per_1000=carbon.carbon_per_1000(throughput, int(cores), on, busy, pricing.region),
    )


def compare_points(index: Index, pricing: Pricing, scenario: str = "", *, test_id: str = "") -> pd.DataFrame:
    """Return `queries.runs` with each figure's value, `_low` and `_high`; NaN where a run did not measure it.

    Columns added: those of `FIGURES`. A page draws only what is there; `front` marks who is on the Pareto front.
    """
    table = runs(index, scenario, test_id=test_id)
    records = table.to_dict("records")
    priced = [_columns(record, pricing) for record in records]
    for column in (f"{name}{end}" for name in FIGURES for end in ("", "_low", "_high")):
        table[column] = [row.get(column, float("nan")) for row in priced]
    return table


def front(table: pd.DataFrame, axes: Sequence[str], *, maximise: Sequence[bool]) -> pd.Series:
    """Return for each row of `table` whether it is on the Pareto front of `axes`; rows that lack one are not.

    Only rows with the same `test_id` compare; raises BadInput when there are several.
    """
    if table["test_id"].nunique() > 1:
        raise BadInput(
            "These runs were measured on {count} different test parts; choose one test part.",
            count=int(table["test_id"].nunique()),
        )
    whole = table[list(axes)].notna().all(axis=1)
    marked = whole.copy()
    marked[whole] = pareto_front(table.loc[whole, list(axes)].to_numpy(), maximise=maximise)
    return marked


def _columns(record: dict[Any, Any], pricing: Pricing) -> dict[str, float]:
    try:
        found = figures(record, pricing)
    except BadInput:
        return {}
    named: dict[str, Figure] = {column: getattr(found, name) for column, name in FIGURES.items()}
    parts: dict[str, Callable[[Figure], float]] = {
        "": lambda f: f.value,
        "_low": lambda f: f.low,
        "_high": lambda f: f.high,
    }
    return {f"{column}{end}": part(figure) for column, figure in named.items() for end, part in parts.items()}


def _measured(run: Mapping[Any, Any], name: str, *, otherwise: str = "") -> float:
    """Return a number of the row, or of `otherwise` where it has none. Raises BadInput when neither is there."""
    for key in filter(None, (name, otherwise)):
        value = _or_none(run[key])
        if value:
            return value
    raise BadInput("Run {run_id} did not measure {name}; train it again.", run_id=str(run["run_id"]), name=name)


def _or_none(value: Any) -> float | None:
    """Return a number, or None for what pandas or the database give for a missing one."""
    return float(value) if isinstance(value, (int, float)) and value == value else None
