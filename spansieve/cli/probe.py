"""Who listens at an endpoint: nobody, an HTTP server, a gRPC server, or something else."""

import socket
from typing import Literal

Listener = Literal["nobody", "http", "grpc", "other"]

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
"""How an HTTP/2 client begins, with empty SETTINGS. Source: RFC 9113, sections 3.4 and 6.5."""
_SETTINGS = 4
_FRAME_HEADER_BYTES = 9
_PATIENCE_SECONDS = 2.0


def listener(peer: str) -> Listener:
    """Who listens at `peer`, `host:port`. Greeted as by an HTTP/2 client, a gRPC server answers with a SETTINGS frame;
    asked with HEAD, a server of HTTP/1.1 answers with a status line. What asks for TLS is `other`.
    """
    try:
        answer = _answer(peer, PREFACE)
        if len(answer) == _FRAME_HEADER_BYTES and answer[3] == _SETTINGS:
            return "grpc"
        asked = f"HEAD / HTTP/1.1\r\nHost: {peer}\r\nConnection: close\r\n\r\n"
        return "http" if _answer(peer, asked.encode()).startswith(b"HTTP/1") else "other"
    except OSError:
        return "nobody"


def _answer(peer: str, greeting: bytes) -> bytes:
    """The first bytes that `peer` answers to `greeting`. Raises OSError when nobody listens."""
    host, _, port = peer.rpartition(":")
    answer = b""
    with socket.create_connection((host.strip("[]"), int(port)), _PATIENCE_SECONDS) as connection:
        try:
            connection.sendall(greeting)
            while len(answer) < _FRAME_HEADER_BYTES and (more := connection.recv(_FRAME_HEADER_BYTES - len(answer))):
                answer += more
        except OSError:  # it hung up, or says nothing
            pass
    return answer
