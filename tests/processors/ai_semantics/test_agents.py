"""ai_semantics: what real agents sent, counted after it, is what they did."""

from functools import cache
from pathlib import Path

import pytest

from spansieve.pdata import LogBatch, TraceBatch
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost
from tests.captures import CAPTURES, as_protobuf, signal_of
from tests.truth import Seen, differences, requests_of

AGENTS = CAPTURES.parent / "agents"
FOLDERS = sorted(file.parent for top in (CAPTURES, AGENTS) for file in top.glob("*/expect.json"))
every_capture = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def tagged(run: str, signal: str, body: bytes) -> bytes:
    """A request as it leaves."""
    if signal == "traces":
        spans = TraceBatch.parse(body)
        processor(run).traces(spans)
        return spans.encode()
    records = LogBatch.parse(body)
    processor(run).logs(records)
    return records.encode()


@cache
def processor(run: str) -> AiSemantics:
    """One for all captures, since it is stateless; the second run has its own."""
    return AiSemantics(AiSemanticsConfig(), FakeHost())


@cache
def through(folder: Path) -> list[tuple[str, bytes]]:
    """The requests of a capture as they leave, each with its signal."""
    return [(signal_of(file), tagged("first", signal_of(file), as_protobuf(file))) for file in requests_of(folder)]


@every_capture
def test_what_leaves_says_what_the_agent_did(folder: Path) -> None:
    assert differences(folder, Seen(through(folder))) == []


@every_capture
def test_a_second_run_changes_no_byte(folder: Path) -> None:
    for signal, body in through(folder):
        assert tagged("second", signal, body) == body
