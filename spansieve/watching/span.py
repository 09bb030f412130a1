"""One AI span as those see it who count, price and judge what agents do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypedDict, TypeVar

from spansieve.failures import Failure
from spansieve.pdata import NO_SPAN

from .details import text

Ids = tuple[bytes, bytes, bytes]
"""The trace, the id and the parent (empty: none) of a span."""
Outcome = Literal["success", "error", "timeout"]
MAX_TRAITS: Final = 4_096
"""Of which a watcher remembers what they mean; one more, and all are forgotten."""


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """What many spans have in common; texts are empty where nothing says them, and are as they were sent. Those that
    have it in common share one object: it is its own key (ByTraits), since hashing all that would take long.
    """

    keys: tuple[str, ...]
    """The names of all attributes."""
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
    dialect: str
    """`spansieve.ai.dialect`."""
    is_rollup: bool
    """Its token counts repeat those of spans below."""
    streams: bool
    """`gen_ai.request.stream`."""
    server_address: str
    server_port: int
    is_tool: bool
    """A tool's span, whether it says which one or not."""
    is_run: bool
    """The run of an agent or a workflow."""
    family: str
    """The kind, else that of a model's operation."""
    call: str
    """The family of the model call that it may be; empty: it is none, or repeats others."""

    @property
    def model(self) -> str:
        """The model that was asked for, else the one that answered."""
        return self.request_model or self.response_model

    @property
    def label(self) -> str:
        """The operation, else the kind."""
        return self.operation or self.kind


AboutT = TypeVar("AboutT")


class ByTraits(dict[Traits, AboutT]):
    """What traits mean to a watcher: worked out when it is first asked for, so once for many spans."""

    def __init__(self, about: Callable[[Traits], AboutT]) -> None:
        """Nothing was asked for."""
        super().__init__()
        self._about = about

    def __missing__(self, traits: Traits) -> AboutT:
        if len(self) >= MAX_TRAITS:
            self.clear()
        found = self[traits] = self._about(traits)
        return found


class Tokens(NamedTuple):
    """The counts of one call."""

    input: int = 0
    """Cached ones included, whatever the producer counts."""
    output: int = 0
    """Reasoning included."""
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0


NO_TOKENS: Final = Tokens()


class Sender(NamedTuple):
    """What a resource says of its spans."""

    service: str
    user: str
    tenant: str
    thread: str


class Fate(NamedTuple):
    """How a span went."""

    failure: Failure | None
    outcome: Outcome
    error_class: str
    error_type: str


WENT_WELL: Final = Fate(None, "success", "", "")


class Said(TypedDict, total=False):
    """What only some spans say; see the properties of AiSpan."""

    input_bytes: int
    window: int
    utilization: float
    first_token_s: float
    says_parallel: bool
    raw_call_id: bytes
    prompt_hash: str
    prompt_simhash: str
    tools_hash: str
    args_hash: str
    prompt_id: str


_NOTHING: Final = Said()


def call_id_in(raw: bytes | None) -> str:
    """The id of a call in its undecoded attribute, if there is any."""
    return "" if raw is None else text(raw) or ""


class AiSpan:
    """A span with `gen_ai.operation.name` or `spansieve.ai.kind`: read once, for all who watch. It keeps no message.

    Times are nanoseconds since the Unix epoch. `user`, `tenant`, `thread`, `fate` and the last group are known once the
    span has settled: a listener gets it then, and not before.
    """

    __slots__ = (
        "awaits",
        "bears_tokens",
        "cost_of",
        "cost_usd",
        "end_ns",
        "fate",
        "has_events",
        "has_tokens",
        "is_call",
        "is_counted",
        "is_enclosed",
        "is_execution",
        "is_parallel",
        "parent_span_id",
        "said",
        "service",
        "span_id",
        "start_ns",
        "tenant",
        "thread",
        "tokens",
        "trace_id",
        "traits",
        "user",
        "weight",
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
    has_events: bool
    """Whether anything happened during it that has a time of its own."""
    tokens: Tokens
    has_tokens: bool
    """Whether it says a count."""
    bears_tokens: bool
    """Whether it may count: it has tokens, and does not repeat those of others."""
    cost_usd: float | None
    """What the sender says, or whoever priced it before."""
    weight: float
    """How many spans it stands for: 1, but behind a sampler."""
    said: Said
    """What only some spans say; not to be changed, since spans share an empty one."""

    fate: Fate
    is_call: bool
    """A model call, and none of its family is below it: of two instrumentations of one call the inner one."""
    is_counted: bool
    """A model call whose tokens count: no roll-up, and nothing below it bears them."""
    is_execution: bool
    """A tool's span, and not one below another of the same tool (two instrumentations of one call nest)."""
    is_parallel: bool
    """A tool's span that ran at the same time as another of the same parent."""
    is_enclosed: bool
    """Whether an AI span is known to be above it. One that is not, and awaits nothing, is the root of what the agent
    did, be it the trace's or below a web server's.
    """
    awaits: bytes
    """The next span above that has not come; empty: all have, up to the trace's root."""
    cost_of: str
    """The nearest enclosing agent or workflow, else its own operation: what costs are booked under."""

    def __init__(self, traits: Traits, head: tuple[bytes, bytes, bytes, int, int], sender: Sender) -> None:
        """A span with this trace, id, parent, start and end, of this sender, that says nothing more."""
        self.traits = traits
        self.trace_id, self.span_id, parent, self.start_ns, self.end_ns = head
        self.parent_span_id = b"" if parent in NO_SPAN else parent
        if not self.start_ns:
            self.start_ns = self.end_ns  # else it would have begun in 1970
        self.service, self.user, self.tenant, self.thread = sender
        self.tokens = NO_TOKENS
        self.has_events = self.has_tokens = self.bears_tokens = False
        self.cost_usd = None
        self.weight = 1.0
        self.said = _NOTHING
        self.fate = WENT_WELL
        self.is_call = self.is_counted = self.is_execution = self.is_parallel = False
        self.is_enclosed, self.awaits = False, b""
        self.cost_of = ""

    @property
    def is_root(self) -> bool:
        """Whether it has no parent."""
        return not self.parent_span_id

    @property
    def duration_s(self) -> float:
        """Seconds that it took; 0 where it ends before it begins."""
        return max(0, self.end_ns - self.start_ns) / 1e9

    @property
    def failure(self) -> Failure | None:
        """The error that it is, a log record's word included."""
        return self.fate.failure

    @property
    def outcome(self) -> Outcome:
        """How it went."""
        return self.fate.outcome

    @property
    def error_class(self) -> str:
        """Of `model_api_errors_total`'s vocabulary, for a failed one; else empty."""
        return self.fate.error_class

    @property
    def error_type(self) -> str:
        """`error.type`, or what stands for it."""
        return self.fate.error_type

    @property
    def input_bytes(self) -> int | None:
        """`spansieve.ai.input.bytes`."""
        return self.said.get("input_bytes")

    @property
    def window(self) -> int | None:
        """`spansieve.ai.context.window`, in tokens."""
        return self.said.get("window")

    @property
    def utilization(self) -> float | None:
        """`spansieve.ai.context.utilization`."""
        return self.said.get("utilization")

    @property
    def first_token_s(self) -> float | None:
        """Seconds to the first token."""
        return self.said.get("first_token_s")

    @property
    def says_parallel(self) -> bool | None:
        """What the sender says of `is_parallel`, and whoever saw the whole request."""
        return self.said.get("says_parallel")

    @property
    def call_id(self) -> str:
        """`gen_ai.tool.call.id`: decoded anew each time, since few ask."""
        return call_id_in(self.said.get("raw_call_id"))

    @property
    def prompt_hash(self) -> str:
        """`spansieve.ai.prompt.hash`."""
        return self.said.get("prompt_hash", "")

    @property
    def prompt_simhash(self) -> str:
        """64 bits in hex; empty where privacy does not make it."""
        return self.said.get("prompt_simhash", "")

    @property
    def tools_hash(self) -> str:
        """Of the tools that were offered; empty: not known."""
        return self.said.get("tools_hash", "")

    @property
    def args_hash(self) -> str:
        """Of what a tool was given."""
        return self.said.get("args_hash", "")

    @property
    def prompt_id(self) -> str:
        """What the sender calls the prompt that it belongs to: `prompt.id` (Claude Code), `prompt_id` (Gemini CLI)."""
        return self.said.get("prompt_id", "")
