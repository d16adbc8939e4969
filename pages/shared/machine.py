"""This machine and its processes, in figures."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import psutil
import streamlit as st

from engine.jobs.energy import cpu_name
from engine.jobs.results import cores
from pages.shared import resources
from pages.shared.i18n import md, tr
from pages.shared.numbers import number, size

PACKAGES = ("torch", "transformers", "onnxruntime-gpu", "onnxruntime", "streamlit", "duckdb", "plotly")


def memory_line() -> None:
    """Draw the memory of the dashboard and of the inference process, and what is free."""
    own = psutil.Process().memory_info().rss
    parts = [tr("dashboard {size}", size=size(own))]
    serving = inference_bytes()
    parts.append(tr("inference {size}", size=size(serving)) if serving else tr("inference service not running"))
    parts.append(tr("free {size}", size=size(psutil.virtual_memory().available)))
    st.caption(md(tr("Memory: {parts}", parts=" · ".join(parts))))


def inference_bytes() -> float | None:
    """Return the memory of the inference process, or None when it does not run here."""
    process = resources.parts.get("inference")
    mib = process.memory_mib() if process is not None else None
    return mib * 2**20 if mib else None


def facts() -> dict[str, str]:
    """Return what this machine is, by title."""
    return {
        tr("Processor"): cpu_name(),
        tr("Cores"): number(cores()),
        tr("Memory"): size(psutil.virtual_memory().total),
        tr("Disk free"): size(psutil.disk_usage(str(resources.settings().workspace.home)).free),
        tr("Workspace"): str(resources.settings().workspace.home),
    }


def versions() -> dict[str, str]:
    """Return the installed versions of what matters, without importing any of it."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
