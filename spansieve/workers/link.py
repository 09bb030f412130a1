"""Frames between an intake process and its parent, over a Unix socket: a kind, a header in JSON, and perhaps bytes."""

import contextlib
import json
import socket
import struct
import threading
from collections import deque
from enum import IntEnum
from typing import Any, NamedTuple

_HEAD = struct.Struct(">BII")
"""Kind, bytes of the header, bytes of the body."""
MAX_HEADER_BYTES = 64 * 1024 * 1024
_READ_BYTES = 256 * 1024


class Kind(IntEnum):
    """What a frame says, and to whom."""

    CONFIG = 1  # to the child: how to configure itself
    STOP = 2  # to the child: answer what is open, and end
    TELL = 3  # to the child: send COUNTERS now
    ANSWER = 4  # to the child: what became of a request
    FAMILY = 9  # to the child: resident bytes of the program's other processes
    READY = 5  # to the parent: it listens
    FAILED = 6  # to the parent: it can't start, or can't go on
    REQUEST = 7  # to the parent: a request whose stateless part is done
    COUNTERS = 8  # to the parent: what was counted since the last time


class Frame(NamedTuple):
    """One message."""

    kind: Kind
    header: Any
    body: bytes


class Broken(Exception):
    """The other side is gone, or does not speak as it should."""


def frame(kind: Kind, header: object, *bodies: bytes) -> list[bytes]:
    """A frame as the pieces to write."""
    text = json.dumps(header, separators=(",", ":")).encode()
    return [_HEAD.pack(kind, len(text), sum(map(len, bodies))) + text, *bodies]


class Link:
    """One side of the socket. One thread receives; any thread sends."""

    def __init__(self, connection: socket.socket) -> None:
        """Own `connection`."""
        self._socket = connection
        self._reader = connection.makefile("rb", buffering=_READ_BYTES)
        self._lock = threading.Lock()
        self._late: deque[memoryview] = deque()  # what `post` could not write at once

    def receive(self) -> Frame:
        """The next frame. Raises Broken."""
        kind, header, body = _HEAD.unpack(self._exactly(_HEAD.size))
        if header > MAX_HEADER_BYTES:
            raise Broken("a header is too long")
        try:
            said = json.loads(self._exactly(header))
            return Frame(Kind(kind), said, self._exactly(body) if body else b"")
        except ValueError:
            raise Broken("a frame can't be read") from None

    def _exactly(self, size: int) -> bytes:
        try:
            data: bytes = self._reader.read(size)
        except (OSError, ValueError):
            raise Broken("the connection broke") from None
        if len(data) < size:
            raise Broken("the other side is gone")
        return data

    def send(self, kind: Kind, header: object, *bodies: bytes) -> None:
        """Write a frame, and wait until the other side has room for it. Raises Broken."""
        pieces = frame(kind, header, *bodies)
        try:
            with self._lock:
                for piece in pieces:
                    self._socket.sendall(piece)
        except OSError:
            raise Broken("the other side is gone") from None

    def post(self, kind: Kind, header: object) -> None:
        """Write a small frame without ever waiting: what finds no room is written by a thread. Who uses `post` does
        not use `send` any more. A broken connection is found by who receives.
        """
        data = memoryview(b"".join(frame(kind, header)))
        with self._lock:
            if not self._late:
                data = data[self._write_now(data) :]
            if not data:
                return
            self._late.append(data)
            if len(self._late) == 1:
                threading.Thread(target=self._write_late, name="spansieve-link", daemon=True).start()

    def _write_now(self, data: memoryview) -> int:
        try:
            return self._socket.send(data, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return 0
        except OSError:
            return len(data)

    def _write_late(self) -> None:
        while True:
            with contextlib.suppress(OSError):  # the other side is gone, and with it whoever waited
                self._socket.sendall(self._late[0])
            with self._lock:
                self._late.popleft()
                if not self._late:
                    return

    def close(self) -> None:
        """Close the connection: who receives on either side wakes up."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.close()
        self._socket.close()
