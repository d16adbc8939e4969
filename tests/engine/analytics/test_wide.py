"""Metrics as columns: kept in step with the runs, made for an index that has none, whatever a metric is called."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from engine.analytics import queries
from engine.analytics.database import Index, open_index
from engine.config import Settings
from tests.engine.analytics.made import make_run


def test_an_index_without_the_columns_gets_them_when_it_is_opened(settings: Settings) -> None:
    make_run(settings.workspace.runs, 1)
    index = open_index(settings, owner=True)
    before = queries.runs(index)
    with index.transaction() as cursor:
        cursor.execute("DROP TABLE quality")
    index.close()
    again = Index(settings, owner=True)
    pd.testing.assert_frame_equal(queries.runs(again), before)
    again.close()


def test_a_metric_may_be_called_anything(settings: Settings) -> None:
    folder = make_run(settings.workspace.runs, 1)
    _rename_metric(folder, {"macro_f1": 'a"b; DROP TABLE runs', "auc": "ACCURACY"})
    index = open_index(settings, owner=False)
    table = queries.runs(index)
    assert len(table) == 1
    assert table['a"b; DROP TABLE runs'].notna().all()
    assert "accuracy" in {name.lower() for name in table.columns}


def test_the_columns_of_a_run_that_went_go_with_it(settings: Settings) -> None:
    folder = make_run(settings.workspace.runs, 1)
    index = open_index(settings, owner=False)
    _rename_metric(folder, {"macro_f1": "ndcg_at_10"})
    index.rebuild()
    assert queries.runs(index)["ndcg_at_10"].notna().all()
    assert index.rows("SELECT count(*) FROM quality") == [(1,)]


def _rename_metric(folder: Path, names: dict[str, str]) -> None:
    path = folder / "attempts" / "1" / "report.json"
    report = json.loads(path.read_text("utf-8"))
    for block in ("quality", "validation"):
        metrics = report[block]["metrics"]
        report[block]["metrics"] = {names.get(name, name): value for name, value in metrics.items()}
    path.write_text(json.dumps(report), encoding="utf-8")
