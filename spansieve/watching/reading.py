"""Spans as they are read: what many have in common is read once, and nothing is kept of a request."""

from collections.abc import Mapping
from typing import Any, Final

from spansieve.failures import THREAD_KEYS, USER_KEYS, Rules, failure_of, identity_of
from spansieve.failures.reading import text_of, value_of
from spansieve.failures.words import MAX_CHARACTERS
from spansieve.pdata import Resource, Scope, Span, StatusCode
from spansieve.semconv.names import (
    INPUT_EXCLUDES_CACHE,
    KIND,
    OPERATION,
)

from .details import number
from .events import first_token_s
from .outcomes import judged
from .plans import TENANT_KEYS, Plan, Plans
from .span import AiSpan, Sender, Tokens, Traits
from .traits import traits_of
from .weights import weight_of

Raws = Mapping[str, bytes]
_MOST: Final = 4_096
_MOST_BYTES: Final = 2_048
"""Of attributes that are remembered together with what they say; who sends longer ones is read anew each time."""
_RULES: Final = Rules()
_ERROR: Final = int(StatusCode.ERROR)
_WHO: Final = (USER_KEYS, TENANT_KEYS, THREAD_KEYS)
_SENDER: Final = ("service.name", *USER_KEYS, *TENANT_KEYS, *THREAD_KEYS)


class Reader:
    """Reads AI spans."""

    def __init__(self) -> None:
        """Nothing was read before."""
        self._plans = Plans()
        self._senders: dict[tuple[bytes | None, ...], Sender] = {}
        self._sender = Sender("", "", "", "")
        self._scope: Scope | None = None
        self.weighs = False
        """Whether spans stand for those that a sampler took away."""

    def _known_sender(self, resource: Resource) -> Sender:
        raws = resource.attributes.raws()
        said = tuple(map(raws.get, _SENDER))
        sender = self._senders.get(said)
        if sender is None:
            if len(self._senders) >= _MOST:
                self._senders.clear()
            who = [identity_of(raws, keys) for keys in _WHO]
            sender = Sender(text_of(raws, "service.name")[:MAX_CHARACTERS], *who)
            if _is_short(said):
                self._senders[said] = sender
        return sender

    def read(self, span: Span) -> AiSpan | None:
        """What `span` says, but for what only shows once it has settled; None: it is no AI span. Raises DecodeError."""
        raws = span.attributes.raws()
        if KIND not in raws and OPERATION not in raws:
            return None
        plan = self._plans[tuple(raws)]
        name, head, has_events, status = span.outline()
        said = name, plan.traits(raws)
        traits = plan.known.get(said)
        if span.scope is not self._scope:
            self._scope, self._sender = span.scope, self._known_sender(span.resource)
        read = AiSpan(_learn(span, plan, said) if traits is None else traits, head, self._sender)
        if plan.identity is not None:
            _identify(read, raws, plan, plan.identity)
        if plan.has_tokens:
            _spend(read, raws, plan)
        if plan.costs:
            read.cost_usd = _cost(raws, plan)
        if plan.details:
            read.said = {  # type: ignore[assignment]  # as DETAILS has it
                said: found for key, said, how in plan.details if (found := how(raws[key])) is not None
            }
        if self.weighs:
            read.weight = weight_of(span.trace_state)
        if plan.may_fail or has_events or status == _ERROR:
            read.has_events = has_events
            _look_closer(read, span)
        return read

    def let_go(self) -> None:
        """Hold nothing of the request that was read."""
        self._scope = None


def _is_short(said: object) -> bool:
    """Whether undecoded attributes, one or several, may be remembered."""
    return _size(said) <= _MOST_BYTES


def _size(said: object) -> int:
    if isinstance(said, bytes):
        return len(said)
    return sum(map(_size, said)) if isinstance(said, tuple) else 0


def _learn(span: Span, plan: Plan, said: tuple[bytes, object]) -> Traits:
    """The traits of spans that say this; `span` is the first of them."""
    traits = traits_of(span)
    if _is_short(said):
        if len(plan.known) >= _MOST:
            plan.known.clear()
        plan.known[said] = traits
    return traits


def _identify(read: AiSpan, raws: Raws, plan: Plan, identity: Any) -> None:  # noqa: ANN401
    """Let the span say for whom it was; where it does not, its sender has said it."""
    said = identity(raws)
    who = plan.people.get(said)
    if who is None:
        if len(plan.people) >= _MOST:
            plan.people.clear()
        who = tuple([identity_of(raws, keys) for keys in _WHO])
        if _is_short(said):
            plan.people[said] = who
    user, tenant, thread = who
    if user:
        read.user = user
    if tenant:
        read.tenant = tenant
    if thread:
        read.thread = thread


def _spend(read: AiSpan, raws: Raws, plan: Plan) -> None:
    """Let the span have tokens. What is no number, negative, or beyond reason, is 0."""
    counts = [0, 0, 0, 0, 0]
    for key, place in plan.tokens:
        found = number(raws[key])
        if found is not None and found > counts[place]:
            counts[place] = int(found)
    if plan.excludes_cache and value_of(raws, INPUT_EXCLUDES_CACHE) is True:
        counts[0] += counts[2] + counts[3]
    read.has_tokens, read.tokens = True, Tokens._make(counts)
    read.bears_tokens = (counts[0] > 0 or counts[1] > 0) and not read.traits.is_rollup


def _cost(raws: Raws, plan: Plan) -> float | None:
    return next((found for key in plan.costs if (found := number(raws[key])) is not None), None)


def _look_closer(read: AiSpan, span: Span) -> None:
    """At what happened: whether it failed, and when the first token came."""
    if read.has_events and read.first_token_s is None:
        first = first_token_s(span)
        if first is not None:
            read.said = {**read.said, "first_token_s": first}
    failure = failure_of(span, _RULES)
    if failure is not None:
        read.fate = judged(span, failure)
