"""The repository index of the protocol: every name, its versions, and whether each answers."""

from __future__ import annotations

from typing import Any

from engine.serving.endpoints import Version
from engine.serving.live import Answering
from engine.serving.models import ModelStore
from engine.serving.published import SERVED

READY, UNAVAILABLE = "READY", "UNAVAILABLE"
"""Triton's words for the state of a version."""


def repository_index(store: ModelStore) -> list[dict[str, Any]]:
    """Return a line a version of every endpoint, then a line a run that can be asked by its id.

    `state` and `reason` are the protocol's. Of an endpoint's version there are `use`, `share`, `run`, `precision` and,
    where it is loaded, `provider`; `problem` is the reason why it cannot be, as a message.
    """
    store.live.refresh_all()
    versions = endpoint_lines(store)
    runs = [{"name": n, "version": SERVED, "state": READY, "precision": p} for n, p in store.published()]
    return versions + runs


def endpoint_lines(store: ModelStore) -> list[dict[str, Any]]:
    """Return a line a version of every endpoint, as they answer now."""
    return [_line(found, version) for found in store.live.all() for version in found.written.versions]


def _line(found: Answering, version: Version) -> dict[str, Any]:
    """Return one version's line: what it does now, which is not what its file says when that cannot be."""
    use = found.endpoint.state(version.number)
    wanted = found.written.state(version.number) == "serving" and use != "serving"
    reason = str(found.problem) if wanted and found.problem else "retired" if use == "retired" else ""
    return {
        "name": found.name,
        "version": version.number,
        "state": UNAVAILABLE if reason else READY,
        **({"reason": reason} if reason else {}),
        **({"problem": found.problem.to_json()} if wanted and found.problem else {}),
        "use": use,
        "share": found.endpoint.split.get(version.number, 0),
        "run": version.run_id,
        "precision": version.precision,
        **({"provider": model.provider} if (model := found.models.get(version.number)) is not None else {}),
    }
