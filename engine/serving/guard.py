"""Who may ask, and how often: ASGI middleware before every route. Health and documentation are open to all."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.config import Settings
from engine.errors import BadInput
from engine.files import Stamp, stamp_of
from engine.messages import Message
from engine.serving.asked import current
from engine.serving.http import in_words
from engine.serving.keys import Key, file_of, hashed, is_local, read_keys

log = logging.getLogger("breakeven.inference")
LOOK_SECONDS = 0.2
"""How long what the file of keys said is taken to hold; for a key that is not known it is read at once."""
OPEN = frozenset({"/v2/health/live", "/v2/health/ready", "/docs", "/openapi.json"})
"""What answers without a key: whether the service is up, and how it is asked; nothing of what it holds."""


class Bucket:
    """A token bucket: `per_minute` requests at once, and as many a minute after that."""

    def __init__(self, per_minute: int, now: float) -> None:
        self._capacity = float(per_minute)
        self._tokens = self._capacity
        self._at = now

    def take(self, now: float) -> float:
        """Take one token; return 0, or how many seconds to wait for one when there is none."""
        rate = self._capacity / 60
        self._tokens = min(self._capacity, self._tokens + (now - self._at) * rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / rate


class Guard:
    """Asks for a key where one is required, counts its requests, and notes its name for the meter."""

    def __init__(self, app: ASGIApp, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._file = file_of(settings)
        self._elsewhere = not is_local(settings.host)
        self._clock = clock
        self._stamp: Stamp | None = None
        self._keys: dict[str, Key] = {}
        self._buckets: dict[str, Bucket] = {}
        self._required = self._elsewhere
        self._problem: Message | None = None
        self._next_look = -math.inf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN:
            await self._app(scope, receive, send)
            return
        refused = self._refusal(Headers(scope=scope).get("authorization", ""))
        await (refused or self._app)(scope, receive, send)

    def _refusal(self, authorization: str) -> JSONResponse | None:
        """Return the answer to a request that may not pass, or None."""
        scheme, _, secret = authorization.partition(" ")
        sent = hashed(secret.strip()) if scheme.lower() == "bearer" else ""
        if (now := self._clock()) >= self._next_look or (sent and sent not in self._keys):
            self._next_look = now + LOOK_SECONDS
            self._look()
        key = self._keys.get(sent)
        if key is not None:
            current().key = key.name
            return self._slowed(key)
        if not self._required:
            return None
        if self._problem is not None:
            return in_words(self._problem, 503)
        sentence = Message(
            "This service asks for an API key; send the header Authorization: Bearer <key>. `python -m engine keys add "
            "NAME` makes one."
        )
        if authorization:
            sentence = Message("This API key is not good: it is unknown, or was revoked. Ask for another one.")
        return in_words(sentence, 401, {"www-authenticate": "Bearer"})

    def _slowed(self, key: Key) -> JSONResponse | None:
        if not key.per_minute:
            return None
        now = self._clock()
        bucket = self._buckets.setdefault(key.sha256, Bucket(key.per_minute, now))
        if not (wait := bucket.take(now)):
            return None
        seconds = math.ceil(wait)
        sentence = Message(
            "Key {name} may ask {most} times a minute; ask again in {seconds} s.",
            name=key.name,
            most=key.per_minute,
            seconds=seconds,
        )
        return in_words(sentence, 429, {"retry-after": str(seconds)})

    def _look(self) -> None:
        """Read the keys when their file has changed. One that cannot be read lets nobody in who was not before."""
        try:
            stamp = stamp_of(self._file)
        except FileNotFoundError:
            stamp = None
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            known = read_keys(self._file)
        except (BadInput, OSError) as error:
            log.error("keys cannot be read", extra={"reason": str(error)})
            self._problem = error.message if isinstance(error, BadInput) else Message("The keys cannot be read.")
            self._required = True
            return
        self._problem = None
        self._keys = {key.sha256: key for key in known if key.is_good}
        self._required = self._elsewhere or any(not key.is_own for key in known)
