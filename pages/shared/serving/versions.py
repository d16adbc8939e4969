"""Who answers: promote a run to a name, share the traffic out, roll back, retire; and what was done before."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.scenarios import SCENARIOS
from engine.serving.endpoints import Endpoint
from engine.serving.promotion import WHOLE, promote, retire, roll_back, set_split
from pages.shared import address, data, words
from pages.shared.frame import strong
from pages.shared.i18n import md, tr
from pages.shared.numbers import moment
from pages.shared.scenario.labels import run_labels
from pages.shared.serving.doing import change, clicked

SHOWN = 20


def section(found: Endpoint) -> None:
    """Draw every change that can be made to an endpoint."""
    left, right = st.columns(2, gap="large")
    with left:
        strong(tr("Share of the traffic"))
        _split(found)
    with right:
        strong(tr("Promote a run"))
        promotion(found)
    _history(found)


def promotion(found: Endpoint | None) -> None:
    """Draw the form that makes a run the next version of an endpoint, or the first of a new one."""
    labels = _runs()
    if not labels:
        st.caption(tr("Every finished run can be promoted."))
        return
    wanted = address.recall("run")
    with st.form("promote", border=False):
        run = st.selectbox(
            tr("Run"), list(labels), index=list(labels).index(wanted) if wanted in labels else 0,
            format_func=lambda run_id: labels[run_id], key="promote-run",
        )  # fmt: skip
        wide, narrow = st.columns([2, 1])
        name = wide.text_input(
            tr("Name that others call"), found.name if found else "", key="promote-name", max_chars=64,
            help=tr("A name that is there gets a new version; another one becomes a new endpoint."),
        )  # fmt: skip
        share = narrow.number_input(
            tr("Share (%)"), 0, WHOLE, WHOLE, key="promote-share",
            help=tr("The others keep their proportions; 0 leaves the new version in standby."),
        )  # fmt: skip
        pressed = st.form_submit_button(tr("Promote"), type="primary", icon=":material/publish:")
    if pressed and run and change(promote, str(run), str(name or ""), share=int(share)):
        address.remember("endpoint", str(name))
        st.rerun()


def _runs() -> dict[str, str]:
    """Return what each finished run is called, by its id; each scenario's newest first."""
    found = data.runs()
    names: dict[str, str] = {}
    for scenario in SCENARIOS:
        mine = found[found["scenario"] == scenario]
        if len(mine):
            title = words.scenario(scenario)
            names |= {run_id: f"{title} · {label}" for run_id, label in run_labels(mine).items()}
    return names


def _split(found: Endpoint) -> None:
    there = [v for v in found.versions if found.state(v.number) != "retired"]
    if len(there) > 1:
        with st.form("split", border=False):
            # The keys name the split, so that the fields show what is so now and not what was typed before.
            now = "-".join([found.name, *(f"{number}={share}" for number, share in found.split.items())])
            with st.grid(3, min_column_width=110, gap="small"):
                chosen = {
                    v.number: int(
                        st.number_input(
                            tr("Version {n} (%)", n=v.number),
                            0,
                            WHOLE,
                            found.split.get(v.number, 0),
                            key=f"split-{v.number}-{now}",
                        )
                    )
                    for v in there
                }
            pressed = st.form_submit_button(tr("Share out"), icon=":material/call_split:")
        if pressed:
            change(set_split, found.name, chosen)
            st.rerun()
    elif there:
        st.caption(
            tr("One version answers everything. Promote another run, with a share of its own, to try it beside.")
        )
    _buttons(found)


def _buttons(found: Endpoint) -> None:
    with st.container(horizontal=True):
        st.button(
            tr("Roll back"), key="roll-back", icon=":material/undo:", disabled=found.before is None,
            on_click=clicked, args=(roll_back, found.name),
            help=tr("Gives the traffic back to those who had it before the last change; twice undoes itself."),
        )  # fmt: skip
        with st.popover(tr("Retire"), icon=":material/inventory_2:"):
            st.caption(tr("What is retired does not answer any more. Its files stay, and a rollback brings it back."))
            for v in (v for v in found.versions if found.state(v.number) == "standby"):
                st.button(
                    tr("Version {n}", n=v.number), key=f"retire-{v.number}",
                    on_click=clicked, args=(retire, found.name, v.number),
                )  # fmt: skip
            st.button(
                tr("The whole endpoint"), key="retire-all", disabled=found.is_retired,
                on_click=clicked, args=(retire, found.name),
            )  # fmt: skip


def _history(found: Endpoint) -> None:
    """Draw what was done, by whom and when, newest first."""
    actions = {
        "promote": tr("promoted"), "split": tr("shared out"), "rollback": tr("rolled back"), "retire": tr("retired"),
    }  # fmt: skip
    rows = [
        {
            tr("When"): moment(one.at), tr("Who"): one.by, tr("What"): actions[one.action],
            tr("Version"): one.version or "–",
            tr("Traffic from then on"): ", ".join(f"{n}: {share} %" for n, share in one.split.items()) or "–",
        }
        for one in reversed(found.history[-SHOWN:])
    ]  # fmt: skip
    with st.expander(tr("What was changed"), icon=":material/history:"):
        st.table(pd.DataFrame(rows).map(md), border="horizontal", hide_index=True)
