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
from engine.models.backbones import BACKBONES, MINILM, Backbone
from engine.models.hub import fetch

WEIGHTS = "model.safetensors"
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class LocalBackbone:
    """A backbone that is on this machine: `folder` has config.json, tokenizer.json and model.safetensors."""

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
    if id_or_path in BACKBONES:
        return _from_catalog(BACKBONES[id_or_path], settings)
    folder = Path(id_or_path).expanduser()
    if id_or_path and folder.is_dir():
        return _local(str(folder.resolve()), folder.resolve())
    if HUB_ID.fullmatch(id_or_path) and not id_or_path.startswith("."):
        known = next((b for b in BACKBONES.values() if b.hub_id == id_or_path), None)
        return _from_catalog(known, settings) if known else _local(id_or_path, fetch(id_or_path, settings))
    raise BadInput(
        "There is no backbone {backbone}; choose one of {choices}, a folder with model.safetensors, config.json and "
        "tokenizer.json, or a hub id such as {example}.",
        backbone=id_or_path,
        choices=", ".join(BACKBONES),
        example=MINILM.hub_id,
    )


def packaged_folder(package: str) -> Path | None:
    """Return the folder within an installed package that holds the weights, or None. The package is not imported."""
    spec = find_spec(package)
    for root in (spec.submodule_search_locations or ()) if spec else ():
        if found := sorted(Path(root).rglob(WEIGHTS)):
            return found[0].parent
    return None


def _from_catalog(backbone: Backbone, settings: Settings) -> LocalBackbone:
    folder = next((f for p in backbone.packages if (f := packaged_folder(p))), None)
    return _local(backbone.id, folder or fetch(backbone.hub_id, settings), backbone)


def _local(name: str, folder: Path, known: Backbone | None = None) -> LocalBackbone:
    """Return the description of what is in `folder`, its hash compared with the pinned one."""
    for needed in ("config.json", "tokenizer.json", WEIGHTS):
        if not (folder / needed).is_file():
            raise BadInput(
                "{folder} is no backbone: {file} is missing. Choose a folder with config.json, tokenizer.json and "
                "model.safetensors.",
                folder=str(folder),
                file=needed,
            )
    config, sha256 = read_json(folder / "config.json"), sha256_file(folder / WEIGHTS)
    if known and known.sha256 and sha256 != known.sha256:
        raise Failure(
            "The weights of {backbone} in {folder} have the hash {found}; {expected} is expected. Install the package "
            "again or delete the folder.",
            backbone=name,
            folder=str(folder),
            found=sha256[:12],
            expected=known.sha256[:12],
        )
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
