"""How a backbone that is named by id, folder or hub id becomes a folder on this machine, its hash checked."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from engine.config import Settings
from engine.errors import BadInput, Failure
from engine.files import read_json, sha256_file
from engine.models.backbones import BACKBONES, IMAGE_BACKBONES, MINILM, Backbone
from engine.models.hub import fetch

WEIGHTS = "model.safetensors"
KNOWN = BACKBONES | IMAGE_BACKBONES
READERS = {"text": "tokenizer.json", "image": "preprocessor_config.json"}
"""Kind of backbone → the file that says how its inputs are read."""
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class LocalBackbone:
    """A backbone that is on this machine.

    `folder` has config.json, model.safetensors, and tokenizer.json (for texts) or preprocessor_config.json (for
    pictures); one of an `architecture` that this program builds itself has its weights alone.
    """

    id: str
    folder: Path
    licence: str
    commercial_use: bool | None
    parameters: int
    """Counted from the weights' header."""
    sha256: str
    """Of the weights as they are here."""
    pinned: bool
    """Whether the catalogue names that hash and it was compared."""
    layers: int
    hidden: int
    kind: str = "text"
    """What it reads: "text" or "image"."""
    architecture: str = ""
    """A network that this program builds itself; empty: transformers builds it."""
    file: str = WEIGHTS

    @property
    def weights(self) -> Path:
        """The file that holds the weights."""
        return self.folder / self.file

    @property
    def slug(self) -> str:
        """The id as a file name."""
        return re.sub(r"[^\w.-]+", "--", self.id.strip("/"))


def resolve(id_or_path: str, settings: Settings) -> LocalBackbone:
    """Return the backbone named by its id in the catalogue, by a folder, or by a hub id ("owner/name").

    A packaged one is found without importing its package; a hub id is fetched once into the workspace. Raises
    BadInput naming the choices when there is none, Failure when its weights are not the ones pinned or when the
    download fails.
    """
    if id_or_path in KNOWN:
        return _from_catalog(KNOWN[id_or_path], settings)
    folder = Path(id_or_path).expanduser()
    if id_or_path and folder.is_dir():
        return _local(str(folder.resolve()), folder.resolve())
    if HUB_ID.fullmatch(id_or_path) and not id_or_path.startswith("."):
        known = next((b for b in KNOWN.values() if b.hub_id == id_or_path), None)
        return _from_catalog(known, settings) if known else _local(id_or_path, fetch(id_or_path, settings))
    raise BadInput(
        "There is no backbone {backbone}; choose one of {choices}, a folder with model.safetensors, config.json and "
        "tokenizer.json or preprocessor_config.json, or a hub id such as {example}.",
        backbone=id_or_path,
        choices=", ".join(KNOWN),
        example=MINILM.hub_id,
    )


def packaged_folder(package: str, file: str = WEIGHTS) -> Path | None:
    """Return the folder within an installed package that holds the weights, or None. The package is not imported."""
    spec = find_spec(package)
    for root in (spec.submodule_search_locations or ()) if spec else ():
        if found := sorted(Path(root).rglob(file)):
            return found[0].parent
    return None


def _from_catalog(backbone: Backbone, settings: Settings) -> LocalBackbone:
    folder = next((f for p in backbone.packages if (f := packaged_folder(p, backbone.weights))), None)
    if folder is None and not backbone.hub_id:
        raise Failure(
            "{backbone} comes with the package {package}, which is not installed; install requirements.txt again.",
            backbone=backbone.title,
            package=backbone.packages[0],
        )
    return _local(backbone.id, folder or fetch(backbone.hub_id, settings), backbone)


def _local(name: str, folder: Path, known: Backbone | None = None) -> LocalBackbone:
    """Return the description of what is in `folder`, its hash compared with the pinned one."""
    if known and known.architecture:
        return _built_here(known, folder)
    kind = _kind(folder)
    config, sha256 = read_json(folder / "config.json"), sha256_file(folder / WEIGHTS)
    if known:
        _check_hash(known, folder, sha256)
    return LocalBackbone(
        id=name,
        folder=folder,
        licence=known.licence if known else "unknown",
        commercial_use=known.commercial_use if known else None,
        parameters=count_parameters(folder / WEIGHTS),
        sha256=sha256,
        pinned=bool(known and known.sha256),
        layers=int(config.get("num_hidden_layers", config.get("n_layers", 0)) or 0),
        hidden=int(config.get("hidden_size", config.get("dim", 0)) or 0),
        kind=kind,
    )


def _built_here(known: Backbone, folder: Path) -> LocalBackbone:
    """Return a network whose shape this program knows: its hash is pinned, so its facts are those of the catalogue."""
    sha256 = sha256_file(folder / known.weights)
    _check_hash(known, folder, sha256)
    return LocalBackbone(
        id=known.id,
        folder=folder,
        licence=known.licence,
        commercial_use=known.commercial_use,
        parameters=known.parameters,
        sha256=sha256,
        pinned=True,
        layers=0,
        hidden=0,
        kind="image",
        architecture=known.architecture,
        file=known.weights,
    )


def _kind(folder: Path) -> str:
    """Return whether the backbone in `folder` reads texts or pictures. Raises BadInput naming the file it lacks."""
    kind = "image" if (folder / READERS["image"]).is_file() and not (folder / READERS["text"]).is_file() else "text"
    for needed in ("config.json", READERS[kind], WEIGHTS):
        if not (folder / needed).is_file():
            raise BadInput(
                "{folder} is no backbone: {file} is missing. Choose a folder with config.json, model.safetensors, and "
                "tokenizer.json for texts or preprocessor_config.json for pictures.",
                folder=str(folder),
                file=needed,
            )
    return kind


def _check_hash(known: Backbone, folder: Path, found: str) -> None:
    if known.sha256 and found != known.sha256:
        raise Failure(
            "The weights of {backbone} in {folder} have the hash {found}; {expected} is expected. Install the package "
            "again or delete the folder.",
            backbone=known.id,
            folder=str(folder),
            found=found[:12],
            expected=known.sha256[:12],
        )


def count_parameters(weights: Path) -> int:
    """Return the number of floating-point values in a safetensors file, from its header alone.

    Raises BadInput when the file is damaged.
    """
    try:
        with weights.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            if size > min(100 << 20, weights.stat().st_size):
                raise ValueError("header longer than the file")
            header = json.loads(file.read(size))
        tensors = [t for k, t in header.items() if k != "__metadata__"]
        return sum(math.prod(t["shape"]) for t in tensors if t["dtype"].startswith(("F", "BF")))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            "{path} is not a safetensors file ({error}); fetch it again.", path=str(weights), error=str(error)
        ) from error


__all__ = ["BACKBONES", "Backbone", "LocalBackbone", "count_parameters", "packaged_folder", "resolve"]
