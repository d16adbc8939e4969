"""The load test of an endpoint: the click that starts it, how far it is, and its curve."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from engine.analytics.queries import ended_well
from engine.jobs.loadtest import submit_loadtest
from engine.serving.endpoints import Endpoint
from engine.serving.load import Level, Load, enough
from pages.shared import address, data, job_view, live, resources
from pages.shared.charts import serving as charts
from pages.shared.charts import style
from pages.shared.frame import badge
from pages.shared.i18n import md, tr
from pages.shared.numbers import milliseconds, moment, number, size
from pages.shared.serving.doing import attempt

ROWS = (1, 8, 32)


def section(found: Endpoint) -> None:
    """Draw the running load test of an endpoint, or the click that starts one, and what was measured."""
    running = next((r for r in live.open_runs() if (r.spec.kind, r.spec.label) == ("loadtest", found.name)), None)
    if running is not None:
        job_view.watch(running.run_id)
    else:
        _start(found)
    done = ended_well(data.index(), "loadtest", found.name)
    if not done:
        st.caption(tr("Clients ask over HTTP, 1, 2, 4 … 32 at once, for about 20 s. The curve will stand here."))
        return
    reports = {run_id: data.report(run_id) for run_id in done}
    labels = {run_id: _label(report) for run_id, report in reports.items()}
    chosen = done[0]
    if len(done) > 1:
        chosen = address.choice(st.selectbox, tr("Measured"), labels, key="test", fallback=done[0])
    curve(reports[chosen])


def _start(found: Endpoint) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = {str(n): number(n) for n in ROWS}
        rows = address.choice(
            st.segmented_control, tr("Inputs of one request"), names, key="rows", fallback="1", required=True
        )
        st.button(
            tr("Run a load test"), key="load-test", type="primary", icon=":material/speed:",
            disabled=found.is_retired,
            on_click=partial(attempt, submit_loadtest, resources.settings(), found.name, Load(rows=int(rows))),
        )  # fmt: skip


def _label(report: dict[str, Any]) -> str:
    return tr("{when}, inputs a request: {n}", when=moment(report["finished_at"]), n=report["load"]["rows"])


def curve(report: dict[str, Any]) -> None:
    """Draw the latency against the throughput of one load test, its answer first."""
    levels = [Level(**level) for level in report["levels"]]
    best = enough(levels)
    values = {"n": number(best.rows_per_s, 0), "k": best.clients, "ms": milliseconds(best.p95_ms)}
    answer = (
        tr("{n} inputs a second with {k} at once, p95 {ms}; more were not tried", **values)
        if best is levels[-1]
        else tr("{n} inputs a second with {k} at once, p95 {ms}; more clients only wait longer", **values)
    )
    st.subheader(md(answer), anchor=False)
    frame = pd.DataFrame([level.to_json() for level in levels])
    key = (report["run_id"],)
    style.draw(style.kept(key, lambda: charts.load_curve(frame)), answer, _table(frame), key="load-curve")
    badge("measured", _origin(report))
    st.caption(md(tr("The clients ran on the same processors as the service, so alone it can do more than this.")))


def _table(frame: pd.DataFrame) -> pd.DataFrame:
    times = {tr("p50"): "p50_ms", tr("p95"): "p95_ms", tr("p99"): "p99_ms"}
    return pd.DataFrame(
        {
            tr("At once"): frame["clients"],
            tr("Requests a second"): [number(v, 1) for v in frame["requests_per_s"]],
            tr("Inputs a second"): [number(v, 1) for v in frame["rows_per_s"]],
            **{title: [milliseconds(v) for v in frame[column]] for title, column in times.items()},
            tr("Turned away"): frame["turned_away"],
            tr("Errors"): frame["errors"],
        }
    )


def _origin(report: dict[str, Any]) -> str:
    machine = report["machine"]
    said = tr(
        "{when}, on {cpu} with {cores} cores: version {version} as {precision} on {provider}, inputs a request: "
        "{rows}, {seconds} s at each number of clients; the service took {memory}.",
        when=moment(report["finished_at"]),
        cpu=machine["cpu"],
        cores=machine["cores"],
        version=report["version"],
        precision=report["precision"],
        provider=report["provider"],
        rows=report["load"]["rows"],
        seconds=number(report["load"]["seconds"]),
        memory=size((report["service_memory_mib"] or 0) * 2**20 or None),
    )
    return said if report["measured_inputs"] else "\n\n".join([said, tr("The inputs were made up.")])
