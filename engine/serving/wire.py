"""What uvicorn reads from a connection, held to bounds, and its own refusal in the form of all others."""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 << 10
"""The request line and all headers together."""
REFUSAL = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s"
)


class Wire(HttpToolsProtocol):
    """One connection."""

    _head_bytes = 0
    _in_head = True

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        self._head_bytes = self._head_bytes + len(data) if self._in_head else 0
        super().data_received(data)
        if self._in_head and self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The headers are longer than 64 KiB.")

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._head_bytes, self._in_head = 0, True

    def send_400_response(self, msg: str) -> None:
        body = b'{"error": "%s"}' % msg.replace("Invalid HTTP request received.", "This is no HTTP request.").encode()
        self.transport.write(REFUSAL % (len(body), body))
        self.transport.close()
