"""Backbones from a model hub: only safetensors, only the files needed, no statistics sent."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from engine.config import Settings
from engine.errors import BadInput, Failure

FILES = (
    "config.json",
    "tokenizer.json",
    "preprocessor_config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "model.safetensors",
    "README.md",
)
"""Weights in any other format can run code when they are read, so they are never fetched."""
TIMEOUT_S = 20.0


def fetch(hub_id: str, settings: Settings) -> Path:
    """Return the folder in the workspace that holds `hub_id`, fetching it from `settings.hub_url` when it is not there.

    Raises BadInput when the hub has no such model or when it has no safetensors weights, or neither a fast tokenizer nor
    a preprocessor configuration, Failure
    when the hub cannot be reached or when it would have to be and the settings say offline.
    """
    folder = settings.workspace.models / hub_id.replace("/", "--")
    done = folder / ".complete"
    if done.exists():
        return folder
    if settings.offline:
        raise Failure(
            "{backbone} is not on this machine and the setting offline is on; turn it off, or choose a local folder.",
            backbone=hub_id,
        )
    _download(hub_id, folder, settings.hub_url)
    reader = "preprocessor_config.json" if (folder / "preprocessor_config.json").is_file() else "tokenizer.json"
    for needed in ("config.json", reader, "model.safetensors"):
        if not (folder / needed).is_file():
            raise BadInput(
                "{backbone} cannot be used: the hub has no {file} for it. Choose a model with safetensors weights, and "
                "a fast tokenizer or a preprocessor configuration.",
                backbone=hub_id,
                file=needed,
            )
    done.touch()
    return folder


def _download(hub_id: str, folder: Path, hub_url: str) -> None:
    os.environ.update(HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1", HF_HUB_DISABLE_XET="1")
    from httpx import HTTPError
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    # Set here too: the library may have been imported, and have read the environment, before.
    constants.HF_HUB_DISABLE_TELEMETRY = True
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    try:
        snapshot_download(
            hub_id,
            local_dir=folder,
            endpoint=hub_url.rstrip("/"),
            allow_patterns=list(FILES),
            etag_timeout=TIMEOUT_S,
            token=os.environ.get("HF_TOKEN") or False,
            max_workers=2,
        )
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise BadInput(
            "The hub {hub} has no model {backbone} that you may read; check the id, or choose a local folder.",
            hub=hub_url,
            backbone=hub_id,
        ) from error
    except (HfHubHTTPError, LocalEntryNotFoundError, HTTPError, OSError) as error:
        raise Failure(
            "{backbone} could not be fetched from {hub} ({error}); check the connection or choose a packaged backbone.",
            backbone=hub_id,
            hub=hub_url,
            error=type(error).__name__,
        ) from error
