"""`python -m tests.bench [name …]`: run the benchmarks named, or all of them, one after another."""

from __future__ import annotations

import importlib
import sys

ALL = (
    "peers",
    "serving",
    "products",
    "http_serving",
    "folds",
    "picture_folds",
    "imaging",
    "ranking",
    "dashboard",
    "analytics",
    "forecast",
    "plans",
)


def main(names: list[str]) -> None:
    if unknown := sorted(set(names) - set(ALL)):
        raise SystemExit(f"There is no benchmark {unknown[0]}; choose from {', '.join(ALL)}.")
    for name in names or ALL:
        print(f"== {name}", flush=True)
        importlib.import_module(f"tests.bench.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
