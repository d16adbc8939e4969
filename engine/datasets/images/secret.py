"""The secret key of a workspace under which patients and identifiers become hashes that nobody else can retrace."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets

from engine.config import Settings
from engine.files import disk_failure

KEY_BYTES = 32


class Keyed:
    """Hashes under one key: the same value gives the same hash, and without the key nobody can try values out."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def digest(self, purpose: str, value: str) -> bytes:
        """Return HMAC-SHA-256 of `value`; `purpose` keeps hashes of different things apart."""
        return hmac.new(self._key, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()

    def patient(self, identifier: str) -> str:
        """Return the key of a patient: 16 hex digits."""
        return self.digest("patient", identifier.strip()).hex()[:16]

    def name(self, purpose: str, value: str) -> str:
        """Return six hex digits that tell places or machines apart without naming them."""
        return self.digest(purpose, value.strip().casefold()).hex()[:6]

    def uid(self, value: str) -> str:
        """Return the DICOM UID that stands for the UID `value`: 2.25 and a number of 128 bits (PS3.5, B.2)."""
        return f"2.25.{int.from_bytes(self.digest('uid', value.strip())[:16], 'big')}"


def workspace_key(settings: Settings) -> Keyed:
    """Return the key of the workspace, made the first time. It stands in a file of its owner alone (mode 600).

    It is part of no data set, run or export. Raises Failure when the disk is full.
    """
    path = settings.workspace.home / "keys" / "patients.key"
    try:
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        if not path.exists():
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
                os.fsync(file.fileno())
            try:
                os.link(aside, path)  # whoever comes second keeps the first one's key
            except FileExistsError:
                pass
            finally:
                aside.unlink()
        return Keyed(path.read_bytes())
    except OSError as error:
        raise disk_failure(error, path) from error
