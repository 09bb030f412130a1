"""docs/privacy-names.md works as it is written, but for Presidio and its model: a pattern stands in for them."""

import importlib
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from spansieve.pdata import TraceBatch
from spansieve.processors.prompt_privacy import PromptPrivacy
from spansieve.processors.prompt_privacy.config import PromptPrivacyConfig
from spansieve.testing import OK, FakeHost, otlp_request

from .pages import Page, environment_in

PAGE = Page("privacy-names.md")
PROMPT = "Ask Jane Miller, jane@tarnwood.com"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The reader's folder, with the page's files."""
    made = tmp_path / "acme"
    PAGE.write(made)
    return made


def test_it_installs_its_tests_pass_and_it_may_stand_behind_prompt_privacy(folder: Path, tmp_path: Path) -> None:
    said = PAGE.run(0, folder, environment_in(tmp_path / "venv"))
    assert "3 passed" in said["python -m pytest tests"]
    assert "spansieve validate --config agents.yaml" in said


class StandIn:
    """In place of the model, a pattern that knows one person."""

    def analyze(self, text: str, **_: object) -> list[SimpleNamespace]:
        return [
            SimpleNamespace(entity_type="PERSON", start=one.start(), end=one.end())
            for one in re.finditer("Jane Miller", text)
        ]


def stand_in(_model: str, _language: str) -> StandIn:
    return StandIn()


@pytest.mark.parametrize(
    ("ratio", "left"), [(1.0, "Ask <PERSON_[a-z]{4}>, <EMAIL_[a-z]{4}>"), (0.0, ".*k1:[0-9a-f]{32}.*")]
)
def test_it_takes_names_out_of_the_debug_sample_of_prompt_privacy(
    folder: Path, monkeypatch: pytest.MonkeyPatch, ratio: float, left: str
) -> None:
    monkeypatch.syspath_prepend(str(folder))
    acme: Any = importlib.import_module("acme_names")
    config = PromptPrivacyConfig.model_validate({"content": "hash", "debug_sample": {"ratio": ratio}})
    names = acme.Names(acme.NamesConfig(), FakeHost(), load=stand_in)
    batch = TraceBatch.parse(otlp_request("agent", OK.with_(attributes={"input.value": PROMPT})))
    for processor in (PromptPrivacy(config, FakeHost()), names):
        processor.start()
        traces: Callable[[TraceBatch], None] = processor.traces
        traces(batch)
    [span] = TraceBatch.parse(batch.encode())
    assert re.fullmatch(left, str(span.attributes["input.value"]))
