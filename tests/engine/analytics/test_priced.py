"""What was measured, priced: the compare table equals the economics run by run."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.analytics import priced, queries
from engine.analytics.catalogue import laid_over
from engine.analytics.database import Index, open_index
from engine.config import Settings
from engine.economics import serving
from engine.errors import BadInput, NotFound
from tests.engine.analytics.made import make_run, run_id, write


@pytest.fixture
def index(workspace: Path) -> Index:
    settings = Settings(home=workspace)
    for number in range(6):
        make_run(settings.workspace.runs, number)
    return open_index(settings, owner=False)


PRICING = priced.Pricing.choose(laid_over(()), "aws/us-east-1/c6i.xlarge", 0.3)


def test_the_table_equals_the_economics(index: Index) -> None:
    table = priced.compare_points(index, PRICING, "news")
    for run in table.to_dict("records"):
        figures = priced.figures(run, PRICING)
        assert run["train_cost_usd"] == pytest.approx(36 / 3600 * 0.17) == pytest.approx(figures.train_cost.value)
        by_hand = serving.usd_per_1000(0.17, run["throughput_per_s"] * 2, 0.3)
        assert run["cost_per_1000_usd"] == pytest.approx(by_hand)
        for column, name in priced.FIGURES.items():
            figure = getattr(figures, name)
            ends = (run[f"{column}_low"], run[column], run[f"{column}_high"])
            assert ends == pytest.approx((figure.low, figure.value, figure.high))


def test_a_run_that_measured_nothing_has_no_figures(workspace: Path) -> None:
    settings = Settings(home=workspace)
    folder = make_run(settings.workspace.runs, 1)
    write(folder / "attempts" / "1" / "report.json", {"served": "int8", "dataset": {"test_id": "t1"}})
    make_run(settings.workspace.runs, 2)
    table = priced.compare_points(open_index(settings, owner=False), PRICING)
    assert table["cost_per_1000_usd"].isna().tolist() == [True, False]
    front = priced.front(table, ["cost_per_1000_usd", "macro_f1"], maximise=[False, True])
    assert front.tolist() == [False, True]
    with pytest.raises(BadInput, match="did not measure"):
        priced.figures(table.to_dict("records")[0], PRICING)


def test_the_front_keeps_the_best_and_refuses_mixed_test_parts(index: Index) -> None:
    table = priced.compare_points(index, PRICING)
    front = priced.front(table, ["cost_per_1000_usd", "macro_f1"], maximise=[False, True])
    assert front.to_numpy()[table["macro_f1"].to_numpy().argmax()]
    assert front.to_numpy()[table["cost_per_1000_usd"].to_numpy().argmin()]
    table.loc[0, "test_id"] = "another"
    with pytest.raises(BadInput, match="2 different test parts"):
        priced.front(table, ["macro_f1"], maximise=[True])


def test_the_best_run_is_chosen_on_the_validation_part(index: Index) -> None:
    best = queries.overview(index, {"news": "macro_f1", "none": "macro_f1"})
    table = queries.runs(index, "news")
    assert list(best) == ["news"]
    assert best["news"].run["run_id"] == table["run_id"].iloc[int(table["validation_macro_f1"].to_numpy().argmax())]
    assert best["news"].compared == 6


def test_an_empty_workspace_has_empty_tables(workspace: Path) -> None:
    index = open_index(Settings(home=workspace), owner=False)
    assert len(priced.compare_points(index, PRICING)) == 0
    assert queries.overview(index, {"news": "macro_f1"}) == {}
    assert len(queries.jobs(index)) == len(queries.usage(index)) == 0
    with pytest.raises(NotFound, match="There is no run"):
        queries.run_detail(index, run_id(1))


def test_a_choice_that_cannot_be_priced_is_refused() -> None:
    with pytest.raises(NotFound):
        priced.Pricing.choose(laid_over(()), "aws/mars/c6i.xlarge", 0.3)
    with pytest.raises(BadInput, match="utilisation is 0"):
        priced.Pricing.choose(laid_over(()), "aws/us-east-1/c6i.xlarge", 0)
    with pytest.raises(BadInput, match="no published spot price"):
        priced.Pricing.choose(laid_over(()), "azure/eastus/Standard_D4s_v5", 0.3, spot=True)
    assert priced.Pricing.choose(laid_over(()), "lambda/any/gpu_1x_a10", 0.3).region.id == "any/world"
