"""One job as it is now: phase, share done, time left, speed, memory, curves, and the button that stops it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from engine.jobs.progress import Progress, progress
from engine.jobs.queue import cancel
from engine.jobs.runs import RunFolder
from pages.shared import data, words
from pages.shared.charts import learning, style
from pages.shared.frame import say
from pages.shared.i18n import md, tr
from pages.shared.numbers import duration, number, size

OPEN = {"queued", "running"}


@st.fragment(run_every="1s")
def watch(run_id: str) -> None:
    """Draw the job and look again every second; once it has ended, the whole page runs again, without a timer."""
    run = data.run(run_id)
    now = progress(run)
    draw(run, now)
    if now.state not in OPEN:
        st.rerun()


def is_open(run_id: str) -> bool:
    """Return whether the job waits or runs."""
    return data.run(run_id).state in OPEN


def draw(run: RunFolder, now: Progress, *, curves: bool = True) -> None:
    """Draw one open job."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{md(job_name(run))}**", width="stretch")
            st.button(
                tr("Cancel"),
                key=f"cancel-{run.run_id}",
                icon=":material/stop_circle:",
                disabled=run.cancel_asked,
                on_click=cancel,
                args=(run,),
            )
        st.progress(now.fraction, text=" · ".join(filter(None, (say(now.phase), md(position(now))))))
        if now.state == "running":
            figures(now, run.spec.scenario)
        if now.message is not None:
            st.caption(say(now.message))
    if curves and now.curves:
        learning_curves(now, run.spec.recipe)


def job_name(run: RunFolder) -> str:
    """Return what a job does, in a few words."""
    spec = run.spec
    if spec.kind == "finetune":
        name = words.run_name(spec.recipe, spec.scenario, spec.seed, run.run_id, run.label)
        return name if run.is_model else f"{name} · {words.share_of_data(spec.share)}"
    if spec.kind == "bought":
        return tr("Bought: {name}", name=run.label)
    if spec.kind == "loadtest":
        return tr("Load test of {name}", name=spec.label)
    if spec.kind == "calibrate":
        return tr("Timing training steps of {backbone}", backbone=spec.backbone)
    name = spec.label or tr("a file")
    return tr("Storing {name}", name=name) if spec.dataset.get("store") else tr("Checking {name}", name=name)


def position(now: Progress) -> str:
    """Return the time left, the place in the queue, or how long it has taken."""
    if now.queue_position is not None:
        return tr("number {n} in the queue", n=now.queue_position)
    if now.seconds_left is not None:
        return tr("{time} left", time=duration(now.seconds_left))
    return tr("for {time}", time=duration(now.seconds)) if now.seconds >= 1 else ""


def figures(now: Progress, scenario: str) -> None:
    """Draw epoch, speed and memory of a running job."""
    parts = []
    if now.epochs:
        parts.append(tr("epoch {n} of {all}", n=now.epoch, all=now.epochs))
    if now.examples_per_second:
        speed = number(now.examples_per_second, 0)
        parts.append(tr("{n} {units} a second", n=speed, units=words.units(scenario)))
    if now.memory_mib:
        parts.append(tr("{size} of memory", size=size(now.memory_mib * 2**20)))
    if now.attempt > 1:
        parts.append(tr("try {n}", n=now.attempt))
    if parts:
        st.caption(md(" · ".join(parts)))


def learning_curves(now: Progress, recipe: str) -> None:
    """Draw loss and score by epoch."""
    frame = pd.DataFrame([vars(c) for c in now.curves])
    color, last = style.recipe_color(recipe), now.curves[-1]
    names = {
        "epoch": tr("Epoch"),
        "train_loss": tr("Training part"),
        "validation_loss": tr("Validation part"),
        "validation_score": words.metric_name(last.score),
    }
    table = frame[list(names)].round(3).rename(columns=names)
    left, right = st.columns(2)
    with left:
        alt = tr("Validation loss is {value} after epoch {n}.", value=number(last.validation_loss, 3), n=last.epoch)
        style.draw(learning.loss_curves(frame, color), alt, table, key=f"loss-{now.run_id}")
    with right:
        name = words.metric_name(last.score)
        value = number(last.validation_score, 3)
        alt = tr("{metric} is {value} after epoch {n}.", metric=name, value=value, n=last.epoch)
        style.draw(learning.score_curve(frame, color, name), alt, table, key=f"score-{now.run_id}")
