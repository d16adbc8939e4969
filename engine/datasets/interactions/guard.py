"""What may end the work on tables early: too little memory or disk, or somebody who does not want to wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.errors import Cancelled, Failure

if TYPE_CHECKING:
    import duckdb

POLL_S = 0.5
"""How often it is asked whether to stop; a query over millions of rows takes longer than anybody wants to wait."""


@contextmanager
def guarded(connection: duckdb.DuckDBPyConnection, should_stop: Callable[[], bool] | None) -> Iterator[None]:
    """Interrupt the running query when `should_stop` says so, and word what DuckDB raises.

    Raises Cancelled when stopped, Failure when memory or disk run out.
    """
    import duckdb

    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(connection, should_stop, over), daemon=True)
    if should_stop is not None:
        watch.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise Cancelled("Preparing the data was cancelled.") from error
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        raise Failure(
            "The interactions need more memory or disk than there is ({reason}); free some space or give fewer rows.",
            reason=str(error).splitlines()[0],
        ) from error
    finally:
        over.set()
        if watch.is_alive():
            watch.join()


def _watch(
    connection: duckdb.DuckDBPyConnection, should_stop: Callable[[], bool] | None, over: threading.Event
) -> None:
    while should_stop is not None and not over.wait(POLL_S):
        if should_stop():
            connection.interrupt()
