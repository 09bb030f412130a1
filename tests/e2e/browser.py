"""A real headless browser, driven over its DevTools protocol: Debian's Chromium, no library beside aiohttp."""

import asyncio
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
    "about:blank",
)
PATIENCE_SECONDS = 60.0


class Browser:
    """One page. `requested` are the URLs it asked for, `complaints` what stands in its console."""

    def __init__(self, loop: asyncio.AbstractEventLoop, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.requested: list[str] = []
        self.complaints: list[str] = []
        self._loaded = 0
        self._loop = loop
        self._socket = socket
        self._number = 0
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.command(f"{domain}.enable")

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401
        """Send a DevTools command, and wait for its result."""
        self._number += 1
        number = self._number
        self._loop.run_until_complete(
            self._socket.send_str(json.dumps({"id": number, "method": method, "params": parameters}))
        )
        while True:
            message = self._next()
            if message.get("id") == number:
                assert "error" not in message, message
                result: dict[str, Any] = message["result"]
                return result

    def _next(self) -> dict[str, Any]:
        message: dict[str, Any] = self._loop.run_until_complete(self._socket.receive_json(timeout=PATIENCE_SECONDS))
        event, parameters = message.get("method"), message.get("params", {})
        if event == "Network.requestWillBeSent":
            self.requested.append(parameters["request"]["url"])
        elif event == "Log.entryAdded":
            self.complaints.append(parameters["entry"]["text"])
        elif event == "Page.loadEventFired":
            self._loaded += 1
        return message

    def open(self, url: str) -> None:
        """Go to `url`, and wait until it is loaded."""
        before = self._loaded
        self.command("Page.navigate", url=url)
        self.wait_loaded(before + 1)

    def wait_loaded(self, times: int) -> None:
        """Wait until pages were loaded so many times in all."""
        while self._loaded < times:
            self._next()

    @property
    def loaded(self) -> int:
        """How many times pages were loaded."""
        return self._loaded

    def see(self, width: int, height: int = 900, scheme: str = "light") -> None:
        """Be a window of this size, in the `scheme` light or dark."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def ask(self, expression: str) -> Any:  # noqa: ANN401
        """The value of a JavaScript expression in the page."""
        result = self.command("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser with an empty profile in `folder`; ended at the end."""
    assert CHROMIUM
    command = [CHROMIUM, *_FLAGS, f"--user-data-dir={folder}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    loop = asyncio.new_event_loop()
    try:
        session, socket = loop.run_until_complete(_connect(_port(folder, process)))
        yield Browser(loop, socket)
        loop.run_until_complete(session.close())
    finally:
        process.kill()
        process.wait(10)
        loop.close()


def _port(folder: Path, process: "subprocess.Popen[bytes]") -> int:
    """The DevTools port, from the file that Chromium writes."""
    file = folder / "DevToolsActivePort"
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (file.exists() and file.read_text().count("\n")):
        assert process.poll() is None, "chromium ended"
        assert time.monotonic() < give_up, "chromium opens no DevTools port"
        time.sleep(0.05)
    return int(file.read_text().splitlines()[0])


async def _connect(port: int) -> tuple[aiohttp.ClientSession, aiohttp.ClientWebSocketResponse]:
    session = aiohttp.ClientSession()
    async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
        [page] = [one for one in await answer.json() if one["type"] == "page"]
    return session, await session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0)
