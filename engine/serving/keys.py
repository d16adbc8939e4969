"""API keys: who may ask the inference service, and how often. `workspace/keys.json` holds everything but the keys.

A key is 256 random bits, so its SHA-256 is kept and nothing slower: a slow hash protects secrets that can be guessed,
and nobody guesses one of 2**256 (https://cheatsheetseries.owasp.org/cheatsheets/Cryptographic_Storage_Cheat_Sheet.html
keeps slow hashes for passwords). It is shown once, when it is made.

Keys are asked for as soon as somebody was given one, and always where the service is bound to anything but this
machine (`required`). They stay asked for when the last one is revoked: revoking never opens a service. The dashboard
and the commands have a key of their own, in a file that only its owner can read.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from engine.config import Settings
from engine.errors import BadInput, NotFound
from engine.files import read_json, utc_now, write_json, written_aside

PREFIX = "bk_"
"""What every key begins with, so that one that leaked into a log or a repository is found."""
RANDOM_BYTES = 32
NAME = re.compile(r"[\w][\w .@-]{0,63}")
OWN = "dashboard"
"""The name of the key of the dashboard and the commands."""
MOST_PER_MINUTE = 1_000_000


@dataclass(frozen=True)
class Key:
    """What is known of one key."""

    name: str
    sha256: str
    """Of the key as it is sent; 64 hex digits."""
    per_minute: int
    """The most requests a minute; 0 means any number."""
    created_at: str
    """UTC, ISO 8601."""
    by: str
    revoked_at: str = ""
    """Empty while it is good."""

    @property
    def is_good(self) -> bool:
        return not self.revoked_at

    @property
    def is_own(self) -> bool:
        """Whether it is the dashboard's own, which was given to nobody."""
        return self.name == OWN


def keys(settings: Settings) -> list[Key]:
    """Return every key that was given to somebody, revoked ones too, oldest first. Raises BadInput for a damaged file.

    When each was last used stands in the usage: `engine.analytics.served.last_used`.
    """
    return [key for key in read_keys(file_of(settings)) if not key.is_own]


def add_key(settings: Settings, name: str, *, per_minute: int = 0, by: str) -> tuple[Key, str]:
    """Make a key called `name` and return it with the secret, which is kept nowhere and cannot be shown again.

    From the first key on every request needs one; the dashboard gets its own. Raises BadInput for a name that cannot
    be or is taken, or a limit that cannot be.
    """
    if not NAME.fullmatch(name) or name == OWN:
        raise BadInput(
            "{name} cannot be the name of a key; use up to 64 letters, digits, spaces and . _ @ -, and not {own}.",
            name=name[:80] or "''",
            own=OWN,
        )
    if not 0 <= per_minute <= MOST_PER_MINUTE:
        raise BadInput(
            "The limit is {value} requests a minute; give 1 to {most}, or 0 for none.",
            value=per_minute,
            most=MOST_PER_MINUTE,
        )
    with _changing(settings) as known:
        if any(key.name == name and key.is_good for key in known):
            raise BadInput("There is a key {name} already; revoke it first or choose another name.", name=name)
        key, secret = _made(name, per_minute, by)
        _write(settings, [*known, key])
    own_key(settings)
    return key, secret


def revoke_key(settings: Settings, name: str) -> Key:
    """Make a key worthless from now on and return it. Raises NotFound naming the good ones."""
    with _changing(settings) as known:
        found = next((key for key in known if key.name == name and key.is_good and not key.is_own), None)
        if found is None:
            good = ", ".join(key.name for key in known if key.is_good and not key.is_own) or "none"
            raise NotFound("There is no key {name} to revoke; there are: {choices}.", name=name[:64], choices=good)
        revoked = replace(found, revoked_at=utc_now())
        _write(settings, [revoked if key is found else key for key in known])
    return revoked


def required(settings: Settings) -> bool:
    """Return whether a request needs a key: once anybody was given one, or beyond this machine."""
    return not is_local(settings.host) or bool(keys(settings))


def prepare(settings: Settings) -> bool:
    """Make the dashboard its key when keys are asked for, before the service starts; return whether they are."""
    if needed := required(settings):
        own_key(settings)
    return needed


def is_local(host: str) -> bool:
    """Return whether only this machine reaches a service that is bound to `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def own_key(settings: Settings) -> str:
    """Return the dashboard's own key, made when it is missing or not good any more."""
    path = own_file(settings)
    with _changing(settings) as known:
        secret = read_own_key(settings)
        if any(key.is_own and key.is_good and key.sha256 == hashed(secret) for key in known):
            return secret
        key, secret = _made(OWN, 0, OWN)
        with written_aside(path) as aside:
            os.close(os.open(aside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
            aside.write_text(secret, "utf-8")
        _write(settings, [*(k for k in known if not k.is_own), key])
    return secret


def read_own_key(settings: Settings) -> str:
    """Return the dashboard's own key, or "" when it has none: then the service asks for none either."""
    path = own_file(settings)
    return path.read_text("utf-8").strip() if path.is_file() else ""


def own_file(settings: Settings) -> Path:
    return settings.workspace.home / "dashboard.key"


def file_of(settings: Settings) -> Path:
    return settings.workspace.home / "keys.json"


def hashed(secret: str) -> str:
    """Return the SHA-256 of a key as 64 hex digits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def read_keys(path: Path) -> list[Key]:
    """Return every key in a file, the dashboard's too. Raises BadInput when it is damaged or of a newer program."""
    if not path.is_file():
        return []
    data: Mapping[str, Any] = read_json(path)
    try:
        return [Key(**key) for key in data["keys"]]
    except (KeyError, TypeError) as error:
        raise BadInput("{path} is damaged: it holds no keys. Restore it or delete it.", path=path.name) from error


def _made(name: str, per_minute: int, by: str) -> tuple[Key, str]:
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    return Key(name, hashed(secret), per_minute, utc_now(), by), secret


@contextmanager
def _changing(settings: Settings) -> Iterator[list[Key]]:
    """Hold the file for a change and yield what it holds."""
    settings.workspace.home.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.workspace.home / "keys.lock"):
        yield read_keys(file_of(settings))


def _write(settings: Settings, known: list[Key]) -> None:
    write_json(file_of(settings), {"schema_version": 1, "keys": [asdict(key) for key in known]})
