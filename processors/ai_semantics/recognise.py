"""Which convention a span was written in, and what kind of step it is: the first rule that fits decides.

Source: the mapping, sections 1 and 2.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from spansieve.semconv.names import DIALECT, KIND

from .atoms import Atoms
from .rules import AT, Mask, mask_of

_ANY: Final = "any"
_MARKED: Final = "the span has its kind"
_ALL: Final = Mask()


class Operation(NamedTuple):
    """What a rule says of a span that it fits."""

    kind: str = ""
    op: str = ""
    """The standard operation, where the rule names one."""
    fix: bool = False
    """Whether `op` replaces an operation that is there."""
    usage: str = ""
    """`leaf`, `rollup`, `own` or `none`."""
    silent: bool = False
    """Whether nothing is written on such a span unless it has an error."""
    rule: str = ""
    """Where the rule stands in the mapping."""


class Recognised(NamedTuple):
    """What a span is; an empty dialect means that nobody knows."""

    dialect: str = ""
    operation: Operation = Operation()
    detected: str = ""
    """Where the rule that found the dialect stands; empty where the span says it itself."""
    marked: bool = False
    """Whether the span had its kind already: then it keeps what it has, and only what is missing is added."""


class Recogniser:
    """The rules for dialects and operations, as masks over `atoms`."""

    def __init__(self, mapping: Mapping[str, Any], atoms: Atoms) -> None:
        """Compile all rules. Raises PatternError for a pattern that RE2 does not take."""
        ranked = sorted(mapping["dialects"], key=lambda dialect: dialect["priority"])
        self.dialects = [dialect["id"] for dialect in ranked]
        self._detect = [
            (mask_of(way, atoms), dialect["id"], f"{_place_of(dialect)}.detect[{place}]")
            for dialect in ranked
            for place, way in enumerate(dialect["detect"])
        ]
        rules = {name: rules for name, rules in mapping["operations"].items() if isinstance(rules, list)}
        self._operations = {name: list(_compiled(name, rules, atoms)) for name in rules}
        self._dialect_bits = [(atoms.value(DIALECT, name), name) for name in self.dialects]
        self._kind_bits = [(atoms.value(KIND, kind), kind) for kind in mapping["kinds"]]
        self._marked = atoms.key(KIND)

    def recognise(self, facts: int) -> Recognised:
        """What the span is of which `facts` hold."""
        dialect, detected = self._dialect(facts)
        if facts & self._marked:
            kind = next((kind for bit, kind in self._kind_bits if facts & bit), "other")
            silent = self._operation(dialect, facts).silent
            return Recognised(dialect, Operation(kind, silent=silent, rule=_MARKED), detected, marked=True)
        if not dialect:
            return Recognised()
        return Recognised(dialect, self._operation(dialect, facts), detected)

    def _dialect(self, facts: int) -> tuple[str, str]:
        for bit, name in self._dialect_bits:
            if facts & bit:
                return name, ""
        for mask, name, where in self._detect:
            if mask.holds(facts):
                return name, where
        return "", ""

    def _operation(self, dialect: str, facts: int) -> Operation:
        for rules in (self._operations.get(dialect, ()), self._operations.get(_ANY, ())):
            for mask, operation in rules:
                if mask.holds(facts):
                    return operation
        return Operation()


def _place_of(dialect: Mapping[str, Any]) -> str:
    return str(dialect.get(AT, f"dialects.{dialect['id']}"))


def _compiled(
    name: str, rules: Mapping[str, Sequence[Mapping[str, Any]]], atoms: Atoms, outer: Mask = _ALL, depth: int = 0
) -> Iterator[tuple[Mask, Operation]]:
    """The rules of a dialect, those that it uses of another one unfolded."""
    for place, rule in enumerate(rules[name]):
        mask = outer.and_(mask_of(rule, atoms))
        if "use" in rule:
            if depth > len(rules):
                raise ValueError(f"operations.{name}[{place}]: use: {rule['use']} leads back to itself")
            yield from _compiled(rule["use"], rules, atoms, mask, depth + 1)
            continue
        yield (
            mask,
            Operation(
                rule.get("kind", ""),
                rule.get("op", ""),
                rule.get("fix", False),
                rule.get("usage", ""),
                rule.get("silent", False),
                rule.get(AT, f"operations.{name}[{place}]"),
            ),
        )
