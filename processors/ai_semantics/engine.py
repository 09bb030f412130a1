"""The processor's work on a request: recognise each span, fill in what is missing, judge it, and write once.

Source: genai_semconv, section 1.
"""

from collections.abc import Iterator
from typing import Final

from spansieve.pdata import Span, TraceBatch, Value, decode_text, encode_pair

from .filling import PROVIDER, moved
from .finish import FINISH, REASONS
from .judge import CLASS, NONE
from .look import ORIGINAL, Look, NamedEvent, event_name
from .models import Models
from .output import Output
from .plans import Alike, Origin, Plans
from .recognise import DIALECT, KIND, OPERATION, Operation
from .table import Table
from .tree import Tree

_MOST_ROUNDS: Final = 3
_SYSTEM: Final = "gen_ai.system"
_MODEL_KINDS: Final = frozenset({"model", "embedding"})
_NO_EVENTS: Final[tuple[NamedEvent, ...]] = ()


class Engine:
    """Works on batches of spans, in place."""

    def __init__(self, table: Table, plans: Plans, models: Models, output: Output) -> None:
        """`output` writes, the way the configuration wants it."""
        self._table = table
        self._plans = plans
        self._models = models
        self._output = output

    def spans(self, batch: TraceBatch) -> None:
        """Tag the spans of `batch`."""
        tree = Tree(batch)
        done: list[tuple[Span, Look]] = []
        scope, origin = None, None
        for span in batch:
            if span.scope is not scope or origin is None:
                scope = span.scope
                origin = self._plans.origin(scope)
            look = self._span(span, origin, tree)
            if look is not None:
                done.append((span, look))
        if done:
            self._finish(done, batch, tree)

    def _finish(self, done: list[tuple[Span, Look]], batch: TraceBatch, tree: Tree) -> None:
        """Look at the spans together, and write."""
        inheritance = self._table.inheritance
        inheritance.lift(done, tree)
        inheritance.mark(done, batch)
        priced = self._models.are_priced
        write = self._output.write
        for span, look in done:
            if priced:
                self._models.add_cost(look, span)
            write(span, look)

    def recognise(self, span: Span, origin: Origin) -> tuple[Alike | None, tuple[NamedEvent, ...]]:
        """What holds of the spans that look like this one (None: nobody knows it), and its events."""
        index = span.attributes.raws()
        plan = origin.by_keys.get(tuple(index)) or self._plans.plan(origin, index)
        atoms = self._table.atoms
        facts = plan.facts | atoms.of_name[span.raw_name]
        for key, memory in plan.tested:
            facts |= memory[index[key]]
        events = _NO_EVENTS
        if span.has_events:
            events = tuple(self._named(span))
            for event in events:
                facts |= atoms.of_event[event.name]
        verdicts = plan.verdicts
        return (verdicts[facts] if facts in verdicts else self._plans.verdict(plan, facts)), events

    def _named(self, span: Span) -> Iterator[NamedEvent]:
        known = self._table.atoms.of_event.__getitem__
        return (NamedEvent(event_name(one.name, one.attributes, known), one.attributes) for one in span.events)

    def _span(self, span: Span, origin: Origin, tree: Tree) -> Look | None:
        look = None
        for _ in range(_MOST_ROUNDS):
            alike, events = self.recognise(span, origin)
            if alike is None:
                return None
            look = self._tag(span, alike, events, tree)
            if look is None or look.kind or not look.out.keys() - {DIALECT, CLASS}:
                return look
            # Without a kind, what was filled in may tell it: the next look has to come to the same end.
            self._output.write(span, look)
        return look

    def _tag(self, span: Span, alike: Alike, events: tuple[NamedEvent, ...], tree: Tree) -> Look | None:
        silent = alike.operation.silent
        if silent and not (events or alike.signals or span.has_status or alike.searches):
            return None
        look = Look(span, decode_text(span.raw_name), events, alike.place, {} if silent else dict(alike.static))
        if self._output.traces:
            look.read = {}
        if not alike.is_plain and not silent:
            self._fill(look, span, alike, tree)
        if alike.has_provider:
            self._normalise(look)
        finish = self._finished(look) if alike.finishes else ""
        if alike.windowed:
            self._models.add_window(look)
        if events or alike.signals or alike.searches or finish or span.has_status:
            self._judge(look, span, alike, finish)
        if silent:
            if not look.out or look.text(CLASS) == NONE:
                return None
            look.out = {**alike.static, **look.out}
        return look

    def _fill(self, look: Look, span: Span, alike: Alike, tree: Tree) -> None:
        table = self._table
        if alike.operation.fix and not alike.recognised.marked:
            _fix(look, alike.operation)
        if alike.inherits:
            table.inheritance.inherit(look, span, tree)
        table.filling.run(alike.steps, look)
        if look.kind in _MODEL_KINDS and PROVIDER in look.out:
            self._keep_framework(look)
        if alike.has_table_events:
            table.events.add(look)

    def _normalise(self, look: Look) -> None:
        found = self._table.normaliser.of(look.index[PROVIDER])
        if found is not None:
            look.replace(*found)

    def _keep_framework(self, look: Look) -> None:
        """A framework's name in `gen_ai.system`, once the provider was found elsewhere, is kept as an original."""
        system: Value = look.value(_SYSTEM)
        if self._table.providers.is_framework(system):
            look.put(f"{ORIGINAL}{_SYSTEM}", system)

    def _finished(self, look: Look) -> str:
        """The class of the finish reasons; it is to be written where it is not there."""
        if FINISH in look.index:
            return look.text(FINISH)
        raw = look.raw(REASONS)
        finish = self._table.finish.of_pair(raw) if raw is not None else ""
        if finish:
            look.out[FINISH] = encode_pair(FINISH, finish)
        return finish

    def _judge(self, look: Look, span: Span, alike: Alike, finish: str) -> None:
        if CLASS in look.index:
            return
        verdict = self._table.judge.span(look, span, alike.signals, finish)
        if verdict is None:
            return
        look.out.update(verdict.pairs(look))
        if verdict.kind and not alike.recognised.marked:
            look.kind = verdict.kind
            look.out[KIND] = encode_pair(KIND, verdict.kind)


def _fix(look: Look, operation: Operation) -> None:
    """Replace an operation that is there, where the rule says that it is wrong."""
    old = look.value(OPERATION)
    if OPERATION in look.index and old != operation.op:
        look.replace(*moved(OPERATION, old, operation.op))
