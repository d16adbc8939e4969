"""`curve`: a finished run trained again on parts of its data, and what more labels would bring."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from engine.cli.output import finish, say
from engine.cli.train import AsJson, train
from engine.cli.use import Run
from engine.config import Settings, load_settings
from engine.economics.figure import Figure
from engine.economics.learning_curve import TIMES_THE_LABELS, LearningCurve, fit
from engine.jobs.curve import SHARES, curve_specs
from engine.jobs.runs import RunFolder, open_run
from engine.scenarios import SCENARIOS

Shares = Annotated[list[float] | None, typer.Option("--share", help="A share of the training part; may be repeated.")]


def curve(run: Run, share: Shares = None, as_json: AsJson = False) -> None:
    """Train a run again on shares of its training part, and forecast its quality with 2, 5 and 10 times the labels."""
    settings, began = load_settings(), time.perf_counter()
    found = open_run(settings.workspace.runs, run)
    specs = curve_specs(settings, found, tuple(share or SHARES))
    for spec in specs:
        say(f"{spec.share:.1%} of the training part:")
        train(settings, spec)
    metric = SCENARIOS[found.spec.scenario].quality
    fitted, rows = _fitted(settings, found, metric)
    forecast = {f"{times:g}": _forecast(fitted, times * rows) for times in TIMES_THE_LABELS}
    result: dict[str, Any] = {
        "run_id": found.run_id,
        "metrics": {metric: found.report()["quality"]["metrics"][metric]["value"]},
        "seconds": round(time.perf_counter() - began, 3),
        "metric": metric,
        "trained": [spec.run_id for spec in specs],
        "points": [vars(point) for point in fitted.points],
        "forecast": {times: {"rows": n, **_plain(figure)} for times, (n, figure) in forecast.items()},
    }
    lines = [f"{metric} of run {found.run_id} by labelled rows, with 95% intervals:"]
    lines += [f"  {p.rows:,.0f} rows: {p.score:.3f} ({p.low:.3f} to {p.high:.3f})" for p in fitted.points]
    lines += [
        f"  {times} × ({n:,.0f} rows): {f.value:.3f} ({f.low:.3f} to {f.high:.3f}) expected"
        for times, (n, f) in forecast.items()
    ]
    finish(result, lines, as_json=as_json)


def _fitted(settings: Settings, run: RunFolder, metric: str) -> tuple[LearningCurve, float]:
    """Return the curve through the runs of the index, and the rows that `run` learned from."""
    from engine.analytics.database import open_index
    from engine.analytics.options import learning_points
    from engine.analytics.queries import learning_runs, run_detail

    index = open_index(settings, owner=False)
    try:
        like = run_detail(index, run.run_id).run
        return fit(learning_points(learning_runs(index, like), metric)), float(like["train_rows"])
    finally:
        index.close()


def _forecast(fitted: LearningCurve, rows: float) -> tuple[float, Figure]:
    return rows, fitted.at(rows)


def _plain(figure: Figure) -> dict[str, float]:
    return {"value": figure.value, "low": figure.low, "high": figure.high}
