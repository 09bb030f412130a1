"""A TCP relay in front of a real server, which breaks in the ways that networks and what stands between break."""

import asyncio
import random
import socket
import struct
from collections.abc import Awaitable, Callable

from spansieve.net import Loop

from . import frames

LINGER_NONE = struct.pack("ii", 1, 0)
"""SO_LINGER on, 0 s: closing sends RST instead of FIN (socket(7))."""
CUT_BYTES = 20, 400
"""Of the server's answers, what comes through before `cut` resets the connection."""
TRICKLE_BYTES = 4096
TRICKLE_SECONDS = 0.005

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter


class Wire:
    """Listens on `port`, one for its life, and hands connections on to the server on `behind` or does them harm."""

    def __init__(self, behind: int, loop: Loop, choice: random.Random) -> None:
        """Up from the beginning."""
        self.behind = behind
        self.choice = choice
        self._loop = loop
        self._mode = "up"
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None] | None, Writer] = {}
        self.port = 0
        self.turn("up")

    def turn(self, mode: str) -> None:
        """From now on be `up`, `down` or one of HARMS; connections of before are reset."""
        self._loop.run(self._turn(mode), 10)

    def close(self) -> None:
        """Listen no more."""
        self.turn("down")

    async def _turn(self, mode: str) -> None:
        if mode == self._mode and self._server is not None:
            return
        self._mode = mode
        if mode == "down" and self._server is not None:
            self._server.close()
            self._server = None
        for task, writer in list(self._open.items()):
            reset(writer)
            if task is not None:
                task.cancel()
        if mode != "down" and self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=1 << 16)
            self.port = int(self._server.sockets[0].getsockname()[1])

    async def _serve(self, reader: Reader, writer: Writer) -> None:
        self._open[asyncio.current_task()] = writer
        try:
            await HARMS.get(self._mode, relay)(reader, writer, self)
        except (OSError, EOFError, asyncio.CancelledError):  # cancelled by `turn`, or at the loop's end
            pass
        finally:
            del self._open[asyncio.current_task()]
            writer.close()


def reset(writer: Writer) -> None:
    """Close with RST."""
    own = writer.get_extra_info("socket")
    if own is not None and own.fileno() >= 0:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
    writer.transport.abort()


async def _copy(reader: Reader, writer: Writer) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()


async def _copy_to_nowhere(reader: Reader) -> None:
    while await reader.read(1 << 16):
        pass


async def _trickle(reader: Reader, writer: Writer) -> None:
    while data := await reader.read(TRICKLE_BYTES):
        writer.write(data)
        await writer.drain()
        await asyncio.sleep(TRICKLE_SECONDS)


async def _between(
    reader: Reader, writer: Writer, wire: Wire, there: Callable[[Reader, Writer], Awaitable[None]], back_bytes: int = 0
) -> None:
    """Relay to the server; `there` copies requests, and with `back_bytes` the answers end by a reset after so many."""
    server_reader, server_writer = await asyncio.open_connection("127.0.0.1", wire.behind)
    forward = asyncio.ensure_future(there(reader, server_writer))
    try:
        if back_bytes:
            writer.write(await server_reader.readexactly(back_bytes))
            await writer.drain()
            reset(writer)
        else:
            await _copy(server_reader, writer)
    finally:
        forward.cancel()
        server_writer.close()


async def relay(reader: Reader, writer: Writer, wire: Wire) -> None:
    """As if it were not there."""
    await _between(reader, writer, wire, _copy)


async def trickle(reader: Reader, writer: Writer, wire: Wire) -> None:
    """Reads slowly."""
    await _between(reader, writer, wire, _trickle)


async def cut(reader: Reader, writer: Writer, wire: Wire) -> None:
    """The connection breaks somewhere in the answers: the server has the request, and nobody knows."""
    await _between(reader, writer, wire, _copy, wire.choice.randint(*CUT_BYTES))


async def half_open(reader: Reader, writer: Writer, wire: Wire) -> None:
    """Accepts, and neither reads nor answers."""
    reader._transport.pause_reading()  # type: ignore[attr-defined]
    await asyncio.Event().wait()


async def mute(reader: Reader, writer: Writer, wire: Wire) -> None:
    """Takes everything and never answers."""
    await _copy_to_nowhere(reader)


async def reset_at_once(reader: Reader, writer: Writer, wire: Wire) -> None:
    """Resets at the first byte."""
    await reader.read(1)
    reset(writer)


async def noise(reader: Reader, writer: Writer, wire: Wire) -> None:
    """Answers with random bytes."""
    await reader.read(1)
    writer.write(wire.choice.randbytes(200))
    await writer.drain()


async def page(reader: Reader, writer: Writer, wire: Wire) -> None:
    """Answers 200 with a web page, as a proxy's sign-in does, whatever was asked."""
    await reader.read(1 << 16)
    writer.write(frames.PAGE)
    await writer.drain()
    await _copy_to_nowhere(reader)


async def _answer(reader: Reader, writer: Writer, over_grpc: Callable[[int], bytes], over_http: bytes) -> None:
    """Answer what is spoken on this connection with what no library would write."""
    asked = await reader.read(1 << 16)
    if asked.startswith(frames.PREFACE):
        await frames.answer(asked, reader, writer, over_grpc)
    else:
        writer.write(over_http)
        await writer.drain()


async def headers_only(reader: Reader, writer: Writer, wire: Wire) -> None:
    """Begins an answer and stops."""
    await _answer(reader, writer, frames.begun, frames.BEGUN)
    await _copy_to_nowhere(reader)


async def cut_short(reader: Reader, writer: Writer, wire: Wire) -> None:
    """Ends in the middle of an answer: over gRPC by RST_STREAM, as proxies do."""
    await _answer(reader, writer, frames.torn, frames.BEGUN)


async def broken_trailers(reader: Reader, writer: Writer, wire: Wire) -> None:
    """gRPC: the answer's trailers are not what they should be. HTTP: the chunks of the answer aren't."""
    await _answer(reader, writer, frames.nonsense, frames.BAD_CHUNK)


HARMS: dict[str, Callable[[Reader, Writer, Wire], Awaitable[None]]] = {
    "trickle": trickle,
    "cut": cut,
    "half_open": half_open,
    "mute": mute,
    "reset": reset_at_once,
    "noise": noise,
    "page": page,
    "headers_only": headers_only,
    "cut_short": cut_short,
    "broken_trailers": broken_trailers,
}
