"""ai_semantics: what real agents sent, counted after it, is what they did."""

from pathlib import Path

import pytest

from spansieve.otlp.json_mapping import to_protobuf
from spansieve.pdata import LogBatch, TraceBatch
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost
from tests.captures import CAPTURES, signal_of
from tests.truth import Seen, differences, requests_of

AGENTS = CAPTURES.parent / "agents"
FOLDERS = sorted(file.parent for top in (CAPTURES, AGENTS) for file in top.glob("*/expect.json"))
every_capture = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def tagged(processor: AiSemantics, signal: str, body: bytes) -> bytes:
    """A request as it leaves."""
    if signal == "traces":
        spans = TraceBatch.parse(body)
        processor.traces(spans)
        return spans.encode()
    records = LogBatch.parse(body)
    processor.logs(records)
    return records.encode()


def through(folder: Path) -> list[tuple[str, bytes]]:
    """The requests of a capture as they leave, each with its signal."""
    processor = AiSemantics(AiSemanticsConfig(), FakeHost())
    files = requests_of(folder)
    return [(signal_of(file), tagged(processor, signal_of(file), read(file))) for file in files]


def read(file: Path) -> bytes:
    body = file.read_bytes()
    return to_protobuf(signal_of(file), body) if file.suffix == ".json" else body


@every_capture
def test_what_leaves_says_what_the_agent_did(folder: Path) -> None:
    assert differences(folder, Seen(through(folder))) == []


@every_capture
def test_a_second_run_changes_no_byte(folder: Path) -> None:
    second = AiSemantics(AiSemanticsConfig(), FakeHost())
    for signal, body in through(folder):
        assert tagged(second, signal, body) == body
