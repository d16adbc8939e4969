"""The settings form and what stands beside it."""

from __future__ import annotations

import os

import pandas as pd
import streamlit as st

from engine.config import Settings, save_settings
from engine.errors import BreakevenError
from pages.shared import resources
from pages.shared.frame import show_error
from pages.shared.i18n import md, tr
from pages.shared.pricing import instance_names


def draw_form() -> None:
    """Draw every setting a reader may change, and save what was changed."""
    now = resources.settings()
    names = instance_names()
    st.subheader(tr("This workspace"), anchor=False)
    with st.form("settings", border=False):
        threads = st.number_input(
            tr("Threads for training and inference"), 0, 256, now.threads, help=tr("0 means one a physical core.")
        )
        known = list(names)
        instance = st.selectbox(
            tr("Machine that prices are computed for"),
            known,
            index=known.index(now.instance) if now.instance in known else 0,
            format_func=lambda key: names[key],
        )
        utilisation = st.slider(
            tr("Busy share of its time"), 1, 100, round(now.utilisation * 100), format="%d%%",
            help=tr("A machine that is busy 30% of the time costs its whole hour."),
        )  # fmt: skip
        demo = st.toggle(tr("Train demo runs when the workspace is empty"), now.demo_on_first_run)
        offline = st.toggle(
            tr("Work offline"),
            now.offline,
            help=tr("Never ask the hub or a download site; use what is on this machine."),
        )
        hub = st.text_input(tr("Hub for other backbones"), now.hub_url)
        pressed = st.form_submit_button(tr("Save"), type="primary", icon=":material/save:")
    fixed = overridden(now)
    if fixed:
        st.caption(tr("Set by the environment, and stronger than this form: {names}", names=md(", ".join(fixed))))
    if pressed:
        save(
            now, threads=int(threads), instance=instance, utilisation=utilisation / 100,
            demo_on_first_run=demo, offline=offline, hub_url=hub,
        )  # fmt: skip


def overridden(now: Settings) -> list[str]:
    """Return the names of environment variables that fix a setting of the form."""
    fields = ("threads", "instance", "utilisation", "demo_on_first_run", "offline", "hub_url")
    return [name for f in fields if hasattr(now, f) and (name := f"BREAKEVEN_{f.upper()}") in os.environ]


def save(now: Settings, **changes: object) -> None:
    """Write what differs from `now`, and say so."""
    changed = {k: v for k, v in changes.items() if getattr(now, k) != v}
    try:
        if changed:
            save_settings(now, **changed)
    except BreakevenError as error:
        show_error(error)
        return
    st.toast(tr("Saved."), icon=":material/check_circle:")


def draw_service() -> None:
    """Draw whether the inference service answers, where, and on what it computes."""
    here = resources.settings()
    process = resources.parts.get("inference")
    memory = process.memory_mib() if process is not None else None
    ready = resources.client().ready()
    state = tr("ready") if ready else tr("starting")
    st.badge(
        state,
        icon=":material/check_circle:" if ready else ":material/hourglass_top:",
        color="green" if ready else "orange",
    )
    key_values(
        {
            tr("Address"): f"http://{here.host}:{here.inference_port}/v2",
            tr("Memory"): f"{memory:.0f} MiB" if memory else "–",
        }
    )


def key_values(found: dict[str, str]) -> None:
    """Draw names and values as a plain table."""
    frame = pd.DataFrame({"name": [md(k) for k in found], "value": [md(v) for v in found.values()]})
    st.table(frame, border="horizontal", hide_index=True, hide_header=True)
