"""The processor's engines with notes taken: what they do is theirs, and what is asked beside it changes nothing."""

from spansieve.pdata import LogRecord, Span, TraceBatch
from spansieve.semconv.names import CONTEXT_UTILIZATION, CONTEXT_WINDOW, ERROR_CLASS, ORIGINAL

from .engine import Engine
from .log_engine import LogEngine
from .look import Look, NamedEvent
from .notes import Notebook
from .plans import Alike, Origin
from .processor import Parts
from .records import Rule
from .request import Tagged
from .tree import Tree


class WatchedEngine(Engine):
    """Works on spans, and notes of each what decided."""

    def __init__(self, parts: Parts, notebook: Notebook) -> None:
        """`notebook` takes the notes."""
        super().__init__(parts.table, parts.plans, parts.models, parts.output)
        self._notebook = notebook

    def recognise(self, span: Span, origin: Origin) -> tuple[Alike | None, tuple[NamedEvent, ...]]:
        """As the engine does."""
        self._notebook.turn_to(span)
        alike, events = super().recognise(span, origin)
        if alike is not None:
            self._notebook.of(span).alikes.append(alike)
        return alike, events

    def _fill(self, look: Look, alike: Alike) -> None:
        notes, before = self._notebook.of(look.item), set(look.out)
        notes.looks.append(look)
        super()._fill(look, alike)
        others = look.out.keys() - before - (look.read or {}).keys()
        notes.of_events |= {key for key in others if not key.startswith(ORIGINAL)}

    def _inherit(self, heirs: list[Tagged], done: list[Tagged], tree: Tree) -> None:
        before = {id(one.span): set(one.out) for one in heirs}
        super()._inherit(heirs, done, tree)
        for one in heirs:
            new = one.out.keys() - before[id(one.span)] - (one.look.read or {}).keys()
            self._notebook.of(one.span).inherited |= new - {CONTEXT_WINDOW, CONTEXT_UTILIZATION}

    def _judge(self, look: Look, span: Span, alike: Alike, finish: str) -> None:
        if ERROR_CLASS not in look.index:
            judge = self._table.judge
            self._notebook.of(span).verdict = judge.span(look, span, alike.signals, finish, searches=alike.searches)
        super()._judge(look, span, alike, finish)

    def _finish(self, done: list[Tagged], batch: TraceBatch, tree: Tree) -> None:
        by_span = {id(one.span): one for one in done}
        lifted: list[tuple[Tagged, str]] = []
        for one in [one for one in done if ERROR_CLASS in one.out]:
            above = [by_span[id(span)] for span in tree.ancestors(one.span) if id(span) in by_span]
            before = [set(other.out) for other in above]
            self._table.inheritance.lift([one], done, tree)
            for other, had in zip(above, before, strict=True):
                new = other.out.keys() - had
                self._notebook.of(other.span).lifted.update(dict.fromkeys(new, one.span))
                lifted += [(other, key) for key in new]
        for one, key in lifted:
            del one.out[key]  # the engine lifts all of them itself
        super()._finish(done, batch, tree)


class WatchedLogEngine(LogEngine):
    """Works on log records, and notes of each what decided."""

    def __init__(self, parts: Parts, notebook: Notebook) -> None:
        """`notebook` takes the notes."""
        super().__init__(parts.table, parts.plans, parts.output)
        self._notebook = notebook

    def look_at(self, record: LogRecord, facts: int) -> Look | None:
        """As the engine does."""
        self._notebook.turn_to(record)
        look = super().look_at(record, facts)
        if look is not None:
            self._notebook.of(record).looks.append(look)
        return look

    def _fill(self, look: Look, rule: Rule) -> None:
        self._notebook.of(look.item).rule = rule
        super()._fill(look, rule)

    def _judge(self, look: Look, record: LogRecord, *, failed: bool) -> None:
        event = NamedEvent(look.name, record.attributes)
        self._notebook.of(record).verdict = self._table.judge.record(look, event, failed=failed)
        super()._judge(look, record, failed=failed)
