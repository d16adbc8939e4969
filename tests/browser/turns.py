"""Whether the dashboard has answered what a visitor did, read from the messages between the browser and the server.

A page looks idle until the server says that its script runs, which on a busy machine is long after the click.
"""

from __future__ import annotations

import time

from google.protobuf.message import DecodeError
from playwright.sync_api import Page, WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ENDED: set[int] = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR}
ENDED_IN_PART: set[int] = ENDED | {ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
"""After which a click has become a message."""


class Turns:
    """The last thing that a page asked of the server, and whether a run of the script has answered it since."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._enough: set[int] = set()
        """How a run must end to be an answer; empty when nothing is open."""
        self._runs = False
        page.on("websocket", self._listen)

    def wait(self, patience_ms: int) -> None:
        """Wait until the last thing asked was answered; a fragment that is gone answers nobody, so not for ever."""
        self.page.evaluate(TWO_FRAMES)
        latest = time.monotonic() + patience_ms / 1000
        while self._enough and time.monotonic() < latest:
            self.page.wait_for_timeout(20)
        self._enough = set()

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    def _sent(self, frame: str | bytes) -> None:
        message = BackMsg()
        if not _read(message, frame) or not message.HasField("rerun_script") or message.rerun_script.is_auto_rerun:
            return
        self._enough = ENDED_IN_PART if message.rerun_script.fragment_id else ENDED
        self._runs = False

    def _received(self, frame: str | bytes) -> None:
        message = ForwardMsg()
        if not self._enough or not _read(message, frame):
            return
        if message.HasField("new_session"):
            self._runs = True
        elif self._runs and message.HasField("script_finished") and message.script_finished in self._enough:
            self._enough = set()


def _read(message: BackMsg | ForwardMsg, frame: str | bytes) -> bool:
    try:
        return isinstance(frame, bytes) and bool(message.ParseFromString(frame))
    except DecodeError:
        return False
