"""How others call an endpoint: code to paste, and the same models for Triton."""

from __future__ import annotations

from typing import Any

import streamlit as st

from engine.errors import BreakevenError
from engine.serving import keys
from engine.serving.asking import answering_run, examples
from engine.serving.endpoints import Endpoint
from engine.serving.snippets import LANGUAGES, PICTURE, Call
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
    if call.key == STAND_IN:
        st.caption(tr("Put an API key in the place of YOUR_KEY; “Keys” makes one."))
    if call.takes == "image":
        st.caption(tr("The code reads {file} from the folder it runs in.", file=PICTURE))
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
    here = resources.settings()
    model = answering_run(here, name)
    takes, example = _example(str(model.folder))
    key = fresh_secret() or STAND_IN if keys.required(here) else ""
    return Call(resources.client().url, name, takes, example, key)


@st.cache_data(show_spinner=False, max_entries=32)
def _example(folder: str) -> tuple[Any, Any]:
    """Return what the model in `folder` takes, and one input of its validation part."""
    here = resources.settings()
    run_id = next(part for part in reversed(folder.split("/")) if len(part) == 26)
    found = examples(here, answering_run(here, run_id), 1)
    return found.takes, found.inputs[0]
