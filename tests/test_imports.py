"""Which way things point: pages → engine, and inside the engine from actions down to errors. Nothing points back."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOUNDATION = {"errors", "config", "files", "messages"}
DATA = FOUNDATION | {"datasets"}
TASKS = DATA | {"tasks", "models"}
ACTIONS = TASKS | {"scenarios", "economics", "jobs", "analytics", "reports", "serving"}
MAY_IMPORT = {
    "messages": set(),
    "errors": {"messages"},
    "files": {"errors", "messages"},
    "config": {"errors", "files", "messages"},
    "datasets": DATA,
    "tasks": TASKS,
    "models": TASKS,
    "scenarios": TASKS | {"scenarios"},
    "economics": {"economics", "errors", "messages"},
    "training": TASKS | {"scenarios", "serving", "training"},
    "serving": ACTIONS - {"analytics"},
    "reports": ACTIONS,
    "analytics": ACTIONS,
    "jobs": ACTIONS,
    "cli": ACTIONS | {"cli"},
    "__main__": ACTIONS | {"cli"},
    "__init__": set(),
}
"""Part of the engine → the parts it may import."""
MAY_IMPORT_TRAINING = ("engine/training/", "engine/jobs/worker", "engine/__main__.py", "engine/cli/")
"""Only a worker and a foreground command train."""
HEAVY = {"torch", "transformers", "onnxruntime", "sklearn", "scipy", "peft"}


def _sources(*folders: str) -> list[Path]:
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [*files, *(p for p in [ROOT / "app.py"] if p.exists())]


@cache
def _imports(path: Path) -> list[tuple[str, int, bool]]:
    """Return (module, line, whether at the top of the file) for every import of a file; relative ones made absolute."""
    tree = ast.parse(path.read_text("utf-8"))
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    top = {id(node) for node in tree.body}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno, id(node) in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (base, node.module) if part)
            found += [(f"{module}.{alias.name}", node.lineno, id(node) in top) for alias in node.names]
    return found


def _part(module: str) -> str:
    return [*module.split("."), "__init__"][1]


@pytest.mark.parametrize("path", _sources("engine"), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_engine_points_one_way(path: Path) -> None:
    if path.name == "app.py":
        return
    name = str(path.relative_to(ROOT))
    part = _part(".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert part in MAY_IMPORT, f"{part} is not a part of the engine that ARCHITECTURE names"
    for module, line, _ in _imports(path):
        if not module.startswith("engine"):
            assert module.split(".")[0] != "streamlit", f"{name}:{line} imports streamlit"
            continue
        other = _part(module)
        if other.startswith("__") or other == part:
            continue
        if other == "training" and name.startswith(MAY_IMPORT_TRAINING):
            continue
        assert other in MAY_IMPORT[part], f"{name}:{line} imports {module}"


@pytest.mark.parametrize("path", _sources("pages"), ids=lambda p: str(p.relative_to(ROOT)))
def test_pages_leave_training_and_heavy_libraries_to_other_processes(path: Path) -> None:
    for module, line, _ in _imports(path):
        assert not module.startswith("engine.training"), f"{path.name}:{line} imports {module}"
        assert module.split(".")[0] not in HEAVY, f"{path.name}:{line} imports {module}"


@pytest.mark.parametrize("path", _sources("engine/serving"), ids=lambda p: str(p.relative_to(ROOT)))
def test_serving_never_imports_torch(path: Path) -> None:
    for module, line, _ in _imports(path):
        assert module.split(".")[0] not in HEAVY - {"onnxruntime"}, f"{path.name}:{line} imports {module}"


def test_no_module_imports_itself_through_others() -> None:
    """What is imported at the top of each file makes no circle."""
    modules = {
        ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p for p in _sources("engine")
    }
    edges = {
        name: {
            found
            for module, _, top in _imports(path)
            if top and (found := _known(module, set(modules))) not in {None, name}
        }
        for name, path in modules.items()
    }
    while leaves := {name for name, others in edges.items() if not others}:
        edges = {name: others - leaves for name, others in edges.items() if name not in leaves}
    assert not edges, f"these import each other: {', '.join(sorted(edges))}"


def _known(module: str, modules: set[str]) -> str | None:
    return next((name for name in (module, module.rpartition(".")[0]) if name in modules), None)


def _loaded_after(imports: list[str]) -> set[str]:
    """Return the top-level packages that a fresh interpreter holds after these imports."""
    code = "import sys, importlib\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *imports], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.split()}


def test_what_the_dashboard_imports_loads_nothing_heavy() -> None:
    """Everything app.py and the pages import from the engine, wherever in the file they do."""
    engine = {m for path in _sources("pages") for m, _, _ in _imports(path) if m.startswith("engine")}
    known = {".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for p in _sources("engine")}
    wanted = sorted({found for module in engine if (found := _known(module, known))})
    assert wanted
    loaded = _loaded_after([*wanted, "streamlit", "plotly.graph_objects", "pandas", "duckdb"])
    assert not loaded & HEAVY


def test_the_inference_process_loads_no_torch() -> None:
    modules = [
        ".".join(p.relative_to(ROOT).with_suffix("").parts) for p in sorted((ROOT / "engine/serving").glob("*.py"))
    ]
    loaded = _loaded_after([m.removesuffix(".__init__") for m in modules])
    assert not loaded & (HEAVY - {"onnxruntime"})
