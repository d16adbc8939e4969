"""What the index says of what was served: traffic by model, version and key; its cost; and whether it drifted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

from engine.analytics import ingest, queries
from engine.analytics.catalogue import laid_over
from engine.analytics.database import Index, open_index
from engine.analytics.drift import chance_limit, drift, stability_index
from engine.analytics.priced import Pricing
from engine.analytics.schema import MIGRATIONS
from engine.analytics.served import last_used, over_time, traffic
from engine.analytics.served_cost import endpoint_cost
from engine.config import Settings
from engine.errors import BadInput
from engine.serving.endpoints import Endpoint, Traffic, Version
from tests.engine.analytics.made import LABELS, make_run, run_id, write

NOW = datetime.now(UTC)


def line(minutes_ago: float = 1.0, **changed: Any) -> dict[str, Any]:
    at = (NOW - timedelta(minutes=minutes_ago)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    served = {"model": "finance", "version": "1", "run": run_id(1), "key": "shop", "id": "p", "at": at, "rows": 2}
    took = {"ms": 10.0, "status": 200, "batch": 8, "queue_ms": 1.0, "in": 100, "out": 200}
    counted = {"classes": {"negative": 1, "positive": 1}, "confidence": 1.5}
    return served | took | counted | changed


def served(settings: Settings, *lines: dict[str, Any]) -> Index:
    text = "".join(json.dumps(one) + "\n" for one in lines)
    with (settings.workspace.usage / "day.jsonl").open("a") as file:
        file.write(text)
    return open_index(settings, owner=False)


def test_traffic_is_counted_by_model_version_and_key(settings: Settings) -> None:
    index = served(
        settings,
        *(line(ms=float(ms)) for ms in range(1, 101)),
        line(version="2", key="web", status=500, ms=0.1, rows=0, classes={}, confidence=None),
        line(version="2", key="web", status=429, ms=0.1, rows=0, batch=0, queue_ms=None),
        line(model="", version="", status=404),
        line(minutes_ago=61),
    )
    first, second = traffic(index, seconds=3600).to_dict("records")
    assert [(r["model"], r["version"]) for r in (first, second)] == [("finance", "1"), ("finance", "2")]
    assert (first["requests"], first["predictions"], first["errors"]) == (100, 200, 0)
    assert first["requests_per_s"] == pytest.approx(100 / 3600)
    assert (first["p50_ms"], first["p95_ms"]) == (pytest.approx(50.5), pytest.approx(95.05))
    assert (first["p99_ms"], first["queue_p95_ms"], first["batch_rows"]) == (pytest.approx(99.01), 1.0, 8.0)
    assert (first["bytes_in"], first["bytes_out"]) == (10_000, 20_000)
    assert (second["requests"], second["errors"], second["faults"]) == (2, 2, 1)
    assert np.isnan(second["p50_ms"]), "nothing was answered, so there is no latency"
    assert traffic(index, by=("key",)).set_index("key")["requests"].to_dict() == {"shop": 100, "web": 2}
    assert traffic(index, seconds=7200, by=("model",))["requests"].tolist() == [103]
    assert set(last_used(index)) == {"shop", "web"}
    with pytest.raises(BadInput, match="not counted by colour; choose from model, version"):
        traffic(index, by=("colour",))


def test_traffic_over_time_is_in_steps(settings: Settings) -> None:
    index = served(settings, *(line(minutes_ago=m) for m in (1, 2, 31, 32, 33)), line(version="2"))
    found = over_time(index, "finance", seconds=3600, points=2)
    assert found.groupby("version")["requests"].sum().to_dict() == {"1": 5, "2": 1}
    assert found["at"].is_monotonic_increasing
    assert found["at"].nunique() in {2, 3}
    assert over_time(index, "other").empty


def test_lines_of_before_endpoints_stay_readable(settings: Settings) -> None:
    old = {"model": run_id(1), "at": NOW.isoformat(), "rows": 3, "ms": 5.0, "status": 200}
    index = served(settings, old, {**line(), "classes": 7})
    assert index.rows("SELECT model, version, run_id, api_key, batch FROM usage") == [
        (run_id(1), "1", run_id(1), "", None)
    ]
    assert index.rows("SELECT count(*) FROM usage_classes") == [(0,)]


def test_an_index_of_before_endpoints_is_taken_over(settings: Settings) -> None:
    file = settings.workspace.usage / "a.jsonl"
    file.write_text(json.dumps({"model": run_id(1), "at": NOW.isoformat(), "rows": 3, "ms": 5.0, "status": 200}) + "\n")
    settings.workspace.home.mkdir(exist_ok=True)
    with duckdb.connect(str(settings.workspace.database)) as connection:
        connection.execute("CREATE TABLE migrations (number INTEGER, applied_at TIMESTAMP)")
        for number, step in enumerate(MIGRATIONS[:4], 1):
            connection.execute(step)
            connection.execute("INSERT INTO migrations VALUES (?, now()::TIMESTAMP)", [number])
        connection.execute("INSERT INTO usage VALUES ('a.jsonl', ?, now()::TIMESTAMP, 3, 5, 200)", [run_id(1)])
        connection.execute("INSERT INTO usage_files VALUES ('a.jsonl', ?)", [file.stat().st_size])
    index = open_index(settings, owner=True)
    try:
        served(settings, line())
        ingest.refresh(index)
        assert sorted(queries.usage(index)["model"]) == [run_id(1), "finance"]
        assert index.rows("SELECT version, run_id FROM usage WHERE model = ?", [run_id(1)]) == [("1", run_id(1))]
    finally:
        index.close()


def endpoint(**split: int) -> Endpoint:
    made = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    versions = tuple(Version(str(n), run_id(n), "int8", made, "ann") for n in (1, 2))
    return Endpoint("finance", "text_classification", versions, Traffic({k[1:]: v for k, v in split.items()}))


def test_an_endpoints_cost_is_that_of_its_load(settings: Settings) -> None:
    make_run(settings.workspace.runs, 1)  # 501 rows a second on 2 threads
    pricing = Pricing.choose(laid_over(()), "aws/us-east-1/c6i.xlarge", 0.3)
    index = served(settings, *(line(minutes_ago=m, rows=360) for m in range(1, 11)))
    cost = endpoint_cost(index, endpoint(v1=100), pricing)
    assert cost.rows_per_s == pytest.approx(1.0, rel=0.01)
    assert cost.today is not None
    assert cost.usual is not None
    price = pricing.instance.usd_per_hour
    assert cost.today.value == pytest.approx(price / 3600 / cost.rows_per_s * 1000)
    assert cost.usual.value == pytest.approx(price / (501 * 2 * 3600 * 0.3) * 1000)
    assert cost.today.kind == "projected"
    idle = endpoint_cost(open_index(Settings(home=settings.home / "empty"), owner=False), endpoint(v1=100), pricing)
    assert (idle.rows_per_s, idle.today, idle.usual) == (0.0, None, None)


def test_two_versions_cost_what_their_mix_takes(settings: Settings) -> None:
    make_run(settings.workspace.runs, 1)
    make_run(settings.workspace.runs, 2)
    index = served(settings, line(rows=300), line(rows=100, version="2", run=run_id(2)))
    cost = endpoint_cost(index, endpoint(v1=75, v2=25), Pricing.choose(laid_over(()), "aws/us-east-1/c6i.xlarge", 0.3))
    assert cost.usual is not None
    mixed = 400 / (300 / 501 + 100 / 502)
    price = Pricing.choose(laid_over(()), "aws/us-east-1/c6i.xlarge", 0.3).instance.usd_per_hour
    assert cost.usual.value == pytest.approx(price / (mixed * 2 * 3600 * 0.3) * 1000)


def judged(settings: Settings, counts: tuple[int, int, int]) -> None:
    """Make run 1 with so many test rows answered with each class, at a probability of 0.8."""
    folder = make_run(settings.workspace.runs, 1)
    answers = np.repeat(np.arange(3), counts)
    probabilities = np.full((len(answers), 3), 0.1)
    probabilities[np.arange(len(answers)), answers] = 0.8
    table = pd.DataFrame({"part": "test"} | {f"p{c}": probabilities[:, c] for c in range(3)}, index=range(len(answers)))
    other = table.assign(part="validation", p0=1.0)
    pd.concat([table, other]).to_parquet(folder / "attempts" / "1" / "predictions.parquet")


def test_drift_is_told_from_chance(settings: Settings) -> None:
    judged(settings, (100, 200, 100))
    day = 24 * 60.0
    index = served(
        settings,
        line(minutes_ago=1, rows=400, classes={"negative": 300, "neutral": 50, "positive": 50}, confidence=240.0),
        line(minutes_ago=1 + day, rows=400, classes={"negative": 98, "neutral": 204, "positive": 98}, confidence=320.0),
        line(minutes_ago=1 + 2 * day, rows=10, classes={"positive": 10}, confidence=9.0),
        line(minutes_ago=1, version="2", classes={"negative": 9}),
    )
    found = drift(index, settings, "finance", "1", run_id(1))
    assert found.reference.counts == {"negative": 100, "neutral": 200, "positive": 100}
    assert found.reference.confidence == pytest.approx(0.8)
    assert [d.verdict for d in found.days] == ["too few", "stable", "large"]
    assert [d.confidence for d in found.days] == [pytest.approx(0.9), pytest.approx(0.8), pytest.approx(0.6)]
    assert found.days[-1].shares == {"negative": 0.75, "neutral": 0.125, "positive": 0.125}
    assert found.days[-1].psi > found.days[-1].limit
    shares = found.shares()
    assert len(shares) == 4 * len(LABELS)
    assert shares[shares["day"].isna()]["share"].tolist() == [0.25, 0.5, 0.25]


def test_the_stability_index_is_its_formula() -> None:
    p, q = np.array([300.5, 50.5]) / 351, np.array([100.5, 200.5]) / 301
    assert stability_index([300, 50], [100, 200]) == pytest.approx(float(((p - q) * np.log(p / q)).sum()))
    assert np.isfinite(stability_index([5, 0, 0], [0, 50, 0]))
    assert stability_index([7, 3], [7, 3]) == 0


@pytest.mark.parametrize("classes", [2, 3, 5, 10])
def test_the_limit_of_chance_is_the_published_one(classes: int) -> None:
    exact = (1 / 400 + 1 / 300) * float(chi2.ppf(0.95, classes - 1))
    assert chance_limit(400, 300, classes) == pytest.approx(exact, rel=0.03)
    rng = np.random.default_rng(classes)
    shares = rng.dirichlet(np.full(classes, 20.0))
    drawn = [
        stability_index(rng.multinomial(400, shares).tolist(), rng.multinomial(300, shares).tolist())
        for _ in range(2000)
    ]
    beyond = np.mean(np.array(drawn) > chance_limit(400, 300, classes))
    assert 0.03 < beyond < 0.07, "without drift, one day in twenty"


def recommends(settings: Settings, number: int = 1, **quality: Any) -> None:
    """Make a run that is a recommender whose report says `quality`."""
    folder = make_run(settings.workspace.runs, number)
    report = folder / "attempts" / "1" / "report.json"
    write(report, json.loads(report.read_text()) | {"labels": [], "quality": quality})


def test_drift_of_lists_is_told_from_how_popular_they_are(settings: Settings) -> None:
    bands = {"0-1": 500, "1-5": 500, "5-20": 600, "20-50": 300, "50-100": 100}
    recommends(settings, mix={"bands": bands, "new_share": 0.05})
    day = 24 * 60.0
    none = {"confidence": None, "classes": {"0-1": 250, "1-5": 260, "5-20": 290, "20-50": 150, "50-100": 50}}
    moved = none | {"classes": {"0-1": 900, "1-5": 60, "5-20": 30, "20-50": 10}}
    index = served(
        settings,
        line(minutes_ago=1, rows=100, items=400, unknown=100, **moved),
        line(minutes_ago=1 + day, rows=100, items=400, unknown=8, **none),
        line(minutes_ago=1 + 2 * day, rows=4, **none | {"classes": {"0-1": 40}}),
    )
    found = drift(index, settings, "finance", "1", run_id(1))
    assert (found.reference.rows, found.reference.new_share) == (200, 0.05)
    assert [d.verdict for d in found.days] == ["too few", "stable", "large"]
    assert [d.rows for d in found.days] == [4, 100, 100]
    assert [(d.items, d.unknown, d.confidence) for d in found.days] == [(0, 0, None), (400, 8, None), (400, 100, None)]
    assert found.days[-1].shares["0-1"] == pytest.approx(0.9)
    assert found.days[-1].limit == pytest.approx(chance_limit(100, 200, 5)), "lists, not their items, are independent"


def test_a_run_that_kept_no_answers_has_no_drift(settings: Settings) -> None:
    make_run(settings.workspace.runs, 1)
    index = open_index(settings, owner=False)
    with pytest.raises(BadInput, match="kept no answers to its test part"):
        drift(index, settings, "finance", "1", run_id(1))
    recommends(settings, 2)
    with pytest.raises(BadInput, match="kept no mix of its answers"):
        drift(index, settings, "finance", "1", run_id(2))
