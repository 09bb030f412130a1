"""What a capture says after a processor, counted as a consumer of standard names counts, beside its `expect.json`."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.captures import REQUESTS, signal_of

KINDS: dict[str, Set[str | None]] = {
    "chat": {"model"},
    "embeddings": {"embedding"},
    "execute_tool": {"tool"},
    "invoke_agent": {"agent"},
    "create_agent": {"agent", "other"},
    "workflow": {"workflow"},
    "retrieval": {"retrieval"},
    "tool_batch": {"batch"},
    "mcp": {"mcp"},
    "task": {"task", "step"},
    "step": {"task", "step", "other"},
}
"""What `expect.json` calls an operation, and the values of `spansieve.ai.kind` that mean it."""
ALWAYS_COUNTED = ("chat", "embeddings", "execute_tool", "invoke_agent")
WRAPPERS: Set[str | None] = {"workflow", "task", "step"}


@dataclass(frozen=True)
class Item:
    """A span, or a log record, whose name then is empty."""

    trace: str
    span: str
    parent: str
    name: str
    attributes: dict[str, Any]

    @property
    def kind(self) -> str | None:
        return self.attributes.get("spansieve.ai.kind")

    @property
    def failed(self) -> bool:
        return str(self.attributes.get("spansieve.error.class", "none")) != "none"

    @property
    def is_rollup(self) -> bool:
        return bool(self.attributes.get("spansieve.ai.rollup"))


def spans_of(body: bytes) -> Iterator[Item]:
    """The spans of a traces request."""
    for resource in REQUESTS["traces"].FromString(body).resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                ids = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
                yield Item(*ids, span.name, _plain(span.attributes))


def records_of(body: bytes) -> Iterator[Item]:
    """The records of a logs request."""
    for resource in REQUESTS["logs"].FromString(body).resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                yield Item(record.trace_id.hex(), record.span_id.hex(), "", "", _plain(record.attributes))


def _plain(pairs: Iterable[Any]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: Any) -> Any:  # noqa: ANN401
    field = value.WhichOneof("value")
    return (
        [_value(item) for item in value.array_value.values]
        if field == "array_value"
        else field and getattr(value, field)
    )


class Seen:
    """All spans and log records of one capture, and the counts that a consumer makes of them."""

    def __init__(self, bodies: Iterable[tuple[str, bytes]]) -> None:
        """`bodies` are pairs of a signal and a request."""
        both = [(signal, body) for signal, body in bodies if signal != "metrics"]
        self.spans = [item for signal, body in both if signal == "traces" for item in spans_of(body)]
        self.records = [item for signal, body in both if signal == "logs" for item in records_of(body)]
        self._by_id = {(span.trace, span.span): span for span in self.spans}

    def calls(self, operation: str) -> int:
        """How many operations of a kind ran, each counted once."""
        if operation == "execute_tool":
            return len(self._tool_calls())
        of_kind = [span for span in self.spans if span.kind in KINDS[operation]]
        if operation == "invoke_agent":
            return sum(span.attributes.get("gen_ai.operation.name") != "create_agent" for span in of_kind)
        return sum(not (operation in ("chat", "embeddings") and span.is_rollup) for span in of_kind)

    def tools(self) -> dict[str, dict[str, int]]:
        """Calls and failures of each tool; a failure may stand on a log record of the call."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for call in self._tool_calls():
            name = next((n for span in call if (n := span.attributes.get("gen_ai.tool.name"))), "")
            failed = any(span.failed or self._record_failed(span, name) for span in call)
            found[name].update(calls=1, errors=int(failed))
        return {name: {"calls": count["calls"], "errors": count["errors"]} for name, count in found.items()}

    def _tool_calls(self) -> list[list[Item]]:
        """The spans of each tool call: a tool inside a tool (MCP's client and server) is one call."""
        calls: dict[tuple[str, str], list[Item]] = defaultdict(list)
        for span in self.spans:
            if span.kind == "tool":
                outer = self._outermost_tool(span)
                calls[outer.trace, outer.span].append(span)
        return list(calls.values())

    def _outermost_tool(self, span: Item) -> Item:
        parent = self._by_id.get((span.trace, span.parent))
        return self._outermost_tool(parent) if parent and parent.kind == "tool" else span

    def _record_failed(self, span: Item, name: str) -> bool:
        call_id = span.attributes.get("gen_ai.tool.call.id")
        for record in self.records:
            if record.failed and record.kind == "tool" and record.attributes.get("gen_ai.tool.name") == name:
                other = record.attributes.get("gen_ai.tool.call.id")
                if call_id == other if call_id and other else record.trace == span.trace:
                    return True
        return False

    def failed_spans(self) -> set[str]:
        """Spans with an error, on themselves or on a log record of their tool call."""
        name = "gen_ai.tool.name"
        return {
            span.span for span in self.spans if span.failed or self._record_failed(span, span.attributes.get(name, ""))
        }

    def tokens(self, direction: str) -> int:
        """Tokens, each counted once: no roll-ups, and cached ones added where the producer left them out."""
        return sum(_tokens(span, direction) for span in self.spans if not span.is_rollup)

    def values(self, key: str) -> set[str]:
        """The distinct values of an attribute on spans and log records."""
        return {item.attributes[key] for item in self.spans + self.records if key in item.attributes}

    def models(self) -> set[str]:
        """The models that were asked."""
        return self._of_models("gen_ai.request.model")

    def providers(self) -> set[str]:
        """The providers that were asked, where a span says so."""
        return self._of_models("gen_ai.provider.name")

    def _of_models(self, key: str) -> set[str]:
        calls = [span for span in self.spans if span.kind in ("model", "embedding")]
        return {span.attributes[key] for span in calls if key in span.attributes}

    def failing_traces(self, *, soft: bool) -> set[str]:
        """Traces with an error on a span or a log record; `soft` takes in what may be a normal outcome."""
        failed = (item for item in self.spans + self.records if item.failed and (soft or not _is_soft(item)))
        return {item.trace for item in failed} - {""}


def _is_soft(item: Item) -> bool:
    return bool(item.attributes.get("spansieve.error.soft"))


def _tokens(span: Item, direction: str) -> int:
    count = int(span.attributes.get(f"gen_ai.usage.{direction}_tokens", 0))
    if direction == "input" and span.attributes.get("spansieve.ai.input_excludes_cache"):
        parts = ("cache_read", "cache_creation", "cache_write")
        count += sum(int(span.attributes.get(f"gen_ai.usage.{part}.input_tokens", 0)) for part in parts)
    return count


def differences(folder: Path, seen: Seen) -> list[str]:
    """Where `seen` departs from the truth of a capture, a line each; `accept` has other values that can be defended."""
    expect = json.loads((folder / "expect.json").read_text())
    pairs = {
        **{name: (seen.calls(name), expect["by_kind"].get(name, 0)) for name in _counted(expect)},
        "tools": (seen.tools(), expect["tools"]),
        "models": (sorted(seen.models()), sorted(expect["models"])),
        "sessions": (sorted(seen.values("gen_ai.conversation.id")), sorted(expect["sessions"])),
        "users": (sorted(seen.values("user.id")), sorted(expect["users"])),
        "input_tokens": (seen.tokens("input"), expect["input_tokens"]),
        "output_tokens": (seen.tokens("output"), expect["output_tokens"]),
    }
    found = [
        f"{what}: {got} instead of {true}"
        for what, (got, true) in pairs.items()
        if got != true and got not in expect["accept"].get(what, [])
    ]
    return [*found, *_wrong_providers(seen, expect), *_wrong_kinds(seen, expect), *_wrong_traces(seen, expect)]


def _counted(expect: dict[str, Any]) -> list[str]:
    return [*ALWAYS_COUNTED, *(name for name in ("workflow", "retrieval", "tool_batch") if name in expect["by_kind"])]


def _wrong_providers(seen: Seen, expect: dict[str, Any]) -> Iterator[str]:
    wrong = seen.providers() - set(expect["providers"]) if "providers" in expect else set()
    if wrong:
        yield f"providers: {sorted(wrong)} instead of {expect['providers']}"


def _wrong_kinds(seen: Seen, expect: dict[str, Any]) -> Iterator[str]:
    for span in seen.spans:
        operation = expect["span_kinds"].get(span.span)
        if operation and span.kind not in _allowed(operation, expect):
            yield f"span {span.span} {span.name}: kind {span.kind}, is {operation}"
        elif operation == "execute_tool" and not span.attributes.get("gen_ai.tool.name"):
            yield f"span {span.span} {span.name}: a tool without a name"


def _allowed(operation: str, expect: dict[str, Any]) -> Set[str | None]:
    """Where other counts are accepted, other spans may stand for the operation; a run may be any span that wraps."""
    if operation not in expect["accept"]:
        return KINDS[operation]
    return KINDS[operation] | (WRAPPERS if operation == "invoke_agent" else {None})


def _wrong_traces(seen: Seen, expect: dict[str, Any]) -> Iterator[str]:
    true = set(expect["error_traces"])
    if missed := true - seen.failing_traces(soft=True):
        yield f"failing traces missed: {sorted(missed)}"
    if invented := seen.failing_traces(soft=False) - true:
        yield f"failing traces invented: {sorted(invented)}"


def requests_of(folder: Path) -> list[Path]:
    """The files of a capture that hold spans or log records, in the order in which they came."""
    return [file for file in sorted(folder.glob("[0-9]*")) if signal_of(file) != "metrics"]
