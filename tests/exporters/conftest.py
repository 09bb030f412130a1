"""What tests of several exporters need: an authority with certificates, and a host on a real loop."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from spansieve.testing import LoopHost


@pytest.fixture(scope="session")
def certificates() -> Path:
    """A folder with ca.pem, server.pem, server.key, client.pem, client.key; the server is `localhost`."""
    return Path(__file__).parent.parent / "fixtures" / "certs"


@pytest.fixture
def loop_host() -> Iterator[LoopHost]:
    host = LoopHost()
    yield host
    host.close()
