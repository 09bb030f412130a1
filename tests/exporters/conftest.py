"""What tests of several exporters need: an authority with certificates, and a host on a real loop."""

import shutil
import subprocess
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from spansieve.net import Loop
from spansieve.testing import FakeHost

ResultT = TypeVar("ResultT")

_EXTENSIONS = """
[server]
subjectAltName = DNS:localhost, IP:127.0.0.1
[client]
extendedKeyUsage = clientAuth
"""


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ca.pem, server.pem, server.key, client.pem, client.key; the server is `localhost`."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed, so no certificates can be made")
    folder = tmp_path_factory.mktemp("certificates")
    (folder / "extensions.cnf").write_text(_EXTENSIONS)
    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-batch"]

    def run(*arguments: str) -> None:
        subprocess.run([openssl, *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S603

    run("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority", "-days", "2")
    for name in ("server", "client"):
        run("req", *new_key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        signing = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"]
        extensions = ["-extfile", "extensions.cnf", "-extensions", name]
        run("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *signing, *extensions)
    return folder


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
