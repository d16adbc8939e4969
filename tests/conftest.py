"""What every test gets: a workspace of its own, and on request a real dashboard and a real browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import chromium, server
from tests.browser.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KEPT = {"BREAKEVEN_CHROMIUM", "BREAKEVEN_DEV_DATA", "BREAKEVEN_CHAOS", "BREAKEVEN_PICTURES"}
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
)


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an empty workspace; nothing of the developer's own settings reaches it, and nothing is fetched."""
    for name in [name for name in os.environ if name.startswith("BREAKEVEN_") and name not in KEPT]:
        monkeypatch.delenv(name)
    home = tmp_path / "workspace"
    monkeypatch.setenv("BREAKEVEN_HOME", str(home))
    monkeypatch.setenv("BREAKEVEN_OFFLINE", "1")
    return home


@pytest.fixture(scope="session")
def finished_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with two finished runs on the demo data, made by the command line as anyone would."""
    home = tmp_path_factory.mktemp("finished") / "workspace"
    for recipe in ("baseline", "probe"):
        server.command(home, "finetune", "--scenario", "finance_sentiment", "--recipe", recipe)
    return home


@pytest.fixture(scope="session")
def dashboard(finished_workspace: Path) -> Iterator[server.Dashboard]:
    """A dashboard as `make run` starts it, over `finished_workspace`; its log may hold no traceback."""
    with server.dashboard(finished_workspace) as running:
        yield running
    assert "Traceback" not in running.log, running.log


@pytest.fixture(scope="session")
def empty_dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Dashboard]:
    """A dashboard over an empty workspace, its demo turned off."""
    with server.dashboard(tmp_path_factory.mktemp("empty") / "workspace") as running:
        yield running
    assert "Traceback" not in running.log, running.log


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    path = chromium.install()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Return a function that sends a new visitor to a dashboard; at the end each of them must have seen no fault."""
    visitors: list[Visitor] = []

    def arrive(url: str, *, width: int = 1400, language: str = "en", dark: bool = False) -> Visitor:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            locale={"en": "en-US", "zh_CN": "zh-CN"}[language],
            color_scheme="dark" if dark else "light",
        )
        visitors.append(Visitor(context.new_page(), url, language))
        return visitors[-1]

    yield arrive
    for one in visitors:
        one.page.context.close()
        one.assert_nothing_wrong()
