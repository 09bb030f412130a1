"""The processor's work on a request: recognise each span, fill in what is missing, judge it, and write once.

What it promises is in docs/semantics.md.
"""

from collections.abc import Iterator
from typing import Final

from spansieve.pdata import DecodeError, Span, StatusCode, TraceBatch, Value, encode_pair
from spansieve.semconv.names import (
    DIALECT,
    ERROR_CLASS,
    FINISH,
    FINISH_REASONS,
    KIND,
    NO_ERROR,
    OPERATION,
    ORIGINAL,
    PROVIDER,
)

from .filling import moved
from .look import Look, NamedEvent, event_name
from .models import Models
from .output import Output
from .plans import Alike, Origin, Plans
from .recognise import Operation
from .request import Tagged
from .table import Table
from .tree import Tree

_ROUNDS: Final = (2, 1, 0)
"""Looks left at a span after each one."""
_SYSTEM: Final = "gen_ai.system"
_RUNS: Final = frozenset({"agent", "workflow", "model"})
"""Kinds that stay what they are when control flow passes through them."""
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
        self._failing = table.signals.finishes
        self._of_name = table.atoms.of_name

    def spans(self, batch: TraceBatch) -> None:
        """Tag the spans of `batch`."""
        tree = Tree(batch)
        done: list[Tagged] = []
        alone = self._output.is_simple and batch.has_lone_spans()
        scope, origin = None, None
        for span in batch:
            if span.scope is not scope or origin is None:
                scope = span.scope
                origin = self._plans.origin(scope)
            try:
                alike, events = self.recognise(span, origin)
                if alike is None:
                    continue
                pairs = self._plain(span, alike) if alike.is_plain and not events else None
                if pairs is None:
                    done += self._seen(span, alike, events, origin)
                elif alone:
                    span.attributes.extend_raw(pairs)
                else:
                    done.append(Tagged(span, alike.place, pairs))
            except DecodeError:
                self._table.skipped("span", "malformed")
        if done:
            self._finish(done, batch, tree)

    def _seen(self, span: Span, alike: Alike, events: tuple[NamedEvent, ...], origin: Origin) -> Iterator[Tagged]:
        """The span with what is to be written on it, where that is anything."""
        look = self._look(span, alike, events, origin)
        if look is not None:
            yield Tagged(span, look.place, look.out, look, alike)

    def _finish(self, done: list[Tagged], batch: TraceBatch, tree: Tree) -> None:
        """Look at the spans together, and write."""
        inheritance, output = self._table.inheritance, self._output
        heirs = [tagged for tagged in done if tagged.alike is not None and tagged.alike.inherits]
        if heirs:
            self._inherit(heirs, done, tree)
        failed = [tagged for tagged in done if ERROR_CLASS in tagged.out]
        if failed:
            inheritance.lift(failed, done, tree)
        inheritance.mark(done, batch)
        for tagged in done:
            if not output.is_simple:
                self._models.add_cost(tagged.look, tagged.span)
                output.write(tagged.span, tagged.look)
            elif tagged.out:
                tagged.span.attributes.extend_raw(tagged.out)

    def _inherit(self, heirs: list[Tagged], done: list[Tagged], tree: Tree) -> None:
        """Fill in what comes from spans above, and what that tells further."""
        for tagged in self._table.inheritance.inherit(heirs, done, tree):
            if tagged.alike is not None:
                self._fill_on(tagged.look, tagged.alike)

    def _fill_on(self, look: Look, alike: Alike) -> None:
        self._table.filling.run(alike.steps, look)
        self._keep_framework(look)
        if alike.windowed:
            self._models.add_window(look.index, look.out, look.kind)

    def recognise(self, span: Span, origin: Origin) -> tuple[Alike | None, tuple[NamedEvent, ...]]:
        """What holds of the spans that look like this one (None: nobody knows it), and its events."""
        index = span.attributes.raws()
        plan = origin.by_keys.get(tuple(index))
        if plan is None:
            plan = self._plans.plan(origin, index)
        facts = plan.facts | self._of_name[span.raw_name]
        for key, memory in plan.tested:
            facts |= memory[index[key]]
        events = _NO_EVENTS
        if span.has_events:
            events = tuple(self._named(span))
            for event in events:
                facts |= self._table.atoms.of_event[event.name]
        try:
            return plan.verdicts[facts], events
        except KeyError:
            return self._plans.verdict(plan, facts), events

    def _named(self, span: Span) -> Iterator[NamedEvent]:
        known = self._table.atoms.of_event.__getitem__
        return (NamedEvent(event_name(one.name, one.attributes, known), one.attributes) for one in span.events)

    def _look(self, span: Span, alike: Alike, events: tuple[NamedEvent, ...], origin: Origin) -> Look | None:
        """The span with what is to be written on it, or None where that is nothing."""
        found: Alike | None = alike
        for left in _ROUNDS:
            look = None if found is None else self._tag(span, found, events)
            if look is None or look.kind or not left or not look.out.keys() - {DIALECT, ERROR_CLASS}:
                return look
            # Without a kind, what was filled in may tell it: the next look has to come to the same end.
            self._output.write(span, look)
            found, events = self.recognise(span, origin)
        return None

    def _plain(self, span: Span, alike: Alike) -> dict[str, bytes] | None:
        """What to add to a span that has its standard names, the quick way; None: that is not for this one."""
        if span.status_code == StatusCode.ERROR:
            return None
        index, out = span.attributes.raws(), alike.static.copy()
        if alike.has_provider and self._table.normaliser.of[index[PROVIDER]] is not None:
            return None
        if alike.finishes and FINISH not in index:
            finish, pair = self._table.finish.of[index[FINISH_REASONS]]
            if finish in self._failing:
                return None
            if pair:
                out[FINISH] = pair
        if alike.is_counted:
            self._models.add_usual_window(index, out)
        elif alike.windowed:
            self._models.add_window(index, out, alike.operation.kind)
        return out

    def _tag(self, span: Span, alike: Alike, events: tuple[NamedEvent, ...]) -> Look | None:
        silent, failed = alike.operation.silent, span.status_code == StatusCode.ERROR
        if silent and not (events or alike.signals or failed or alike.searches):
            return None
        look = Look(span, span.raw_name, events, alike.place, {} if silent else alike.static.copy())
        if self._output.traces:
            look.read = {}
        if not alike.is_full and not silent:
            self._fill(look, alike)
        if alike.has_provider and not silent:
            self._table.normaliser.put_right(look)
        finish = self._finished(look) if alike.finishes else ""
        if alike.windowed:
            self._models.add_window(look.index, look.out, look.kind)
        if failed or events or alike.signals or alike.searches or finish in self._failing:
            self._judge(look, span, alike, finish)
        if silent:
            if not look.out or look.text(ERROR_CLASS) == NO_ERROR:
                return None
            look.out = {**alike.static, **look.out}
        return look

    def _fill(self, look: Look, alike: Alike) -> None:
        table = self._table
        if alike.operation.fix and not alike.recognised.marked:
            _fix(look, alike.operation)
        table.filling.run(alike.steps, look)
        if alike.has_table_events and table.events.add(look):
            table.filling.run(alike.steps, look)  # some read what the events said
        self._keep_framework(look)

    def _keep_framework(self, look: Look) -> None:
        """A framework's name in `gen_ai.system`, once the provider was found elsewhere, is kept as an original."""
        if look.kind not in _MODEL_KINDS or PROVIDER not in look.out:
            return
        system: Value = look.value(_SYSTEM)
        if self._table.providers.is_framework(system):
            look.put(f"{ORIGINAL}{_SYSTEM}", system)

    def _finished(self, look: Look) -> str:
        """The class of the finish reasons; it is to be written where it is not there."""
        if FINISH in look.index:
            return look.text(FINISH)
        raw = look.raw(FINISH_REASONS)
        if raw is None:
            return ""
        finish, pair = self._table.finish.of[raw]
        if pair:
            look.out[FINISH] = pair
        return str(finish)

    def _judge(self, look: Look, span: Span, alike: Alike, finish: str) -> None:
        if ERROR_CLASS in look.index:
            return
        verdict = self._table.judge.span(look, span, alike.signals, finish, searches=alike.searches)
        if verdict is None:
            return
        look.out.update(verdict.pairs(look))
        if verdict.kind and not alike.recognised.marked and look.kind not in _RUNS:
            look.kind = verdict.kind
            look.out[KIND] = encode_pair(KIND, verdict.kind)
            filling = self._table.filling
            filling.run(filling.program(look.dialect, look.kind, look.facts, alike.keys), look)


def _fix(look: Look, operation: Operation) -> None:
    """Replace an operation that is there, where the rule says that it is wrong."""
    old = look.value(OPERATION)
    if OPERATION in look.index and old != operation.op:
        look.replace(*moved(OPERATION, old, operation.op))
