"""What tests of several exporters need: an authority with certificates, and a host on a real loop."""

from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from spansieve.net import Loop
from spansieve.testing import FakeHost

ResultT = TypeVar("ResultT")


@pytest.fixture(scope="session")
def certificates() -> Path:
    """A folder with ca.pem, server.pem, server.key, client.pem, client.key; the server is `localhost`."""
    return Path(__file__).parent.parent / "fixtures" / "certs"


class LoopHost(FakeHost):
    """A host with the loop that the program has, on a thread of its own."""

    def __init__(self) -> None:
        """Start the loop."""
        super().__init__()
        self.loop = Loop()

    def run(self, work: Awaitable[ResultT], timeout: float | None = None) -> ResultT:
        """Run `work` on the loop."""
        return self.loop.run(work, timeout)


@pytest.fixture
def loop_host() -> Iterator[LoopHost]:
    host = LoopHost()
    yield host
    host.loop.close()
