"""Which workspace a running inference process serves."""

from __future__ import annotations

from engine.config import Settings
from engine.files import sha256_json


def workspace_id(settings: Settings) -> str:
    """Return what tells this workspace from others without naming its path."""
    return sha256_json({"home": str(settings.workspace.home)})[:16]
