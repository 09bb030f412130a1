"""The systemd unit: taken by systemd, locked down, and given enough time to stop."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from spansieve.config.load import load

from .conftest import DEPLOY

UNIT = DEPLOY / "systemd" / "spansieve.service"


def value(key: str) -> str:
    """The last value of a directive."""
    text: str = re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)[-1]
    return text


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, with a program that is here in place of the one in /opt."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze here: apt-get install systemd")
    program = tmp_path / "spansieve"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / "spansieve.service"
    copy.write_text(UNIT.read_text().replace("/opt/spansieve/bin/spansieve", str(program)))
    return copy


def analyze(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607


def test_systemd_takes_it_without_a_word(unit: Path) -> None:
    done = analyze("verify", str(unit))
    own = [line for line in done.stderr.splitlines() if "spansieve" in line]
    assert (done.returncode, own) == (0, [])


def test_systemd_would_say_a_word(unit: Path) -> None:
    unit.write_text(unit.read_text().replace("ProtectHome=yes", "ProtectHom=yes"))
    assert "ProtectHom" in analyze("verify", str(unit)).stderr


def test_its_exposure_is_low(unit: Path) -> None:
    done = analyze("security", "--offline=true", "--threshold=15", str(unit))  # 1.5 of 10
    assert done.returncode == 0, done.stdout


def test_it_reloads_and_has_time_to_stop() -> None:
    assert value("ExecReload") == "/bin/kill -HUP $MAINPID"
    shutdown = load([str(DEPLOY / "collector-config.yaml")], env={}).service.shutdown_timeout
    assert int(value("TimeoutStopSec")) >= shutdown + 10


def test_a_mistake_in_the_configuration_is_not_tried_again() -> None:
    assert value("Restart") == "on-failure"
    assert value("RestartPreventExitStatus") == "2"


def test_the_queue_is_in_the_one_place_that_it_may_write() -> None:
    assert value("DynamicUser") == "yes"
    assert value("ProtectSystem") == "strict"
    assert value("StateDirectory") == "spansieve"
    assert "${env:STATE_DIRECTORY:-" in (DEPLOY / "collector-config.yaml").read_text()
