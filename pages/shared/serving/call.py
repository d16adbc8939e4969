"""How others call an endpoint: code to paste, and the same models for Triton."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from engine.errors import BreakevenError
from engine.serving import keys
from engine.serving.asking import TAKES, Takes, answering_run, dataset_of, examples, examples_of, made_up
from engine.serving.endpoints import Endpoint
from engine.serving.snippets import LANGUAGES, PICTURE, Call, curl
from pages.shared import downloads, resources
from pages.shared.frame import show_error, strong
from pages.shared.i18n import tr
from pages.shared.serving.keys import fresh_secret

STAND_IN = "YOUR_KEY"


def section(found: Endpoint) -> None:
    """Draw the snippets of an endpoint and what goes with them."""
    try:
        call = call_of(found.name)
    except BreakevenError as error:
        show_error(error)
        return
    for tab, (language, write) in zip(st.tabs(list(LANGUAGES)), LANGUAGES.values(), strict=True):
        with tab:
            st.code(write(call), language=language, wrap_lines=True)
    _notes(call)
    if call.takes == "image":
        st.download_button(
            tr("A picture to try it with"), call.example, PICTURE, "image/png", icon=":material/download:",
            on_click="ignore",
        )  # fmt: skip
    strong(tr("Run it elsewhere"))
    st.caption(
        tr("The same graphs as a Triton model repository: every version, its labels and vocabulary, and how to encode.")
    )
    st.link_button(tr("Triton repository (ZIP)"), downloads.triton_address(found.name), icon=":material/folder_zip:")


def call_of(name: str) -> Call:
    """Return how an endpoint, or a run by its id, is asked from this machine. Raises NotFound when it is not there."""
    model = answering_run(resources.settings(), name)
    return _call(name, *_example(str(model.folder)))


def command(report: Mapping[str, Any], task: str) -> None:
    """Draw the shell command that asks a run of `task`, by its report, for one answer.

    The input is one nobody had before; a history, whose ids only the data has, is one of the validation part.
    """
    takes, run_id = TAKES[task], str(report["run_id"])
    example = _history(task, dataset_of(report)) if takes == "history" else made_up(takes)[0]
    call = _call(run_id, takes, example)
    st.code(curl(call), language="bash", wrap_lines=True)
    _notes(call)


def _notes(call: Call) -> None:
    """Say what is left to do before a snippet runs."""
    if call.key == STAND_IN:
        st.caption(tr("Put an API key in the place of YOUR_KEY; “Keys” makes one."))
    if call.takes == "image":
        st.caption(tr("The code reads {file} from the folder it runs in.", file=PICTURE))


def _call(name: str, takes: Takes, example: Any) -> Call:
    key = fresh_secret() or STAND_IN if keys.required(resources.settings()) else ""
    return Call(resources.client().url, name, takes, example, key)


@st.cache_data(show_spinner=False, max_entries=32)
def _example(folder: str) -> tuple[Takes, Any]:
    """Return what the model in `folder` takes, and one input of its validation part."""
    here = resources.settings()
    run_id = next(part for part in reversed(folder.split("/")) if len(part) == 26)
    found = examples(here, answering_run(here, run_id), 1)
    return found.takes, found.inputs[0]


@st.cache_data(show_spinner=False, max_entries=32)
def _history(task: str, dataset_id: str) -> Any:
    found = examples_of(resources.settings(), task, dataset_id).inputs
    return next((history for history in found if len(history)), found[0])
