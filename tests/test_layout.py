"""The repository's shape: what may stand at the top, how long a file may be, what must not be committed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOP = {
    ".ci", ".git", ".github", ".gitignore", ".streamlit", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile",
    "README.md", "app.py", "data", "docs", "engine", "pages", "pyproject.toml", "requirements-bench.txt",
    "requirements-dev.txt", "requirements.txt", "tests",
}  # fmt: skip
TEXT = {".py", ".md", ".toml", ".txt", ".po", ".csv", ".json", ".yml", ".pbtxt", ""}
# Written in pieces, so that this file does not hold what it forbids.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.~…])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me/\w+|Us" + r"ers/\w+)/",
    "a private address": r"\b(?:10\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+\b",
    "a private host": r"https?://[\w.-]+\.(?:internal|local|lan|corp|intra)\b",
    "unfinished work": r"\bTO" + r"DO\b|\bFIX" + r"ME\b|coming so" + r"on",
}


def _ignored() -> list[str]:
    return [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines() if line]


def _files() -> Iterator[Path]:
    """Yield every file that would be committed."""
    ignored = _ignored()

    def walk(folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            name = str(path.relative_to(ROOT))
            if path.name == ".git" or any(fnmatch(path.name, i) or name == i for i in ignored):
                continue
            if path.is_dir():
                yield from walk(path)
            else:
                yield path

    return walk(ROOT)


def test_nothing_stands_at_the_top_but_what_the_design_names() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in _files()} <= TOP


@pytest.mark.parametrize("folder", ["engine", "pages", "tests", "app.py"])
def test_files_are_short_enough_to_read(folder: str) -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] == folder
        if (lines := len(path.read_text("utf-8").splitlines())) > 300
    }
    assert not long


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_is_committed_that_belongs_elsewhere(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in _files()
        if path.suffix in TEXT and path.name != "LICENSE"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found


def test_no_file_is_heavy() -> None:
    assert not [str(path.relative_to(ROOT)) for path in _files() if path.stat().st_size > 1_000_000]


def test_every_command_the_documents_name_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for document in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")):
        code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", document.read_text("utf-8"), re.DOTALL))
        named = set(re.findall(r"\bmake ([a-z]+)", code))
        assert named <= targets, f"{document.name} names {named - targets}"


def test_every_requirement_is_pinned_exactly() -> None:
    for path in ROOT.glob("requirements*.txt"):
        for line in path.read_text("utf-8").splitlines():
            wanted = line.split("#")[0].strip()
            assert not wanted or wanted.startswith("-r ") or "==" in wanted.split(";")[0], f"{path.name}: {wanted}"


def test_every_relative_link_in_the_documents_leads_somewhere() -> None:
    for document in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")):
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"
