"""docs/privacy.md: its example is clean behind the program, and its commands and configurations work as they stand."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from .pages import ROOT, Page
from .program import Sink, eventually, running, typed
from .test_privacy import all_it_wrote, configuration, leaks

TEXT = (ROOT / "docs" / "privacy.md").read_text("utf-8")
FILE, EXAMPLE = next(iter(Page("privacy.md").files.items()))
PLANTED = [
    "jane.doe@acme.io",
    "4111 1111 1111 1111",
    "mlindqvist",
    "tr0ub4dor-horse",
    "ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5",
]
SECTIONS = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)]


@pytest.fixture
def example(tmp_path: Path) -> Path:
    path = tmp_path / "sent" / FILE
    path.parent.mkdir()
    path.write_text(EXAMPLE)
    return path


def test_nothing_of_the_example_is_anywhere_behind_the_program(tmp_path: Path, sink: Sink, example: Path) -> None:
    assert all(one in EXAMPLE for one in PLANTED)
    folder = tmp_path / "run"
    folder.mkdir()
    with running(folder, configuration(sink)) as program:
        done = typed("send", "--endpoint", f"localhost:{program.ports['grpc']}", str(example))
        assert done.exit_code == 0, done.output
        eventually(lambda: sink.count() == 1, "the span arrives")
        program.check_books()
        written = all_it_wrote(program, sink, folder)
        assert b"spansieve_privacy_findings_total" in written
        assert leaks(written, PLANTED) == []


def test_scrub_finds_in_the_example_what_the_page_says(example: Path) -> None:
    done = typed("scrub", "--show", str(example))
    assert done.exit_code == 0
    assert leaks(done.output.encode(), PLANTED) == []
    said = re.search(r"`(found: [^`]+)`", TEXT)
    assert said is not None
    assert done.stderr.splitlines()[-1] == said[1]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: ", ".join(section["processors"]["prompt_privacy"]))
def test_its_configurations_are_taken(tmp_path: Path, section: dict[str, Any]) -> None:
    path = tmp_path / "my.yaml"
    path.write_text(yaml.safe_dump(section))
    default = ROOT / "collector-config.yaml"
    done = typed("validate", "--config", str(default), "--config", str(path), env={"SPANSIEVE_HASH_KEY": "d" * 64})
    assert (done.exit_code, done.output) == (0, "")


def test_a_persons_tag_is_found_and_verified_as_the_page_says(tmp_path: Path) -> None:
    settings, text = tmp_path / "my.yaml", tmp_path / "address.txt"
    privacy = {"entities": {"EMAIL": "hmac"}, "hash": {"key": "d" * 64}}
    settings.write_text(yaml.safe_dump({"processors": {"prompt_privacy": privacy}}))
    text.write_text("jane.doe@acme.io\n")
    config = ["--config", str(ROOT / "collector-config.yaml"), "--config", str(settings)]
    tag = typed("scrub", *config, str(text)).stdout.strip()
    assert re.fullmatch("<EMAIL:k1:[0-9a-f]{32}>", tag)
    assert typed("scrub", *config, "--verify", tag, str(text)).stdout == "k1 made it: tag\n"
