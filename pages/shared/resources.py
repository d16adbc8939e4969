"""What all sessions of the dashboard share: settings, the supervisor, the index, the inference client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from engine.analytics.catalogue import Catalogue, catalogue_of
from engine.config import Settings, load_settings

if TYPE_CHECKING:
    from engine.jobs.supervisor import Supervisor
    from engine.serving.client import InferenceClient

parts: dict[str, Any] = {}
"""What `app.py` started in this process: "supervisor", "inference". Empty under a test, which has no lifespan."""


def settings() -> Settings:
    """Return the settings as they are now; the workspace's file may have changed since the last run of a page."""
    return load_settings()


def catalogue() -> Catalogue:
    """Return the catalogue with what people entered in this workspace. Raises BadInput for a file that was spoilt."""
    return catalogue_of(settings())


def supervisor() -> Supervisor | None:
    """Return the supervisor of this process, or None."""
    return parts.get("supervisor")


@st.cache_resource(show_spinner=False)
def _client(host: str, port: int) -> InferenceClient:
    from engine.serving.client import InferenceClient

    return InferenceClient(load_settings(host=host, inference_port=port))


def client() -> InferenceClient:
    """Return the client of the inference service."""
    current = settings()
    return _client(current.host, current.inference_port)
