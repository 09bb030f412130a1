"""Spans as they are read: what many have in common is read once, and nothing is kept of a request."""

from collections.abc import Mapping
from hashlib import blake2b
from math import isfinite
from typing import Final, NamedTuple

from spansieve.failures import THREAD_KEYS, USER_KEYS, Rules, failure_of, identity_of, tool_of
from spansieve.failures.reading import text_of, value_of
from spansieve.pdata import NO_SPAN, Resource, Span
from spansieve.semconv.names import (
    CACHE_READ_TOKENS,
    CACHE_WRITES,
    CONTEXT_UTILIZATION,
    CONTEXT_WINDOW,
    COST,
    FINISH,
    INPUT_EXCLUDES_CACHE,
    INPUT_TOKENS,
    KIND,
    OPERATION,
    OUTPUT_TOKENS,
    PARALLEL,
    PROVIDER,
    REQUEST_MODEL,
    RESPONSE_MODEL,
    ROLLUP,
)

from .events import first_token_s
from .keys import (
    AGENT,
    FIRST_CHUNK,
    INPUT_BYTES,
    MCP_METHOD,
    PRODUCERS_COST,
    PRODUCERS_PARALLEL,
    REASONING_TOKENS,
    SERVER_ADDRESS,
    SERVER_PORT,
    STREAM,
    TENANT_KEYS,
    TOOLS,
    WORKFLOW,
)
from .outcomes import fail, judged
from .plans import Plan, Plans
from .span import AiSpan, Tokens, Traits
from .weights import weight_of

Raws = Mapping[str, bytes]
_MOST: Final = 4_096
_RULES: Final = Rules()
_NO_TOKENS: Final = Tokens()
_EXECUTES: Final = "execute_tool"
_MAY_EXECUTE: Final = frozenset({"", "approval"})
"""Kinds that a span with the operation `execute_tool` may have, beside `tool`: an approval is that of a tool."""
_SENDER: Final = ("service.name", *USER_KEYS, *THREAD_KEYS, *TENANT_KEYS)


class Sender(NamedTuple):
    """What a resource says of its spans."""

    service: str
    user: str
    tenant: str
    thread: str


NO_SENDER: Final = Sender("", "", "", "")


class Reader:
    """Reads AI spans."""

    def __init__(self) -> None:
        """Nothing was read before."""
        self._plans = Plans()
        self._traits: dict[tuple[object, ...], Traits] = {}
        self._senders: dict[tuple[bytes | None, ...], Sender] = {}
        self.weighs = False
        """Whether spans stand for those that a sampler took away."""

    def sender(self, resource: Resource) -> Sender:
        """Who sent what belongs to `resource`. Raises DecodeError."""
        raws = resource.attributes.raws()
        known = tuple(map(raws.get, _SENDER))
        try:
            return self._senders[known]
        except KeyError:
            if len(self._senders) >= _MOST:
                self._senders.clear()
            who = identity_of(raws, USER_KEYS), identity_of(raws, TENANT_KEYS), identity_of(raws, THREAD_KEYS)
            sender = self._senders[known] = Sender(text_of(raws, "service.name"), *who)
            return sender

    def read(self, span: Span, sender: Sender) -> AiSpan | None:
        """What `span` says, but for what only shows once it has settled; None: it is no AI span. Raises DecodeError."""
        raws = span.attributes.raws()
        plan = self._plans.of(raws)
        if plan is None:
            return None
        read = AiSpan()
        read.traits = self._traits_of(span, raws, plan)
        read.trace_id, read.span_id = span.trace_id, span.span_id
        parent = span.parent_span_id
        read.parent_span_id = b"" if parent in NO_SPAN else parent
        read.start_ns, read.end_ns = span.start_time_unix_nano, span.end_time_unix_nano
        read.service, read.user, read.tenant, read.thread = sender
        read.tokens = _tokens(raws) if plan.has_tokens else _NO_TOKENS
        read.has_tokens = plan.has_tokens
        read.input_bytes = read.window = read.utilization = read.first_token_s = read.cost_usd = None
        read.call_id = read.prompt_hash = read.prompt_simhash = read.tools_hash = read.args_hash = ""
        read.error_class = read.error_type = ""
        read.failure, read.outcome = None, "success"
        read.is_call = read.is_counted = read.is_execution = False
        read.is_parallel = False
        read.says_parallel = _says_parallel(raws) if plan.has_parallel else None
        read.weight = weight_of(span.trace_state) if self.weighs else 1.0
        read.cost_of = ""
        self._rest(read, span, raws, plan)
        return read

    def _rest(self, read: AiSpan, span: Span, raws: Raws, plan: Plan) -> None:
        """What only some spans have."""
        if plan.has_identity:
            read.user = identity_of(raws, USER_KEYS) or read.user
            read.tenant = identity_of(raws, TENANT_KEYS) or read.tenant
            read.thread = identity_of(raws, THREAD_KEYS) or read.thread
        if plan.has_numbers:
            _numbers(read, raws)
        for key, field in plan.texts:
            setattr(read, field, text_of(raws, key))
        if plan.has_tools:
            read.tools_hash = blake2b(raws[TOOLS], digest_size=8).hexdigest()
        if read.first_token_s is None and span.has_events:
            read.first_token_s = first_token_s(span)
        failure = failure_of(span, _RULES)
        if failure is not None:
            fail(read, failure, judged(span, failure))

    def _traits_of(self, span: Span, raws: Raws, plan: Plan) -> Traits:
        known = span.raw_name, plan.traits, plan.traits(raws)
        try:
            return self._traits[known]
        except KeyError:
            if len(self._traits) >= _MOST:
                self._traits.clear()
            traits = self._traits[known] = _traits(span, raws)
            return traits


def _traits(span: Span, raws: Raws) -> Traits:
    kind, operation = text_of(raws, KIND), text_of(raws, OPERATION)
    is_tool = kind == "tool" or (operation == _EXECUTES and kind in _MAY_EXECUTE)
    port = value_of(raws, SERVER_PORT)
    return Traits(
        span.name,
        kind,
        operation,
        text_of(raws, PROVIDER),
        text_of(raws, REQUEST_MODEL),
        text_of(raws, RESPONSE_MODEL),
        tool_of(span) if is_tool else "",
        text_of(raws, AGENT),
        text_of(raws, WORKFLOW),
        text_of(raws, FINISH),
        text_of(raws, MCP_METHOD),
        value_of(raws, ROLLUP) is True,
        value_of(raws, STREAM) is True,
        text_of(raws, SERVER_ADDRESS),
        port if isinstance(port, int) and not isinstance(port, bool) else 0,
        is_tool,
    )


def _number(raws: Raws, key: str) -> float | None:
    value = value_of(raws, key) if key in raws else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return value


def _count(raws: Raws, key: str) -> int:
    """Tokens: what is no number, or negative, is 0."""
    found = _number(raws, key)
    return int(found) if found is not None and found > 0 else 0


def _tokens(raws: Raws) -> Tokens:
    taken, read = _count(raws, INPUT_TOKENS), _count(raws, CACHE_READ_TOKENS)
    written = max([_count(raws, key) for key in CACHE_WRITES])
    if INPUT_EXCLUDES_CACHE in raws and value_of(raws, INPUT_EXCLUDES_CACHE) is True:
        taken += read + written
    return Tokens(taken, _count(raws, OUTPUT_TOKENS), read, written, _count(raws, REASONING_TOKENS))


def _numbers(read: AiSpan, raws: Raws) -> None:
    read.input_bytes = _whole(_number(raws, INPUT_BYTES))
    read.window = _whole(_number(raws, CONTEXT_WINDOW))
    read.utilization = _number(raws, CONTEXT_UTILIZATION)
    read.first_token_s = _number(raws, FIRST_CHUNK)
    own = _number(raws, COST)
    read.cost_usd = own if own is not None else _number(raws, PRODUCERS_COST)


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _says_parallel(raws: Raws) -> bool | None:
    for key in (PARALLEL, PRODUCERS_PARALLEL):
        value = value_of(raws, key)
        if isinstance(value, bool):
            return value
        if value in {"true", "false"}:
            return value == "true"
    return None
