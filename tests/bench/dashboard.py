"""The dashboard with 200 runs in its workspace: start, memory, first page, reload, each page's script."""

from __future__ import annotations

import json
import shutil
import statistics
import time
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, sync_playwright

from engine.files import new_id
from tests.bench import common
from tests.browser import chromium, server
from tests.browser.visitor import Visitor
from tests.conftest import ARGUMENTS

RUNS = 20 if common.SHORT else 200
ROUNDS = 1 if common.SHORT else 5
RECIPES = ("baseline",) if common.SHORT else ("baseline", "probe", "fast")
PAGES = {
    "overview": "/",
    "finance_sentiment": "/finance_sentiment",
    "compare": "/compare",
    "costs": "/costs",
    "readiness": "/readiness",
    "business": "/business",
    "decide": "/decide",
    "jobs": "/jobs",
    "settings": "/settings",
}


def crowded_workspace(home: Path) -> None:
    """Fill `home` with RUNS finished runs: real ones, trained here, and copies of them under ids of their own."""
    rows, _ = common.sentences()
    train, test = common.held_out(rows, len(rows) // 5)
    for recipe in RECIPES:
        common.fine_tune(home, train, test, recipe)
    originals = sorted((home / "runs").iterdir())
    for k in range(RUNS - len(originals)):
        _copy(originals[k % len(originals)], home / "runs" / new_id())


def _copy(original: Path, copy: Path) -> None:
    """Copy a run folder under a new id: everything a page reads is the copy's own; models are linked."""
    shutil.copytree(original, copy, copy_function=lambda a, b: _link(Path(a), Path(b)))
    for name in ("spec.json", *(str(p.relative_to(copy)) for p in copy.glob("attempts/*/report.json"))):
        path = copy / name
        value = {**json.loads(path.read_text("utf-8")), "run_id": copy.name}
        path.unlink()
        path.write_text(json.dumps(value), encoding="utf-8")


def _link(source: Path, target: Path) -> None:
    target.hardlink_to(source) if source.suffix in {".onnx", ".safetensors"} else shutil.copy2(source, target)


def memory_mib(process: psutil.Process) -> float:
    """Return the resident memory of a process."""
    return float(process.memory_info().rss / 2**20)


def inference_memory_mib(dashboard: psutil.Process) -> float | None:
    """Return the resident memory of the inference process that the dashboard started, or None when there is none."""
    found = [c for c in dashboard.children(recursive=True) if "serve" in c.cmdline()]
    return memory_mib(found[0]) if found else None


def look(running: server.Dashboard, browser: Browser) -> dict[str, Any]:
    """Visit every page of a fresh dashboard with a fresh browser; return seconds and memory."""
    process = psutil.Process(running.process.pid)
    visitor = Visitor(browser.new_context(viewport={"width": 1400, "height": 900}).new_page(), running.url)
    first = _timed(lambda: visitor.open("/"))
    after_first = memory_mib(process)
    reload = _timed(lambda: (visitor.page.reload(), visitor.settled()))
    for path in PAGES.values():
        visitor.open(path)
    result = {
        "ready_s": running.ready_seconds,
        "first_page_s": first,
        "reload_s": reload,
        "memory_first_page_mib": after_first,
        "memory_every_page_mib": memory_mib(process),
        "memory_inference_mib": inference_memory_mib(process),
    }
    visitor.page.context.close()
    visitor.assert_nothing_wrong()
    return result


def _timed(action: Any) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def script_times(home: Path) -> dict[str, float]:
    """Return page → milliseconds of its script, the median of warm runs, in a process of its own."""
    return common.in_a_process("scripts", *PAGES, env=server.environment(home))


def main() -> None:
    home = common.OUT / "crowded"
    if home.exists():
        shutil.rmtree(home)
    crowded_workspace(home)
    scripts = script_times(home)
    before = common.noise()
    rounds = []
    with sync_playwright() as playwright:
        for _ in range(ROUNDS):
            with server.dashboard(home) as running:
                browser = playwright.chromium.launch(executable_path=chromium.install(), args=list(ARGUMENTS))
                rounds.append(look(running, browser))
                browser.close()
    middle = {k: statistics.median(v) if (v := [r[k] for r in rounds if r[k] is not None]) else None for k in rounds[0]}
    print(f"\n{RUNS} runs in the workspace, median of {ROUNDS} starts; processor noise {before:.0%}")
    common.table(["what", "measured"], [[k, "none" if v is None else float(v)] for k, v in middle.items()])
    common.table(["page", "script ms"], [[k, v] for k, v in scripts.items()])
    common.save("dashboard", {"runs": RUNS, "rounds": rounds, "median": middle, "script_ms": scripts, "noise": before})


if __name__ == "__main__":
    main()
