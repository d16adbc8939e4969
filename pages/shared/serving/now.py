"""How the service and an endpoint are at this moment. Drawn again every two seconds, by themselves."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from engine.analytics import served
from engine.messages import Message
from engine.serving.endpoints import Endpoint
from pages.shared import data, resources
from pages.shared.frame import badge, say
from pages.shared.i18n import md, tr
from pages.shared.numbers import DASH, ago, duration, milliseconds, number, percent, size

LIVE = "2s"
WINDOW_SECONDS = 60
State = dict[str, Any]


@st.fragment(run_every=LIVE)
def service() -> None:
    """Draw whether the service answers, where, and what its process takes."""
    here, process = resources.settings(), resources.parts.get("inference")
    state = resources.client().state()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if state is None:
            st.badge(tr("starting"), icon=":material/hourglass_top:", color="orange")
        else:
            st.badge(tr("ready"), icon=":material/check_circle:", color="green")
        st.code(f"http://{here.host}:{here.inference_port}/v2", language=None, width="content")
        st.caption(md(" · ".join(_of_process(state, process))), width="content")


def _of_process(state: State | None, process: Any) -> list[str]:
    if state is None:
        parts = [tr("The service does not answer yet; the dashboard starts it again when it ends.")]
    else:
        parts = [
            tr("{size} of memory", size=size(float(state["memory_mib"]) * 2**20)),
            tr("up for {time}", time=duration(float(state["uptime_seconds"]))),
            tr("{n} in work, {rows} waiting", n=int(state["running"]), rows=int(state.get("waiting_rows", 0))),
        ]
    if process is not None:
        parts.append(tr("restarts: {n}", n=process.restarts))
    return parts


@st.fragment(run_every=LIVE)
def endpoint(found: Endpoint) -> None:
    """Draw what an endpoint answered in the last minute, then how each version fares."""
    index = data.index()
    minute = {
        str(r["model"]): r for r in served.traffic(index, seconds=WINDOW_SECONDS, by=("model",)).to_dict("records")
    }
    _figures(minute.get(found.name))
    state = resources.client().state() or {}
    lines = {str(n["version"]): n for n in state.get("endpoints", []) if n["name"] == found.name}
    hour = served.traffic(index, seconds=served.HOUR)
    _versions(found, lines, {str(r["version"]): r for r in hour[hour["model"] == found.name].to_dict("records")})


def _figures(row: dict[Any, Any] | None) -> None:
    """Draw the figures of the last minute."""
    seen = row or {}
    errors, requests = seen.get("errors", 0), seen.get("requests", 0)
    figures = {
        tr("Requests a second"): number(seen.get("requests_per_s", 0.0), 2),
        tr("Latency p50"): milliseconds(seen.get("p50_ms")),
        tr("Latency p95"): milliseconds(seen.get("p95_ms")),
        tr("Latency p99"): milliseconds(seen.get("p99_ms")),
        tr("Errors"): percent(errors / requests, 1) if requests else DASH,
        tr("Waited, p95"): milliseconds(seen.get("queue_p95_ms")),
    }
    with st.grid(6, min_column_width=130, gap="small"):
        for label, value in figures.items():
            st.metric(md(label), md(value))
    badge("measured", tr("From what this service answered in the last {n} s, by its own clock.", n=WINDOW_SECONDS))


def _versions(found: Endpoint, lines: dict[str, State], hour: dict[str, dict[Any, Any]]) -> None:
    """Draw the versions, the newest first: what each is, what it does, and how it fared in the last hour."""
    names = {"serving": tr("serving"), "standby": tr("standby"), "retired": tr("retired")}
    rows = []
    for version in reversed(found.versions):
        line, seen = lines.get(version.number, {}), hour.get(version.number, {})
        rows.append(
            {
                tr("Version"): version.number,
                tr("Share"): percent(found.split.get(version.number, 0) / 100),
                tr("State"): tr("cannot be loaded") if line.get("problem") else names[found.state(version.number)],
                tr("Run"): version.run_id[-4:],
                tr("Number format"): version.precision,
                tr("Provider"): str(line.get("provider", DASH)),
                tr("Requests, last hour"): number(seen.get("requests", 0)),
                tr("Errors"): number(seen.get("errors", 0)),
                tr("p50"): milliseconds(seen.get("p50_ms")),
                tr("p95"): milliseconds(seen.get("p95_ms")),
                tr("p99"): milliseconds(seen.get("p99_ms")),
                tr("Last asked"): ago(seen.get("last_at")),
            }
        )
    st.dataframe(
        pd.DataFrame(rows), hide_index=True, key="versions", alt=tr("Versions of {name}, newest first", name=found.name)
    )
    for line in lines.values():
        if line.get("problem"):
            st.warning(say(Message.from_json(line["problem"])), icon=":material/warning:")
