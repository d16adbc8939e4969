"""The economics against independent libraries, on random inputs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from codecarbon.core.emissions import Emissions
from codecarbon.core.units import Energy
from codecarbon.external.geography import GeoMetadata
from codecarbon.input import DataSource
from genai_prices import Usage, calc_price
from paretoset import paretoset

from engine.economics import carbon, catalog, facts
from engine.economics.hosted import Tokens, hosted_per_1000
from engine.economics.pareto import pareto_front


@pytest.mark.parametrize("seed", range(20))
def test_the_front_is_that_of_paretoset(seed: int) -> None:
    random = np.random.default_rng(seed)
    axes = int(random.integers(2, 5))
    points = random.integers(0, 8, (60, axes)).astype(float) if seed % 2 else random.normal(size=(60, axes))
    maximise = random.integers(0, 2, axes).astype(bool).tolist()
    senses = ["max" if m else "min" for m in maximise]
    expected = paretoset(pd.DataFrame(points), sense=senses, distinct=False, use_numba=False)
    assert pareto_front(points, maximise=maximise).tolist() == expected.tolist()


def test_carbon_of_every_country_is_that_of_codecarbon() -> None:
    oracle = Emissions(DataSource())  # type: ignore[no-untyped-call]
    random = np.random.default_rng(3)
    compared = 0
    for region in catalog.regions().values():
        published = [f for f in region.grid if f.basis.startswith("country")]
        if not published or not region.country:
            continue
        kwh = float(random.uniform(0.01, 500))
        geography = GeoMetadata(country_iso_code=region.country, country_name=region.country)
        expected = oracle.get_country_emissions(Energy.from_energy(kWh=kwh), geography)
        pure = catalog.Region(region.id, region.country, (published[0],), (_no_overhead(region),))
        found = carbon.training_carbon(carbon.energy(kwh, "power_model"), pure)
        assert found.value == pytest.approx(expected * 1000, rel=1e-4), region.id
        compared += 1
    assert compared > 20


def _no_overhead(region: catalog.Region) -> catalog.Factor:
    return catalog.Factor(1.0, "computers alone", region.pue[0].source)


@pytest.mark.parametrize("model", ["gpt-5.4-nano", "gpt-4.1-mini", "claude-haiku-4-5", "gemini/gemini-2.5-flash-lite"])
def test_a_hosted_models_price_is_that_of_genai_prices(model: str) -> None:
    price = facts.hosted_price(model)
    random = np.random.default_rng(len(model))
    provider = {"gemini": "google"}.get(price.provider, price.provider)
    for _ in range(10):
        text, prompt, answer = (int(n) for n in random.integers(1, 2000, 3))
        usage = Usage(input_tokens=text + prompt, output_tokens=answer)
        expected = calc_price(usage, model_ref=model.split("/")[-1], provider_id=provider).total_price
        assert hosted_per_1000(price, Tokens(text, prompt, answer)).value == pytest.approx(float(expected) * 1000)
