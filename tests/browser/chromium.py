"""Finds a Chromium for the tests, or installs one: `python -m tests.browser.chromium`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
DEBIAN_PACKAGES = ("chromium", "fonts-noto-cjk")
NONE = (
    "There is no Chromium for the browser tests and none could be installed; install Chromium or Google Chrome, "
    "or name one: make test BREAKEVEN_CHROMIUM=/path/to/chromium"
)


def find() -> str | None:
    """Return the browser to drive: `$BREAKEVEN_CHROMIUM`, else one on the PATH, else Playwright's own, else None."""
    if named := os.environ.get("BREAKEVEN_CHROMIUM"):
        if not _runs(named):
            raise SystemExit(f"BREAKEVEN_CHROMIUM is {named}, which does not run; name a Chromium that does.")
        return named
    here = next((path for name in (*NAMES, MAC) if (path := shutil.which(name)) and _runs(path)), None)
    return here or _playwrights_own()


def install() -> str:
    """Return a browser, installing Debian's when this is root on Debian, else Playwright's. Leaves with a sentence."""
    if found := find():
        return found
    if os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Debian's Chromium and a Chinese font for the browser tests.", flush=True)
        _tries("apt-get", "update", "-qq")
        _tries("apt-get", "install", "-y", "-qq", "--no-install-recommends", *DEBIAN_PACKAGES)
    if not (found := find()):
        print("Installing Playwright's Chromium for the browser tests.", flush=True)
        _tries(sys.executable, "-m", "playwright", "install", "chromium")
        found = find()
    if not found:
        raise SystemExit(NONE)
    return found


def _runs(path: str) -> bool:
    """Whether it is a browser that starts; Ubuntu's package, for one, is a note about a snap."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _playwrights_own() -> str | None:
    """Return the browser that Playwright fetched, if it did. Not to be called while Playwright drives one."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _tries(*command: str) -> None:
    try:
        subprocess.run(command, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    except OSError as error:
        print(f"{command[0]}: {error}", file=sys.stderr)


if __name__ == "__main__":
    install()
