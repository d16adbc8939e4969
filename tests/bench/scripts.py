"""How long each page's script takes, by Streamlit's own script runner: a process of its own, started by `dashboard`."""

from __future__ import annotations

import json
import statistics
import sys
import time

from streamlit.testing.v1 import AppTest

from tests.browser.server import ROOT

WARM_RUNS = 5


def milliseconds(page: str) -> float:
    """Return the median time of one warm run of a page's script, router included."""
    app = AppTest.from_file(str(ROOT / "pages" / "router.py"), default_timeout=60).run()
    if page != "overview":
        app.switch_page(str(ROOT / "pages" / f"{page}.py"))
    app.run()
    assert not app.exception, app.exception
    seconds = []
    for _ in range(WARM_RUNS):
        started = time.perf_counter()
        app.run()
        seconds.append(time.perf_counter() - started)
    return round(statistics.median(seconds) * 1000, 1)


if __name__ == "__main__":
    print(json.dumps({page: milliseconds(page) for page in sys.argv[1:]}))
