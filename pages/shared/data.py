"""What pages know about runs: the index's answers, kept until a run changes."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from engine.analytics import priced, queries
from engine.analytics.database import Index, index_for
from engine.config import Workspace
from engine.files import read_json
from engine.jobs.runs import RunFolder, open_run
from pages.shared.resources import settings

ULID_LENGTH = 26
Version = tuple[str, int, int]


def workspace() -> Workspace:
    return settings().workspace


def run(run_id: str) -> RunFolder:
    """Return the run named by its id or by the start of it. Raises NotFound."""
    exact = RunFolder(workspace().runs / run_id)
    if len(run_id) == ULID_LENGTH and run_id.isalnum() and (exact.folder / "spec.json").exists():
        return exact
    return open_run(workspace().runs, run_id)


def index() -> Index:
    """Return this process's index, up to date."""
    return index_for(settings())


def runs(scenario: str = "") -> pd.DataFrame:
    """Return one row a finished fine-tuning run, oldest first."""
    found = index()
    return _runs(found, version(found), scenario)


def points(pricing: priced.Pricing, scenario: str = "") -> pd.DataFrame:
    """Return `runs` with cost and carbon under `pricing`."""
    found = index()
    return _points(found, version(found), pricing_key(pricing), pricing, scenario)


def pricing_key(pricing: priced.Pricing) -> Hashable:
    """Return what tells one pricing from another, for the keys of caches; a figure of one's own makes another."""
    on, there = pricing.instance, pricing.region
    machine = (on.id, on.vcpus, on.memory_gib, on.usd_per_hour, on.spot_usd_per_hour)
    carbon = (there.id, *(f.value for f in there.grid), *(f.value for f in there.pue))
    return machine, carbon, pricing.utilisation, pricing.spot


def best(qualities: dict[str, str]) -> dict[str, queries.Best]:
    """Return the best run by scenario."""
    found = index()
    return _best(found, version(found), tuple(qualities.items()))


def detail(run_id: str) -> queries.RunDetail:
    """Return everything the index holds of one run. Raises NotFound."""
    found = index()
    return _detail(found, version(found), run_id)


def failures(most: int) -> list[dict[Any, Any]]:
    """Return the newest jobs that failed, at most so many."""
    found = index()
    return _failures(found, version(found), most)


def row(table: pd.DataFrame, run_id: str) -> dict[Any, Any]:
    """Return one row of `runs` with Python's own numbers."""
    return table[table["run_id"] == run_id].to_dict("records")[0]


def learning_runs(run: Mapping[Any, Any]) -> pd.DataFrame:
    """Return the runs that differ from a row of `runs` by their number of labels, fewest first."""
    found = index()
    asked = tuple(str(run[name]) for name in queries.ALIKE)
    return _learning_runs(found, version(found), asked)


def bought(test_id: str) -> pd.DataFrame:
    """Return what vendors answered to a test part, oldest first."""
    found = index()
    return _bought(found, version(found), test_id)


def confusions(run_ids: list[str]) -> dict[str, tuple[tuple[str, ...], queries.Confusion]]:
    """Return by run id its classes and how often each was taken for which; runs without are left out."""
    return queries.confusions(index(), run_ids)


def version(found: Index) -> Version:
    """Return what changes whenever the index takes something in: the key under which its answers are kept."""
    return str(found.workspace.home), id(found), found.version


@st.cache_data(show_spinner=False, max_entries=8)
def _runs(_index: Index, version: Version, scenario: str) -> pd.DataFrame:  # noqa: ARG001 - the cache's key
    return queries.runs(_index, scenario)


@st.cache_data(show_spinner=False, max_entries=16)
def _points(_index: Index, version: Version, key: Any, _pricing: priced.Pricing, scenario: str) -> pd.DataFrame:  # noqa: ARG001 - the cache's key
    return priced.compare_points(_index, _pricing, scenario)


@st.cache_data(show_spinner=False, max_entries=16)
def _learning_runs(_index: Index, version: Version, asked: tuple[str, ...]) -> pd.DataFrame:  # noqa: ARG001 - the cache's key
    return queries.learning_runs(_index, dict(zip(queries.ALIKE, asked, strict=True)))


@st.cache_data(show_spinner=False, max_entries=16)
def _bought(_index: Index, version: Version, test_id: str) -> pd.DataFrame:  # noqa: ARG001 - the cache's key
    return queries.bought(_index, test_id)


@st.cache_data(show_spinner=False, max_entries=4)
def _best(_index: Index, version: Version, qualities: tuple[tuple[str, str], ...]) -> dict[str, queries.Best]:  # noqa: ARG001 - the cache's key
    return queries.overview(_index, dict(qualities))


@st.cache_data(show_spinner=False, max_entries=4)
def _failures(_index: Index, version: Version, most: int) -> list[dict[Any, Any]]:  # noqa: ARG001 - the cache's key
    jobs = queries.jobs(_index)
    return jobs[jobs["state"] == "failed"].head(most).to_dict("records")


@st.cache_data(show_spinner=False, max_entries=16)
def _detail(_index: Index, version: Version, run_id: str) -> queries.RunDetail:  # noqa: ARG001 - the cache's key
    return queries.run_detail(_index, run_id)


@st.cache_data(show_spinner=False, max_entries=16)
def _report(path: str, changed: float) -> dict[str, Any]:  # noqa: ARG001 - the cache's key
    return read_json(Path(path))


def report(run_id: str) -> dict[str, Any]:
    """Return the report of a finished run. Raises NotFound or BadInput."""
    found = run(run_id)
    if found.published is None:
        return found.report()
    file = found.published.report_file
    return _report(str(file), file.stat().st_mtime)


def attempt_file(run_id: str, name: str) -> Path:
    """Return the path of a file of the published attempt of a finished run, whether it is there or not."""
    found = run(run_id).published
    return (found.folder if found else run(run_id).folder) / name
