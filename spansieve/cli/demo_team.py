"""Two weeks of a small team that works with a shop's agents, made up, for measures that take days to show anything."""

import json
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Final, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from spansieve.pdata import Writable, encode_pair

SERVICE: Final = "shop"
DAYS: Final = 14
_S: Final = 1_000_000_000
_DAY: Final = 86_400 * _S
_USERS: Final = 12
_STAYING: Final = 9
"""The others don't come back in the second week."""
_A_REQUEST: Final = 1_000
"""Spans, at least, of a request that is sent."""
_MODELS: Final = (("anthropic", "claude-sonnet-4-5"), ("openai", "gpt-5-mini"))
_QUESTIONS: Final = (
    "where is order {} and when will it arrive at the new address",
    "invoice {} has the wrong company name, please send a new one",
    "how do I return the lamp of order {} that came with a broken shade",
    "which of the desks in catalogue {} fits into a corner of ninety centimetres",
    "cancel the second item of order {} from last week and refund it",
)
_TOOLS: Final = ("search_orders", "read_invoice", "send_mail")


class Ask(NamedTuple):
    """A user asks an agent something; times are nanoseconds since the epoch."""

    at_ns: int
    user: str
    thread: str
    question: str


def requests(until_ns: int, seed: int = 7) -> Iterator[bytes]:
    """OTLP requests of `DAYS` days that end at `until_ns`, in the order of time; the same for the same arguments."""
    random = Random(seed)  # noqa: S311 (no secret)
    spans: list[Span] = []
    for ask in sorted(_asks(random, until_ns)):
        spans += _Trace(random, ask).spans()
        if len(spans) >= _A_REQUEST:
            yield _request(spans)
            spans = []
    if spans:
        yield _request(spans)


def _asks(random: Random, until_ns: int) -> Iterator[Ask]:
    for day in range(DAYS):
        for number in range(_USERS):
            is_gone = number >= _STAYING and day >= DAYS // 2
            if not is_gone and random.random() < 0.6:
                begin = until_ns - (DAYS - day) * _DAY + random.randrange(_DAY * 2 // 3)
                yield from _session(random, f"user-{number}", f"thread-{day}-{number}", begin)
    yield from _session(random, "user-0", "thread-last", until_ns - 1800 * _S)


def _session(random: Random, user: str, thread: str, begin_ns: int) -> Iterator[Ask]:
    """Some questions a few minutes apart; one in six is asked again at once."""
    at = begin_ns
    for _ in range(random.randint(2, 4)):
        question = random.choice(_QUESTIONS).format(random.randrange(1_000, 10_000))
        yield Ask(at, user, thread, question)
        if random.random() < 1 / 6:
            at += random.randint(30, 120) * _S
            yield Ask(at, user, thread, question)
        at += random.randint(120, 600) * _S


class _Trace:
    """What the agent does for one question: a model call, tools side by side, and the answer."""

    def __init__(self, random: Random, ask: Ask) -> None:
        self._random = random
        self._ask = ask
        self._trace_id = random.randbytes(16)
        self._whose = {"user.id": ask.user, "gen_ai.conversation.id": ask.thread}
        self._model = random.choice(_MODELS)

    def spans(self) -> Iterator[Span]:
        """All of them, the root last."""
        root, begin = self._random.randbytes(8), self._ask.at_ns
        yield self._call(root, begin, "tool_calls", [self._ask.question])
        at = begin + 3 * _S
        for tool in _TOOLS[:2]:
            yield self._tool(root, at, tool)
        if self._random.random() < 0.4:
            yield self._tool(root, at + 3 * _S, _TOOLS[2])
        if self._random.random() < 0.2:
            yield from self._other_agent(root, at + 3 * _S)
        yield self._call(root, begin + 8 * _S, "stop", [self._ask.question, "What the tools found"])
        agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "support_desk"}
        yield self._span("invoke_agent support_desk", b"", root, (begin, begin + 12 * _S), agent | self._whose)

    def _other_agent(self, parent: bytes, at_ns: int) -> Iterator[Span]:
        own = self._random.randbytes(8)
        yield self._call(own, at_ns, "stop", ["Refund: " + self._ask.question])
        agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "refunds"}
        yield self._span("invoke_agent refunds", parent, own, (at_ns, at_ns + 4 * _S), agent)

    def _tool(self, parent: bytes, at_ns: int, tool: str) -> Span:
        attributes: dict[str, Writable] = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool}
        if tool == "read_invoice":
            attributes["mcp.method.name"] = "tools/call"
        lasting = self._random.randint(800, 2_500) * 1_000_000
        return self._span(f"execute_tool {tool}", parent, None, (at_ns, at_ns + lasting), attributes)

    def _call(self, parent: bytes, at_ns: int, finish: str, texts: Sequence[str]) -> Span:
        provider, model = self._model
        tokens = self._random.randint(1_500, 9_000)
        said = [{"role": "user", "parts": [{"type": "text", "content": text}]} for text in texts]
        tools = [{"type": "function", "name": name} for name in _TOOLS]
        attributes: dict[str, Writable] = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": provider,
            "gen_ai.request.model": model,
            "gen_ai.request.stream": True,
            "gen_ai.response.time_to_first_chunk": self._random.uniform(0.2, 0.9),
            "gen_ai.response.finish_reasons": [finish],
            "gen_ai.usage.input_tokens": tokens,
            "gen_ai.usage.output_tokens": self._random.randint(100, 800),
            "gen_ai.usage.cache_read.input_tokens": tokens // 2,
            "gen_ai.input.messages": json.dumps(said),
            "gen_ai.tool.definitions": json.dumps(tools),
        }
        lasting = self._random.randint(900, 2_900) * 1_000_000
        return self._span(f"chat {model}", parent, None, (at_ns, at_ns + lasting), attributes)

    def _span(
        self, name: str, parent: bytes, own: bytes | None, times: tuple[int, int], attributes: Mapping[str, Writable]
    ) -> Span:
        return Span(
            trace_id=self._trace_id,
            span_id=own or self._random.randbytes(8),
            parent_span_id=parent,
            name=name,
            start_time_unix_nano=times[0],
            end_time_unix_nano=times[1],
            attributes=_pairs(attributes),
        )


def _pairs(attributes: Mapping[str, Writable]) -> list[KeyValue]:
    return [KeyValue.FromString(encode_pair(key, value)) for key, value in attributes.items()]


def _request(spans: Sequence[Span]) -> bytes:
    resource = Resource(attributes=_pairs({"service.name": SERVICE}))
    scoped = ResourceSpans(resource=resource, scope_spans=[ScopeSpans(spans=spans)])
    return ExportTraceServiceRequest(resource_spans=[scoped]).SerializeToString()
