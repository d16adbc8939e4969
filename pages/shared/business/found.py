"""What a case comes to, computed once for each case and serving cost: the likely future, the fan, the tornado."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import streamlit as st

from engine.analytics import costed, plans
from engine.analytics.costed import Choices
from engine.economics.business import metrics, model, sensitivity, solve, uncertainty
from engine.economics.business.case import Case
from engine.economics.business.demand import Correction
from engine.economics.business.link import written
from engine.economics.business.metrics import Metric
from engine.economics.business.model import Outcome
from engine.economics.business.sensitivity import Bar, Indices
from engine.economics.business.serving import Serving
from engine.economics.business.uncertainty import Fan

QUICK_FUTURES = 1_000
"""While a slider moves."""
MOST_KEPT = 48


@dataclass(frozen=True)
class Plan:
    """One case under one serving cost."""

    case: Case
    serving: Serving

    @cached_property
    def outcome(self) -> Outcome:
        """The likely future."""
        return model.run(self.case, self.serving)

    @cached_property
    def quick(self) -> Fan:
        return uncertainty.fan(self.case, self.serving, futures=QUICK_FUTURES)

    @cached_property
    def thorough(self) -> Fan:
        return uncertainty.fan(self.case, self.serving)

    @cached_property
    def bars(self) -> tuple[dict[str, float], dict[str, list[Bar]]]:
        return sensitivity.tornados(self.case, self.serving)

    def metrics(self, month: int) -> dict[str, Metric]:
        return metrics.measure(self.outcome, month)

    def again(self, correction: Correction) -> Fan:
        """Return the fan from what was counted on."""
        return uncertainty.fan(self.case, self.serving, futures=QUICK_FUTURES, correction=correction)


def plan(case: Case, serving: Serving) -> Plan:
    """Return the plan of a case, the same one for the same case and serving cost."""
    return _plan(key_of(case), serving_key(serving), case, serving)


@st.cache_resource(show_spinner=False, max_entries=MOST_KEPT)
def _plan(case_key: Any, serving_key: Any, _case: Case, _serving: Serving) -> Plan:  # noqa: ARG001 - the cache's key
    return Plan(_case, _serving)


@st.cache_resource(show_spinner=False, max_entries=MOST_KEPT)
def indices(case_key: Any, serving_key: Any, target: str, _plan: Plan) -> Indices:  # noqa: ARG001 - the cache's key
    """Return the Sobol' indices of a plan."""
    return sensitivity.indices(_plan.case, _plan.serving, target)


@st.cache_resource(show_spinner=False, max_entries=MOST_KEPT)
def needed(case_key: Any, serving_key: Any, month: int, _plan: Plan) -> tuple[solve.Needed, solve.Needed]:  # noqa: ARG001
    """Return (price, volume) at which a month breaks even."""
    return (
        solve.price_needed(_plan.case, _plan.serving, month),
        solve.volume_needed(_plan.case, _plan.serving, month),
    )


@st.cache_resource(show_spinner=False, max_entries=MOST_KEPT)
def serving(run_id: str, _run: Mapping[Any, Any], key: Any, _choices: Choices) -> Serving:  # noqa: ARG001
    """Return what serving a run costs by volume. Raises BadInput as `costed.costs` does."""
    return plans.serving_of(costed.costs(_run, _choices))


def key_of(case: Case) -> tuple[tuple[str, str], ...]:
    """Return what tells one case from another, its name aside."""
    return tuple(written(case).items())


def serving_key(found: Serving) -> int:
    return hash((found.volumes, found.usd_month, found.fixed_usd_month))
