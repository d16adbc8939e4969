"""A Triton model repository of an endpoint with all its versions, or of a run, as a ZIP that is streamed.

    <name>/config.pbtxt, labels.txt              https://docs.nvidia.com/deeplearning/triton-inference-server/
    <name>/<version>/model.onnx                  user-guide/docs/user_guide/model_repository.html
    <name>/assets/README.md                      how to encode what people give
    <name>/assets/<version>/…                    vocabulary, labels, temperature

Triton wants all versions of a model to take and give the same tensors. Those of an endpoint that do not, as a bag of
words beside sub-word tokens, become models of their own, `<name>-<version>`.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.config import Settings
from engine.errors import NotFound
from engine.serving.asking import answering_run
from engine.serving.endpoints import endpoint, file_of
from engine.serving.published import SERVED, Published, check_hashes, published
from engine.serving.triton_readme import readme
from engine.tasks.encoder import read_task

DELAY_US = 500
"""How long Triton may hold a request to batch it with others; a small model takes longer than that to answer."""
CHUNK_BYTES = 1 << 20
MADE_FOR_PROCESSORS = {"int8"}
BATCHING = "dynamic_batching {"
OLDEST = (1980, 1, 1, 0, 0, 0)
"""The time of every entry, so that the same models make the same ZIP."""


@dataclass(frozen=True)
class TritonModel:
    """One folder of the repository: versions that take and give the same tensors."""

    name: str
    versions: Mapping[str, Published]

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes in the order of the logits, where all versions have the same; else none."""
        found = {tuple(read_task(model.folder).get("labels", ())) for model in self.versions.values()}
        return found.pop() if len(found) == 1 else ()

    def config(self) -> str:
        """Return the model's `config.pbtxt`."""
        body = _tensors(next(iter(self.versions.values())))
        if self.labels:
            body = body.replace('{ name: "logits" ', '{ name: "logits" label_filename: "labels.txt" ', 1)
        made_for_processors = any(m.precision in MADE_FOR_PROCESSORS for m in self.versions.values())
        kind = "KIND_CPU" if made_for_processors else "KIND_AUTO"
        return (
            f'name: "{self.name}"\n{body}version_policy: {{ all {{ }} }}\n'
            f"instance_group [\n  {{ count: 1 kind: {kind} }}\n]\n"
            f"dynamic_batching {{ max_queue_delay_microseconds: {DELAY_US} }}\n"
        )

    def entries(self) -> Iterator[tuple[str, bytes | Path]]:
        """Yield each path in the repository with its content, or the file that has it."""
        yield f"{self.name}/config.pbtxt", self.config().encode()
        if self.labels:
            yield f"{self.name}/labels.txt", "".join(f"{label}\n" for label in self.labels).encode()
        tasks = {number: read_task(model.folder) for number, model in self.versions.items()}
        yield f"{self.name}/assets/README.md", readme(self.name, tasks).encode()
        for number, model in self.versions.items():
            yield f"{self.name}/{number}/model.onnx", model.folder / "1" / "model.onnx"
            assets = f"{self.name}/assets/{number}"
            for path in sorted(p for p in model.folder.iterdir() if p.is_file() and p.suffix != ".pbtxt"):
                yield f"{assets}/{path.name}", path
            source = {"run": model.run.run_id, "precision": model.precision}
            yield f"{assets}/source.json", (json.dumps(source, indent=1) + "\n").encode()


def repository(settings: Settings, name: str) -> list[TritonModel]:
    """Return the models of an endpoint, versions that are retired left out, or of a run's id in its served precision.

    Raises NotFound when there is none, Failure when a file is not what was published.
    """
    found = _versions(settings, name)
    for model in found.values():
        check_hashes(model)
    groups: dict[str, dict[str, Published]] = {}
    for number, model in found.items():
        groups.setdefault(_tensors(model), {})[number] = model
    names = [name, *(f"{name}-{next(iter(group))}" for group in list(groups.values())[1:])]
    return [TritonModel(n, group) for n, group in zip(names, groups.values(), strict=True)]


def zipped(models: Sequence[TritonModel]) -> Iterator[bytes]:
    """Yield the repository as a ZIP, piece by piece: a large model is never in memory as a whole."""
    out = _Pieces()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for model in models:
            for path, content in model.entries():
                yield from _entry(archive, out, path, content)
    yield out.taken()


def _entry(archive: zipfile.ZipFile, out: _Pieces, path: str, content: bytes | Path) -> Iterator[bytes]:
    with (
        archive.open(zipfile.ZipInfo(path, OLDEST), "w", force_zip64=isinstance(content, Path)) as entry,
        io.BytesIO(content) if isinstance(content, bytes) else content.open("rb") as source,
    ):
        while piece := source.read(CHUNK_BYTES):
            entry.write(piece)
            yield out.taken()


class _Pieces(io.RawIOBase):
    """A file that cannot be sought in and gives what was written to it back, once."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._written += data
        return len(data)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        piece = bytes(self._written)
        self._written.clear()
        return piece


def _versions(settings: Settings, name: str) -> dict[str, Published]:
    """Return the models by version; the one with the largest share of the traffic comes first."""
    if not file_of(settings, name).exists():
        return {SERVED: answering_run(settings, name)}
    found = endpoint(settings, name)
    there = [v for v in found.versions if found.state(v.number) != "retired"]
    if not there:
        raise NotFound("Endpoint {name} is retired; promote a run to it to use it again.", name=found.name)
    there.sort(key=lambda v: -found.split.get(v.number, 0))
    return {v.number: published(settings.workspace.runs, v.run_id, v.precision) for v in there}


def _tensors(model: Published) -> str:
    """Return what the published config.pbtxt says of backend, batch, inputs and outputs."""
    text = (model.folder / "config.pbtxt").read_text("utf-8")
    _name, _, rest = text.partition("\n")
    return rest.partition(BATCHING)[0]
