"""The endpoints as the inference process answers for them, kept up to date with their files.

A change is taken up when everything it sends traffic to is loaded and checked; then one assignment switches over. When
that fails the endpoint answers as before and says why (`Answering.problem`).

Without a version a request is shared out by the split. With a sticky key (`Asked.sticky`) the version follows from
SHA-256 of the endpoint's name and the key: the same key gets the same version until the split changes, and then only as
many keys move as the split says. Without one, requests follow the additive recurrence of the golden ratio, begun at a
place that the endpoint's name gives: any hundred requests in a row are shared out within one of the split
(https://en.wikipedia.org/wiki/Low-discrepancy_sequence#Additive_recurrence), and a restart repeats the sequence.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from engine.config import Settings
from engine.errors import BreakevenError, Failure, NotFound
from engine.files import Stamp, stamp_of
from engine.messages import Message
from engine.serving.endpoints import NAME, Endpoint, Traffic, Version, file_of, read_endpoint
from engine.serving.model import ServedModel
from engine.serving.published import Published, is_run_id, published

log = logging.getLogger("breakeven.inference")
LOOK_SECONDS = 0.5
"""How often the files are looked at; a request for a name that is not known yet looks at once."""
RETRY_SECONDS = 30.0
"""How soon a change that could not be taken up is tried again."""
GOLDEN = (5**0.5 - 1) / 2


@dataclass(frozen=True)
class Answering:
    """One endpoint as it answers now."""

    endpoint: Endpoint
    """What it answers by."""
    written: Endpoint
    """What its file says: newer than `endpoint` while there is a `problem`."""
    models: Mapping[str, ServedModel]
    """Those that get traffic, by version."""
    stamp: Stamp
    problem: Message | None = None
    """Why the newest change could not be taken up."""
    tried: float = 0.0
    """When that was, by the monotonic clock."""
    _count: count[int] = field(default_factory=count)

    @property
    def name(self) -> str:
        return self.endpoint.name

    @property
    def numbers(self) -> tuple[str, ...]:
        """The versions that answer when they are named."""
        return tuple(v.number for v in self.endpoint.versions if self.endpoint.state(v.number) != "retired")

    def is_due(self, *, again: bool) -> bool:
        """Return whether to try again what failed, or what was let go of, although the file is the same."""
        if self.problem is not None:
            return again or time.monotonic() - self.tried > RETRY_SECONDS
        return again and self.models.keys() != self.endpoint.split.keys()

    def choose(self, number: str = "", sticky: str = "") -> Version:
        """Return the version that answers.

        Raises NotFound when it, or the whole endpoint, is retired or not there; Failure when it never could be loaded.
        """
        found = self.endpoint
        if number:
            if found.state(found.version(number).number) == "retired":
                raise NotFound(
                    "Version {version} of {name} is retired; ask for another.", version=number, name=found.name
                )
            return found.version(number)
        if found.is_retired and self.problem is not None:
            raise Failure(self.problem)
        if found.is_retired:
            raise NotFound("Endpoint {name} is retired; promote a run to it to use it again.", name=found.name)
        place = (_place(found.name, sticky) if sticky else _place(found.name) + next(self._count) * GOLDEN) % 1 * 100
        for version in found.answering:
            place -= found.split[version.number]
            if place < 0:
                return version
        return found.answering[-1]


class Live:
    """Every endpoint of a workspace, as it answers now. Any thread may ask."""

    def __init__(self, settings: Settings, load: Callable[[Published], ServedModel]) -> None:
        self._settings = settings
        self._load = load
        self._answering: dict[str, Answering] = {}
        self._meant: dict[Version, Published] = {}
        self._changing = threading.RLock()
        self._done = threading.Event()

    def known(self, name: str) -> Answering | None:
        """Return an endpoint that was taken up already, or None."""
        return self._answering.get(name.lower())

    def find(self, name: str) -> Answering | None:
        """Return an endpoint, or None when there is none."""
        if (found := self.known(name)) is not None or not NAME.fullmatch(name) or is_run_id(name):
            return found
        return self._refresh(file_of(self._settings, name)) if file_of(self._settings, name).exists() else None

    def model(self, found: Answering, version: Version) -> ServedModel:
        """Return the model of a version, loading it when it gets no traffic. Raises NotFound or Failure."""
        return found.models.get(version.number) or self._opened(version)

    def refresh(self, name: str) -> None:
        """Take up what changed in an endpoint's file, trying again what failed.

        Raises NotFound or Failure with the reason when that cannot be; the endpoint answers as before then.
        """
        found = self._refresh(file_of(self._settings, name), again=True)
        if found is not None and found.problem is not None:
            raise Failure(found.problem)

    def refresh_all(self) -> None:
        """Take up what changed in any file. What cannot be is logged, and answers as before."""
        paths = {path.stem: path for path in self._settings.workspace.endpoints.glob("*.json")}
        for gone in self._answering.keys() - paths.keys():
            self._answering.pop(gone, None)
        for path in paths.values():
            self._refresh(path)

    def start(self) -> None:
        """Load what endpoints send traffic to, then keep up with the files until `close`, from a thread."""
        self.refresh_all()
        threading.Thread(target=self._watch, name="endpoints", daemon=True).start()

    def close(self) -> None:
        self._done.set()

    def forget(self, name: str) -> set[str]:
        """Let go of an endpoint's models, each loaded again when asked; return the runs they were of."""
        with self._changing:
            if (found := self._answering.get(name.lower())) is None:
                return set()
            self._answering[name.lower()] = replace(found, models={})
            return {v.run_id for v in found.endpoint.versions}

    def held(self) -> Iterator[tuple[str, Version, ServedModel]]:
        """Yield (endpoint, version, model) of every model that is kept because it gets traffic."""
        for found in list(self._answering.values()):
            for number, model in found.models.items():
                yield found.name, found.endpoint.version(number), model

    def all(self) -> list[Answering]:
        """Return every endpoint that answers or could not be taken up, by name."""
        return sorted(self._answering.values(), key=lambda found: found.name.lower())

    def _watch(self) -> None:
        while not self._done.wait(LOOK_SECONDS):
            try:
                self.refresh_all()
            except OSError as error:
                log.error("endpoints cannot be read", extra={"reason": str(error)})

    def _refresh(self, path: Path, *, again: bool = False) -> Answering | None:
        """Return the endpoint of a file, changed if the file was, with the problem if that could not be."""
        with self._changing:
            known = self._answering.get(path.stem)
            try:
                stamp = stamp_of(path)
            except FileNotFoundError:
                return self._answering.pop(path.stem, None) and None
            if known is not None and known.stamp == stamp and not known.is_due(again=again):
                return known
            written = known.written if known is not None else Endpoint(path.stem)
            try:
                written = read_endpoint(path)
                found = self._taken_up(written, stamp, known)
            except BreakevenError as error:
                log.error("endpoint not taken up", extra={"endpoint": path.stem, "reason": str(error)})
                old = known or Answering(replace(written, traffic=Traffic()), written, {}, stamp)
                found = replace(old, written=written, stamp=stamp, problem=error.message, tried=time.monotonic())
            self._answering[path.stem] = found
            return found

    def _taken_up(self, endpoint: Endpoint, stamp: Stamp, known: Answering | None) -> Answering:
        """Return an endpoint with its models loaded; one that starts anew may start with the traffic before."""
        try:
            found = Answering(endpoint, endpoint, self._models(endpoint), stamp)
        except BreakevenError as error:
            if known is not None or endpoint.before is None or not endpoint.before.split:
                raise
            older = replace(endpoint, traffic=endpoint.before)
            found = Answering(older, endpoint, self._models(older), stamp, error.message, time.monotonic())
        log.info("endpoint taken up", extra={"endpoint": endpoint.name, "split": dict(found.endpoint.split)})
        return found

    def _models(self, endpoint: Endpoint) -> dict[str, ServedModel]:
        return {version.number: self._opened(version) for version in endpoint.answering}

    def _opened(self, version: Version) -> ServedModel:
        if (found := self._meant.get(version)) is None:
            found = published(self._settings.workspace.runs, version.run_id, version.precision)
            self._meant[version] = found
        return self._load(found)


def _place(*words: str) -> float:
    """Return a number from 0 up to 1 that follows from the words."""
    return int.from_bytes(hashlib.sha256("\n".join(words).encode()).digest()[:8], "big") / 2**64
