"""docs/write-a-plugin.md works as it is written: its files, its commands, in an environment of its own."""

import shlex
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from .pages import Page, environment_in

PAGE = Page("write-a-plugin.md")
PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader's folder, with the page's files."""
    made = tmp_path_factory.mktemp("acme")
    PAGE.write(made)
    return made


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The reader's virtual environment."""
    return environment_in(tmp_path_factory.mktemp("venv"))


@pytest.fixture(scope="module")
def installed(folder: Path, environment: dict[str, str]) -> dict[str, str]:
    """What each command of the page's first block prints."""
    return PAGE.run(0, folder, environment)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Program:
    """A running command, and its output line by line."""

    def __init__(self, arguments: list[str], folder: Path, environment: dict[str, str]) -> None:
        """Start it."""
        self.process = subprocess.Popen(  # noqa: S603
            arguments, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.said: list[str] = []
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def wait_for(self, words: str) -> str:
        """The first line that has `words`."""
        while True:
            try:
                line = self._lines.get(timeout=PATIENCE_SECONDS)
            except Empty:
                line = None
            assert line is not None, f"{words!r} was not said in:\n{''.join(self.said)}"
            self.said.append(line)
            if words in line:
                return line

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def running(folder: Path, environment: dict[str, str], installed: dict[str, str]) -> Iterator[tuple[Program, str]]:
    """The page's `run`, on a port of its own, and that endpoint."""
    assert installed
    [command] = PAGE.commands[1]
    endpoint = f"127.0.0.1:{free_port()}"
    moved = [f"receivers.otlp.protocols.grpc.endpoint={endpoint}", "service.telemetry.metrics.level=none"]
    arguments = [*shlex.split(command), *(part for one in moved for part in ("--set", one))]
    program = Program(arguments, folder, environment)
    try:
        program.wait_for("is ready")
        yield program, endpoint
    finally:
        if program.process.poll() is None:
            program.process.kill()
            program.process.wait()


def test_the_page_has_the_files_and_commands_that_it_speaks_of() -> None:
    assert list(PAGE.files) == [
        "pyproject.toml",
        "acme_spansieve/__init__.py",
        "acme_spansieve/cost_centre.py",
        "tests/test_cost_centre.py",
        "agents.yaml",
        "span.json",
    ]
    assert [len(block) for block in PAGE.commands] == [4, 1, 1]


def test_it_installs_its_tests_pass_and_spansieve_knows_it(installed: dict[str, str]) -> None:
    assert "3 passed" in installed["python -m pytest tests"]
    assert "cost_centre" in installed["spansieve components"]


def test_a_wrong_key_is_told_with_its_line(
    folder: Path, environment: dict[str, str], installed: dict[str, str]
) -> None:
    assert installed
    wrong = folder / "wrong.yaml"
    wrong.write_text((folder / "agents.yaml").read_text("utf-8").replace("by_agent:", "by_agents:"), "utf-8")
    done = subprocess.run(
        ["spansieve", "validate", "--config", "wrong.yaml"],  # noqa: S607 (the reader's)
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "wrong.yaml:8" in done.stderr
    assert "by_agent" in done.stderr.replace("by_agents", "")


def test_it_runs_and_the_span_comes_out_with_its_cost_centre(
    folder: Path, environment: dict[str, str], running: tuple[Program, str]
) -> None:
    program, endpoint = running
    [command] = PAGE.commands[2]
    sent = subprocess.run(  # noqa: S603
        [*shlex.split(command), "--endpoint", endpoint],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert sent.returncode == 0, sent.stderr
    assert "CC-1200" in program.wait_for("acme.cost_centre")
    assert program.stop() == 0
