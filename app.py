"""The dashboard as an ASGI application: `python -m uvicorn app:app`.

Beside the pages it holds the job supervisor, the watcher of the inference process, and a thread that imports what the
pages need before the first browser asks. Each of them may fail without taking the pages down.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import streamlit as st
from starlette.websockets import WebSocketDisconnected

from engine.config import Settings, load_settings
from engine.errors import BreakevenError
from pages.shared import downloads

log = logging.getLogger("breakeven.dashboard")
ROUTER = Path(__file__).resolve().parent / "pages" / "router.py"


def warm_imports(_settings: Settings) -> None:
    """Import what the first page needs so that the first browser does not wait for it.

    What is there by then stays for good, so the collector need not look through it: that took 0.13 s of some script.
    """
    import duckdb
    import pandas
    import plotly.graph_objects

    from pages.shared import catalogue

    log.debug("warm: %s", [m.__name__ for m in (duckdb, pandas, plotly.graph_objects)])
    catalogue.load("zh_CN")
    gc.freeze()


def start_inference(settings: Settings) -> Callable[[], None]:
    """Start and watch the inference process; return what stops it."""
    from engine.serving.process import InferenceProcess
    from pages.shared import resources

    process = InferenceProcess(settings)
    process.start()
    resources.parts["inference"] = process
    stop: Callable[[], None] = process.stop
    return stop


def start_supervisor(settings: Settings) -> Callable[[], None]:
    """Start the job supervisor, queue the demo where it is wanted, and return what stops the supervisor."""
    from engine.jobs.supervisor import Supervisor

    supervisor = Supervisor(settings)
    supervisor.start()
    threading.Thread(target=attempt, args=("The demo", first_jobs, settings), daemon=True).start()
    return supervisor.stop


def first_jobs(settings: Settings) -> None:
    """In an empty workspace, queue the demo runs and the timing of their backbones: every page gets its figures."""
    from engine.jobs.queue import AFTER_DEMO_PRIORITY, queue_demo, submit_calibrate
    from engine.models.estimate import TIMED
    from engine.scenarios import SCENARIOS

    queued = queue_demo(settings)
    timed = {run.spec.backbone for run in queued if SCENARIOS[run.spec.scenario].task in TIMED}
    for backbone in sorted(timed - {""}):
        submit_calibrate(settings, backbone, priority=AFTER_DEMO_PRIORITY)


def attempt(what: str, action: Callable[..., Any], *arguments: Any) -> Any:
    """Return what `action` returns, or None after logging one sentence that says what could not start and why."""
    try:
        return action(*arguments)
    except BreakevenError as error:
        log.warning("%s did not start: %s", what, error)
    except Exception as error:
        log.warning("%s did not start: %s: %s", what, type(error).__name__, error)
        log.debug("%s", what, exc_info=error)
    return None


def is_a_fault(record: logging.LogRecord) -> bool:
    """Return whether a log record is news: a browser that leaves while a page still sends to it is none."""
    return record.exc_info is None or not isinstance(record.exc_info[1], WebSocketDisconnected)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Run the parts of the dashboard's process for as long as it serves."""
    settings = load_settings()
    # Streamlit makes uvicorn print a line for every file and visitor, whatever level it was started with.
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(is_a_fault)
    stops = [
        await anyio.to_thread.run_sync(attempt, "The job supervisor", start_supervisor, settings),
        await anyio.to_thread.run_sync(attempt, "The inference process", start_inference, settings),
    ]
    threading.Thread(target=attempt, args=("Warming up", warm_imports, settings), daemon=True).start()
    try:
        yield {}
    finally:
        for stop in stops:
            if stop is not None:
                await anyio.to_thread.run_sync(attempt, "Stopping", stop)


def show_script_error(error: Exception) -> bool:
    """Show an error of a page as one sentence in the reader's language; log what was not expected."""
    from pages.shared.frame import show_error

    return show_error(error)


app = st.App(ROUTER, lifespan=lifespan, routes=downloads.ROUTES, on_script_error=show_script_error)
