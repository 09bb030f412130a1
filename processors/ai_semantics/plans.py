"""What is decided once for all spans that look alike to the rules.

A plan is for spans of one scope with the same known keys; within it, what rules see of name, events and values leads to
what holds of the span.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from spansieve.pdata import DecodeError, Scope, encode_pair
from spansieve.semconv.names import DIALECT, FINISH, FINISH_REASONS, KIND, OPERATION, PROVIDER, ROLLUP

from .atoms import Memory, key_test
from .filling import Step
from .look import Place
from .models import COUNTED, SPECIAL, WINDOWED
from .recognise import Operation, Recognised
from .signals import Signal
from .table import Table

MAX_PLANS: Final = 4096
"""Plans and verdicts remembered, of all scopes; one more, and all are forgotten. About 1 kB each."""
_MAX_CHARACTERS: Final = 4096
"""Keys of a span by which its plan is found the quicker way; a span with more in its keys takes the other."""


class Alike(NamedTuple):
    """What holds of all spans that look alike to the rules."""

    recognised: Recognised
    keys: frozenset[str]
    """The known keys that are there."""
    place: Place
    static: dict[str, bytes]
    """Pairs that all of them get."""
    steps: tuple[Step, ...]
    signals: tuple[Signal, ...]
    """Signs of an error in attributes and name."""
    searches: bool
    """Whether there are results to be searched for errors."""
    finishes: bool
    """Whether there are, or may be, finish reasons."""
    has_provider: bool
    has_table_events: bool
    inherits: bool
    windowed: bool
    is_counted: bool
    """Whether a model, its provider and input tokens are there, and nothing that bears on the window besides."""
    is_full: bool
    """Whether nothing has to be filled in but for the window."""
    is_plain: bool
    """Whether besides nothing can say that it failed but for status, events and finish reasons."""

    @property
    def operation(self) -> Operation:
        """What the rule says that was met."""
        return self.recognised.operation


class Plan:
    """What holds of spans with the same keys, from one scope."""

    __slots__ = ("facts", "keys", "tested", "verdicts")

    def __init__(self, keys: frozenset[str], facts: int, tested: list[tuple[str, Memory]]) -> None:
        """`tested`: the keys whose values rules look at."""
        self.keys = keys
        self.facts = facts
        self.tested = tested
        self.verdicts: dict[int, Alike | None] = {}


class Origin:
    """Scopes and resources of which the same holds, and the plans for their spans."""

    __slots__ = ("by_keys", "facts", "plans")

    def __init__(self, facts: int) -> None:
        """No plans yet."""
        self.facts = facts
        self.by_keys: dict[tuple[str, ...], Plan] = {}
        """By all keys in their order: the quicker way to a plan."""
        self.plans: dict[frozenset[str | None], Plan] = {}


class Plans:
    """Makes plans, and forgets them when there are too many."""

    def __init__(self, table: Table) -> None:
        """Nothing is decided yet."""
        self._table = table
        self._origins: dict[int, Origin] = {}
        self._names: dict[tuple[int, tuple[str, ...]], str] = {}
        self._known = Memory(self._representative)
        self._patterns = {pattern: key_test(pattern) for pattern in table.filling.patterns}
        self._count = 0

    def origin(self, scope: Scope) -> Origin:
        """What holds of the spans of `scope`."""
        atoms = self._table.atoms
        facts = atoms.of_scope[scope.name]
        try:
            facts |= atoms.of_resource(scope.resource.attributes.raws())
        except DecodeError:
            self._table.skipped("resource", "malformed")
        if self._count > MAX_PLANS:
            self._origins.clear()
            self._count = 0
        origin = self._origins.get(facts)
        if origin is None:
            self._count += 1
            origin = self._origins[facts] = Origin(facts)
        return origin

    def plan(self, origin: Origin, index: Mapping[str, bytes]) -> Plan:
        """The plan for spans with the keys of `index`."""
        shape = frozenset(map(self._known.__getitem__, index))
        plan = origin.plans.get(shape) or self._made(origin, shape)
        if sum(map(len, index)) <= _MAX_CHARACTERS:
            origin.by_keys[tuple(index)] = plan
            self._count += 1
        return plan

    def _representative(self, key: str) -> str | None:
        """What stands for `key` in a plan: itself, a word for all that the same patterns fit, None if no rule cares."""
        if key in self._table.keys:
            return key
        bits = self._table.atoms.of_key[key]
        patterns = tuple(self._patterns_of(key))
        return self._names.setdefault((bits, patterns), f"{bits} {patterns}") if bits or patterns else None

    def _patterns_of(self, key: str) -> Iterator[str]:
        return (pattern for pattern, test in self._patterns.items() if test(key))

    def _made(self, origin: Origin, shape: frozenset[str | None]) -> Plan:
        atoms, facts = self._table.atoms, origin.facts
        keys = {key for key in shape if key is not None}
        for (bits, patterns), name in self._names.items():
            if name in keys:
                keys.remove(name)
                keys.update(patterns)
                facts |= bits
        exact = [key for key in keys if "*" not in key]
        for key in exact:
            facts |= atoms.of_key[key]
            keys.update(self._patterns_of(key))
        tested = [(key, memory) for key, memory in self._table.tested.items() if key in keys]
        plan = origin.plans[shape] = Plan(frozenset(keys), facts, tested)
        self._count += 1
        return plan

    def verdict(self, plan: Plan, facts: int) -> Alike | None:
        """What holds of spans of `plan` of which `facts` hold; None: nobody knows them. Remembered."""
        if len(plan.verdicts) >= MAX_PLANS:
            plan.verdicts.clear()
        self._count += 1
        found = plan.verdicts[facts] = self._alike(plan, facts)
        return found

    def _alike(self, plan: Plan, facts: int) -> Alike | None:
        table, keys = self._table, plan.keys
        recognised = table.recogniser.recognise(facts)
        if not recognised.dialect and not recognised.marked:
            return None
        asked = None if recognised.marked else table.signals.asked(facts)
        if asked:
            recognised = recognised._replace(operation=recognised.operation._replace(kind=asked))
        dialect, operation = recognised.dialect, recognised.operation
        kind = operation.kind
        steps = () if operation.silent else table.filling.program(dialect, kind, facts, keys)
        has_table_events = bool(facts & table.events.bits)
        inherits = table.inheritance.inherits(dialect, kind)
        fixes = operation.fix and OPERATION in keys
        signals = table.signals.of_facts(dialect, kind, facts)
        searches = table.signals.searches(kind) and not keys.isdisjoint(table.signals.content_keys)
        is_full = bool(kind) and not (steps or fixes or has_table_events or inherits or operation.silent)
        return Alike(
            recognised,
            keys,
            (dialect, kind, facts),
            self._static(recognised, facts, keys),
            steps,
            signals,
            searches=searches,
            finishes=FINISH_REASONS in keys
            or FINISH in keys
            or any(step.target.name == FINISH_REASONS for step in steps),
            has_provider=PROVIDER in keys,
            has_table_events=has_table_events,
            inherits=inherits,
            windowed=kind in WINDOWED,
            is_counted=kind == "model" and keys >= COUNTED and keys.isdisjoint(SPECIAL),
            is_full=is_full,
            is_plain=is_full and not (signals or searches),
        )

    def _static(self, recognised: Recognised, facts: int, keys: frozenset[str]) -> dict[str, bytes]:
        if recognised.marked:
            return {}
        operation = recognised.operation
        pairs = {DIALECT: recognised.dialect, KIND: operation.kind, OPERATION: operation.op}
        found = {key: encode_pair(key, value) for key, value in pairs.items() if value and key not in keys}
        if operation.usage == "rollup" and ROLLUP not in keys and not facts & self._table.events.own:
            found[ROLLUP] = encode_pair(ROLLUP, True)
        return found
