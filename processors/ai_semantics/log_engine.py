"""The processor's work on a request of log records; docs/semantics.md says which mean something."""

from collections.abc import Mapping

from spansieve.pdata import DecodeError, LogBatch, LogRecord
from spansieve.semconv.names import DIALECT, ERROR_CLASS, KIND, OPERATION

from .getters import Target
from .look import EVENT_NAME, Look, NamedEvent, event_name
from .output import Output
from .plans import Plans
from .records import Rule
from .table import Table
from .values import safely


class LogEngine:
    """Works on batches of log records, in place: those that rules name, and those with a sign of an error."""

    def __init__(self, table: Table, plans: Plans, output: Output) -> None:
        """`output` writes, the way the configuration wants it."""
        self._table = table
        self._plans = plans
        self._output = output

    def records(self, batch: LogBatch) -> None:
        """Tag the records of `batch`."""
        scope, facts = None, 0
        for record in batch:
            if record.scope is not scope:
                scope = record.scope
                facts = self._plans.origin(scope).facts
            try:
                look = self.look_at(record, facts)
            except DecodeError:
                self._table.skipped("record", "malformed")
                continue
            if look is not None and look.out:
                self._output.write_record(look)

    def look_at(self, record: LogRecord, facts: int) -> Look | None:
        """The record with what is to be written, or None where no rule knows its name; `facts` hold of its scope."""
        table = self._table
        given = event_name(record.event_name, record.attributes, self._is_known)
        if "." not in given and not _is_named(record, given):
            return None
        name = table.records.named(given)
        if not name or not (self._is_known(given) or self._is_known(name)):
            return None
        facts |= table.atoms.of_event[name] | self._facts_of(record.attributes.raws())
        recognised = table.recogniser.recognise(facts)
        rule = table.records.rule(given, facts)
        kind = rule.kind if rule is not None else ""
        look = Look(record, name.encode(errors="replace"), (), (recognised.dialect, kind, facts), {})
        if self._output.traces:
            look.read = {}
        if rule is not None:
            self._fill(look, rule)
            self._table.normaliser.put_right(look)
        if ERROR_CLASS not in look.index:
            self._judge(look, record, failed=rule is not None and rule.failed)
        return look

    def _is_known(self, name: str) -> bool:
        return bool(self._table.atoms.of_event[name]) or name in self._table.records.names

    def _facts_of(self, index: Mapping[str, bytes]) -> int:
        atoms, tested = self._table.atoms, self._table.tested
        facts = 0
        for key, raw in index.items():
            facts |= atoms.of_key[key]
            if key in tested:
                facts |= tested[key][raw]
        return facts

    def _fill(self, look: Look, rule: Rule) -> None:
        for key, value in ((DIALECT, look.dialect), (KIND, rule.kind), (OPERATION, rule.op)):
            if value:
                look.put(key, value)
        filling = self._table.filling
        filling.run((step for step in rule.steps if not _is_there(step.target, look)), look)
        keys = frozenset((*look.index, *look.out))
        filling.run(filling.program(look.dialect, look.kind, look.facts, keys), look)

    def _judge(self, look: Look, record: LogRecord, *, failed: bool) -> None:
        event = NamedEvent(look.name, record.attributes)
        verdict = self._table.judge.record(look, event, failed=failed)
        if verdict is None:
            return
        look.out.update(verdict.pairs(look))
        if not look.kind and look.dialect:
            look.put(DIALECT, look.dialect)
            look.put(KIND, "other")


def _is_there(target: Target, look: Look) -> bool:
    return any(look.has(name) for name in (target.name, *target.others))


def _is_named(record: LogRecord, name: str) -> bool:
    """Whether `name`, a bare word such as `tool_result`, is meant as the name of an event, and is no logger's text."""
    raw = record.attributes.raws().get(EVENT_NAME)
    return record.event_name == name or (raw is not None and safely(raw) == name)
