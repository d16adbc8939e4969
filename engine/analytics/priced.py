"""What was measured, priced on one instance: the table behind the compare page and `python -m engine compare`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.analytics.catalogue import Catalogue
from engine.analytics.database import Index
from engine.analytics.queries import runs
from engine.economics import carbon, serving, training
from engine.economics.catalog import Instance, Region
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
    def choose(
        cls, known: Catalogue, instance_id: str, utilisation: float, *, region_id: str = "", spot: bool = False
    ) -> Pricing:
        """Return the pricing for ids of a catalogue; without a region, carbon is counted where the instance is.

        Raises NotFound for an unknown id, and BadInput for a utilisation or a spot price that cannot be.
        """
        chosen = known.instance(instance_id)
        training.hourly_price(chosen, spot=spot)
        serving.hours_per_1000(1.0, utilisation)
        return cls(chosen, known.region(region_id or chosen.region_id), utilisation, spot)


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
ENDS = {"": "value", "_low": "low", "_high": "high"}
MEASURED = ("train_seconds", "throughput_per_s", "kwh")
"""What a run must have measured to be priced; each has one figure or two in proportion to it."""
UNIT: dict[str, Any] = dict.fromkeys(MEASURED, 1.0) | {"kwh_low": 1.0, "kwh_high": 1.0, "energy_method": "power_model"}


def figures(run: Mapping[Any, Any], pricing: Pricing) -> RunFigures:
    """Return what one row of `queries.runs` costs and emits under `pricing`.

    Raises BadInput when the row lacks what was to be measured.
    """
    cores = measured(run, "threads", otherwise="cores")
    throughput = measured(run, "throughput_per_s")
    spent = energy_of(run)
    on, busy = pricing.instance, pricing.utilisation
    return RunFigures(
        train_cost=training.train_cost(measured(run, "train_seconds"), int(cores), on, spot=pricing.spot),
        cost_per_1000=serving.cost_per_1000(throughput, int(cores), on, busy, spot=pricing.spot),
        train_carbon=carbon.training_carbon(spent, pricing.region),
        carbon_per_1000=carbon.carbon_per_1000(throughput, int(cores), on, busy, pricing.region),
    )


def compare_points(index: Index, pricing: Pricing, scenario: str = "", *, test_id: str = "") -> pd.DataFrame:
    """Return `queries.runs`, bought ones too, with each figure's value, `_low` and `_high`; NaN where it is not known.

    Columns added: those of `FIGURES`. A figure is proportional to what was measured, so the economics are asked once
    for a unit of it and each number of cores; `figures` gives the same numbers run by run, with formula and sources.
    """
    import pandas as pd

    table = runs(index, scenario, test_id=test_id, bought=True)
    cores = table["threads"].where(table["threads"] > 0, table["cores"]).astype("float64")
    needed = pd.DataFrame({name: table[name] for name in MEASURED}).assign(cores=cores)
    usable = (needed > 0).all(axis=1)
    parts = [_scaled(rows, int(str(n)), pricing) for n, rows in table[usable].groupby(cores[usable].astype("int64"))]
    columns = [f"{name}{end}" for name in FIGURES for end in ENDS]
    priced = pd.concat(parts) if parts else pd.DataFrame(columns=columns, dtype="float64")
    found = table.join(priced.reindex(table.index))
    paid = table["usd_per_1000"].notna()
    for end in ENDS:  # what was bought has a price, the same wherever one's own machines stand
        found.loc[paid, f"cost_per_1000_usd{end}"] = table.loc[paid, "usd_per_1000"]
    return found


def _scaled(rows: pd.DataFrame, cores: int, pricing: Pricing) -> pd.DataFrame:
    """Return the columns of `FIGURES` for runs measured on `cores` cores."""
    import pandas as pd

    unit = figures(UNIT | {"threads": cores, "run_id": ""}, pricing)
    lowest = rows[["kwh_low", "kwh"]].min(axis=1)
    highest = rows[["kwh_high", "kwh"]].max(axis=1)
    factors = {
        "train_cost": dict.fromkeys(ENDS, rows["train_seconds"]),
        "cost_per_1000": dict.fromkeys(ENDS, 1 / rows["throughput_per_s"]),
        "train_carbon": {"": rows["kwh"], "_low": lowest, "_high": highest},
        "carbon_per_1000": dict.fromkeys(ENDS, 1 / rows["throughput_per_s"]),
    }
    return pd.DataFrame(
        {
            f"{c}{end}": getattr(getattr(unit, n), ENDS[end]) * factors[n][end]
            for c, n in FIGURES.items()
            for end in ENDS
        }
    )


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


def energy_of(run: Mapping[Any, Any]) -> Figure:
    """Return the energy of a run's training. Raises BadInput when it was not measured."""
    low, high = or_none(run["kwh_low"]), or_none(run["kwh_high"])
    return carbon.energy(measured(run, "kwh"), str(run["energy_method"]), low=low, high=high)


def measured(run: Mapping[Any, Any], name: str, *, otherwise: str = "") -> float:
    """Return a number of the row, or of `otherwise` where it has none. Raises BadInput when neither is there."""
    for key in filter(None, (name, otherwise)):
        value = or_none(run[key])
        if value:
            return value
    raise BadInput("Run {run_id} did not measure {name}; train it again.", run_id=str(run["run_id"]), name=name)


def or_none(value: Any) -> float | None:
    """Return a number, or None for what pandas or the database give for a missing one."""
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None
