"""Snippets pasted where they belong: into a shell, Python and Node.js, as processes of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.serving.snippets import LANGUAGES, Call

PROGRAMS = {"curl": ("bash", "-c"), "Python": (sys.executable, "-c"), "JavaScript": ("node", "-e")}


def pasted(language: str, call: Call, folder: Path) -> str:
    """Return what a snippet prints, run in `folder`; skips where its language is not installed."""
    done = run(language, call, folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(language: str, call: Call, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a snippet in `folder` to its end; skips where its language is not installed."""
    program, flag = PROGRAMS[language]
    for needed in {program, *({"curl"} & {language})}:
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed, so nothing can be pasted into it")
    _name, write = LANGUAGES[language]
    return subprocess.run(
        [program, flag, write(call)],
        cwd=folder,
        env={**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
