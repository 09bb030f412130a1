"""What `ai_semantics` says of the captures of real agents, beside what those agents did."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from spansieve.otlp.json_mapping import to_protobuf
from spansieve.pdata import LogBatch, TraceBatch
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost
from tests.captures import CAPTURES, signal_of
from tests.truth import Seen, differences, requests_of


class Cell(NamedTuple):
    """How many the processor says there are, how many there were, and whether that is right or can be defended."""

    said: int
    true: int
    right: bool

    def __str__(self) -> str:
        """The number; else what is said, in bold if it is wrong, with the truth in brackets."""
        if not self.right:
            return f"**{self.said:,}** ({self.true:,}{' others' if self.said == self.true else ''})"
        return f"{self.said:,}" if self.said == self.true else f"{self.said:,} ({self.true:,})"


class Result(NamedTuple):
    """One capture, tagged and counted; `faults` is what departs from its truth, a line each."""

    folder: Path
    meta: Mapping[str, Any]
    seen: Seen
    cells: Mapping[str, Cell]
    faults: Sequence[str]

    @property
    def link(self) -> str:
        """Its name, leading from the page to where it stands."""
        return f"[`{self.folder.name}`](../tests/fixtures/{self.folder.parent.name}/{self.folder.name})"

    @property
    def dialects(self) -> list[str]:
        """The dialects of its spans and log records, in the order in which they come."""
        found = (item.attributes.get("spansieve.dialect") for item in self.seen.spans + self.seen.records)
        return list(dict.fromkeys(str(dialect) for dialect in found if dialect))


def results() -> list[Result]:
    """Every capture with a truth, its requests tagged one by one and without configuration."""
    processor = AiSemantics(AiSemanticsConfig(), FakeHost())
    folders = (file.parent for file in CAPTURES.parent.glob("*/*/expect.json"))
    return [_result(folder, processor) for folder in sorted(folders, key=lambda folder: folder.name)]


def _result(folder: Path, processor: AiSemantics) -> Result:
    seen = Seen(_tagged(processor, file) for file in requests_of(folder))
    expect = json.loads((folder / "expect.json").read_text("utf-8"))
    meta = yaml.safe_load((folder / "meta.yaml").read_text("utf-8"))
    counted = cells(seen, expect)
    return Result(folder, meta, seen, counted, [*differences(folder, seen), *_beyond(counted)])


def _beyond(counted: Mapping[str, Cell]) -> Iterator[str]:
    """Columns that `differences` does not look at."""
    for title in ("hidden failures", "parallel batches"):
        if not (cell := counted[title]).right:
            yield f"{title}: {cell.said} instead of {cell.true}"


def _tagged(processor: AiSemantics, file: Path) -> tuple[str, bytes]:
    signal, body = signal_of(file), file.read_bytes()
    if file.suffix == ".json":
        body = to_protobuf(signal, body)
    if signal == "traces":
        processor.traces(spans := TraceBatch.parse(body))
        return signal, spans.encode()
    processor.logs(records := LogBatch.parse(body))
    return signal, records.encode()


def cells(seen: Seen, expect: Mapping[str, Any]) -> dict[str, Cell]:
    """What stands in each column. Counts are right if equal or accepted; things with names, if they are the same."""

    def counted(operation: str) -> Cell:
        return _count(seen.calls(operation), expect["by_kind"].get(operation, 0), expect["accept"].get(operation, ()))

    def tokens(way: str) -> Cell:
        key = f"{way}_tokens"
        return _count(seen.tokens(way), expect[key], expect["accept"].get(key, ()))

    failing, hidden = set(expect["error_traces"]), set(expect["failed_spans_without_error_status"])
    soft_or_not, hard = seen.failing_traces(soft=True), seen.failing_traces(soft=False)
    return {
        "model calls": counted("chat"),
        "embeddings": counted("embeddings"),
        "tool calls": counted("execute_tool"),
        "failed tools": _failures(seen.tools(), expect["tools"]),
        "agent runs": counted("invoke_agent"),
        "tokens in": tokens("input"),
        "tokens out": tokens("output"),
        "failing traces": _same(soft_or_not & failing | hard, failing),
        "hidden failures": _same(seen.failed_spans() & hidden, hidden),
        "sessions": _same(seen.values("gen_ai.conversation.id"), set(expect["sessions"])),
        "users": _same(seen.values("user.id"), set(expect["users"])),
        "parallel batches": _count(len(seen.values("spansieve.ai.batch.id")), expect["parallel_batches"] or 0, ()),
    }


def _count(said: int, true: int, accepted: Sequence[int]) -> Cell:
    return Cell(said, true, said == true or said in accepted)


def _same(said: set[str], true: set[str]) -> Cell:
    return Cell(len(said), len(true), said == true)


def _failures(said: Mapping[str, Any], true: Mapping[str, Any]) -> Cell:
    found, truth = ({name: tool["errors"] for name, tool in tools.items() if tool["errors"]} for tools in (said, true))
    return Cell(sum(found.values()), sum(truth.values()), found == truth)
