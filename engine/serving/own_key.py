"""The dashboard's and the commands' own key on every request they send, read from the workspace."""

from __future__ import annotations

from collections.abc import Generator

import httpx

from engine.config import Settings
from engine.serving.keys import read_own_key


class OwnKey(httpx.Auth):
    """Sends the key where there is one; a service that refuses it is asked again with the one in the file now."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._secret = read_own_key(settings)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        answer = yield self._signed(request)
        if answer.status_code == 401 and (now := read_own_key(self._settings)) != self._secret:
            self._secret = now
            yield self._signed(request)

    def _signed(self, request: httpx.Request) -> httpx.Request:
        if self._secret:
            request.headers["Authorization"] = f"Bearer {self._secret}"
        return request
