"""One AI span as those see it who count, price and judge what agents do."""

from typing import Literal, NamedTuple

from spansieve.failures import Failure

Outcome = Literal["success", "error", "timeout"]


class Traits(NamedTuple):
    """What many spans have in common; texts are empty where nothing says them, and are as they were sent."""

    name: str
    """The span's name."""
    kind: str
    """`spansieve.ai.kind`."""
    operation: str
    """`gen_ai.operation.name`."""
    provider: str
    request_model: str
    response_model: str
    tool: str
    """Of a tool's span: its name; else empty."""
    agent: str
    """`gen_ai.agent.name`."""
    workflow: str
    """`gen_ai.workflow.name`."""
    finish: str
    """`spansieve.ai.finish`."""
    mcp_method: str
    is_rollup: bool
    """Its token counts repeat those of spans below."""
    streams: bool
    """`gen_ai.request.stream`."""
    server_address: str
    server_port: int
    is_tool: bool
    """A tool's span, whether it says which one or not."""

    @property
    def model(self) -> str:
        """The model that was asked for, else the one that answered."""
        return self.request_model or self.response_model

    @property
    def label(self) -> str:
        """The operation, else the kind."""
        return self.operation or self.kind


class Tokens(NamedTuple):
    """The counts of one call."""

    input: int = 0
    """Cached ones included, whatever the producer counts."""
    output: int = 0
    """Reasoning included."""
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0


class AiSpan:
    """A span with `gen_ai.operation.name` or `spansieve.ai.kind`: read once, for all who watch. It keeps no message.

    Times are nanoseconds since the Unix epoch. The last group is known once the span has settled: a listener gets it
    then, and not before.
    """

    __slots__ = (
        "args_hash",
        "call_id",
        "cost_of",
        "cost_usd",
        "end_ns",
        "error_class",
        "error_type",
        "failure",
        "first_token_s",
        "has_tokens",
        "input_bytes",
        "is_call",
        "is_counted",
        "is_execution",
        "is_parallel",
        "outcome",
        "parent_span_id",
        "prompt_hash",
        "prompt_simhash",
        "says_parallel",
        "service",
        "span_id",
        "start_ns",
        "tenant",
        "thread",
        "tokens",
        "tools_hash",
        "trace_id",
        "traits",
        "user",
        "utilization",
        "weight",
        "window",
    )

    traits: Traits
    trace_id: bytes
    span_id: bytes
    parent_span_id: bytes
    """Empty: a root."""
    start_ns: int
    end_ns: int
    service: str
    """`service.name` of its resource."""
    user: str
    """As privacy left it; empty: nothing says it. So are `tenant` and `thread`, the conversation or session."""
    tenant: str
    thread: str
    tokens: Tokens
    has_tokens: bool
    """Whether it says a count."""
    input_bytes: int | None
    """`spansieve.ai.input.bytes`."""
    window: int | None
    """`spansieve.ai.context.window`, in tokens."""
    utilization: float | None
    """`spansieve.ai.context.utilization`."""
    first_token_s: float | None
    """Seconds to the first token."""
    cost_usd: float | None
    """What the sender says, or whoever priced it before."""
    call_id: str
    """`gen_ai.tool.call.id`."""
    prompt_hash: str
    prompt_simhash: str
    """64 bits in hex; empty where privacy does not make it."""
    tools_hash: str
    """Of the tools that were offered; empty: not known."""
    args_hash: str
    """Of what a tool was given."""
    says_parallel: bool | None
    """What the sender says of `is_parallel`, and whoever saw the whole request."""
    weight: float
    """How many spans it stands for: 1, but behind a sampler."""

    failure: Failure | None
    """The error that it is, a log record's word included."""
    outcome: Outcome
    error_class: str
    """Of `model_api_errors_total`'s vocabulary, for a failed one; else empty."""
    error_type: str
    """`error.type`, or what stands for it."""
    is_call: bool
    """A model call, and none of its family is below it: of two instrumentations of one call the inner one."""
    is_counted: bool
    """A model call whose tokens count: no roll-up, and nothing below it bears them."""
    is_execution: bool
    """A tool's span, and not one below another of the same tool (two instrumentations of one call nest)."""
    is_parallel: bool
    """A tool's span that ran at the same time as another of the same parent."""
    cost_of: str
    """The nearest enclosing agent or workflow, else its own operation: what costs are booked under."""

    @property
    def is_root(self) -> bool:
        """Whether it has no parent."""
        return not self.parent_span_id

    @property
    def duration_s(self) -> float:
        """Seconds that it took; 0 where it ends before it begins."""
        return max(0, self.end_ns - self.start_ns) / 1e9
