"""Endpoints: the names under which other systems ask for models, each a file of the workspace.

`workspace/endpoints/<name>.json` holds the versions, who answers how much of the traffic, what it was before the last
change, and everything that was changed, by whom and when. A file is written whole or not at all, so that the inference
process, which reads it while commands and pages write it, never sees half a change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from engine.config import Settings
from engine.errors import BadInput, NotFound
from engine.files import read_json, write_json
from engine.serving.published import is_run_id

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
Action = Literal["promote", "split", "rollback", "retire"]
State = Literal["serving", "standby", "retired"]


@dataclass(frozen=True)
class Version:
    """One model under the name: a published run in one precision. Never changed once it is there."""

    number: str
    """"1", "2", …: the version in the protocol's addresses."""
    run_id: str
    precision: str
    at: str
    """When it was promoted: UTC, ISO 8601."""
    by: str


@dataclass(frozen=True)
class Traffic:
    """Who answers what is asked without a version."""

    split: Mapping[str, int] = field(default_factory=dict)
    """Version → percent of the requests, above 0 and 100 together; empty once the whole endpoint is retired."""
    retired: tuple[str, ...] = ()
    """Versions that do not answer at all, even when they are named."""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Traffic:
        return cls({str(k): int(v) for k, v in data["split"].items()}, tuple(map(str, data["retired"])))


@dataclass(frozen=True)
class Change:
    """What somebody did to an endpoint."""

    at: str
    by: str
    action: Action
    version: str
    """The version it was about; empty when it was about all."""
    split: Mapping[str, int]
    """The split from then on."""


@dataclass(frozen=True)
class Endpoint:
    """A name with its versions."""

    name: str
    task: str = ""
    """What its models do: whoever asks can be answered by any of them."""
    versions: tuple[Version, ...] = ()
    """Oldest first."""
    traffic: Traffic = Traffic()
    before: Traffic | None = None
    """What a rollback returns to: the traffic before the last change."""
    history: tuple[Change, ...] = ()
    """Oldest first."""

    @property
    def split(self) -> Mapping[str, int]:
        return self.traffic.split

    @property
    def is_retired(self) -> bool:
        return not self.traffic.split

    @property
    def answering(self) -> tuple[Version, ...]:
        """The versions that get traffic, oldest first."""
        return tuple(v for v in self.versions if v.number in self.split)

    def version(self, number: str) -> Version:
        """Return a version, retired or not. Raises NotFound, naming those that there are."""
        for version in self.versions:
            if version.number == number:
                return version
        raise NotFound(
            "Endpoint {name} has no version {version}; choose one of {choices}.",
            name=self.name,
            version=number[:64],
            choices=", ".join(v.number for v in self.versions if self.state(v.number) != "retired") or "-",
        )

    def state(self, number: str) -> State:
        """Return "serving" (has traffic), "standby" (answers when it is named) or "retired"."""
        if number in self.split:
            return "serving"
        return "retired" if number in self.traffic.retired else "standby"

    def to_json(self) -> dict[str, Any]:
        return {"schema_version": 1, **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Endpoint:
        return cls(
            name=str(data["name"]),
            task=str(data["task"]),
            versions=tuple(Version(**v) for v in data["versions"]),
            traffic=Traffic.from_json(data["traffic"]),
            before=Traffic.from_json(data["before"]) if data["before"] else None,
            history=tuple(Change(**c) for c in data["history"]),
        )


def checked_name(name: str) -> str:
    """Return `name` when an endpoint may be called that. Raises BadInput."""
    if not NAME.fullmatch(name) or is_run_id(name):
        raise BadInput(
            "{name} cannot be the name of an endpoint; use up to 64 letters, digits, - and _, beginning with a letter "
            "or digit, and not a run's id.",
            name=name[:80] or "''",
        )
    return name


def file_of(settings: Settings, name: str) -> Path:
    """Return the file of an endpoint; names that differ by capitals alone are the same, as on some disks."""
    return settings.workspace.endpoints / f"{name.lower()}.json"


def endpoint(settings: Settings, name: str) -> Endpoint:
    """Return an endpoint by its name. Raises NotFound naming those there are, BadInput when its file is damaged."""
    path = file_of(settings, name)
    if not NAME.fullmatch(name) or not path.is_file():
        there = ", ".join(e.name for e in endpoints(settings)) or "none yet"
        raise NotFound("There is no endpoint {name}; there are: {choices}.", name=name[:64] or "''", choices=there)
    return read_endpoint(path)


def endpoints(settings: Settings) -> list[Endpoint]:
    """Return every endpoint by name. Raises BadInput for a file that was spoilt by hand."""
    return [read_endpoint(path) for path in sorted(settings.workspace.endpoints.glob("*.json"))]


def read_endpoint(path: Path) -> Endpoint:
    """Return the endpoint in a file. Raises BadInput when it is damaged or of a newer program."""
    data = read_json(path)
    try:
        return Endpoint.from_json(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput("{path} is damaged: it is no endpoint. Restore it or delete it.", path=path.name) from error


@contextmanager
def changing(settings: Settings) -> Iterator[None]:
    """Hold the endpoints for a change: two who change at once do so one after the other."""
    with FileLock(settings.workspace.endpoints / ".lock"):
        yield


def write_endpoint(settings: Settings, changed: Endpoint) -> Endpoint:
    """Write an endpoint, whole or not at all, and return it; call it within `changing`. Raises Failure."""
    write_json(file_of(settings, changed.name), changed.to_json())
    return changed
