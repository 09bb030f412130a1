"""Rules as masks: a rule holds where all bits that it needs are set and none that it forbids is."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, TypeVar

from .atoms import Atoms


class Mask(NamedTuple):
    """What a rule asks of the bits of a span."""

    need: int = 0
    forbid: int = 0

    def holds(self, facts: int) -> bool:
        """Whether the rule fits what is known of a span."""
        return facts & self.need == self.need and not facts & self.forbid

    def and_(self, other: "Mask") -> "Mask":
        """Both at once."""
        return Mask(self.need | other.need, self.forbid | other.forbid)


CONDITIONS = ("scope", "scope_exact", "attr", "attr_prefix", "attr_re", "name", "event", "resource", "not")
"""The keys of a rule that are conditions."""
AT: Final = "at"
"""The key of a rule that says where it was written; without it, it stands in the shipped table."""

TextsT = TypeVar("TextsT")


def mask_of(rule: Mapping[str, Any], atoms: Atoms) -> Mask:
    """The mask of the conditions in `rule`. Raises PatternError for a pattern that RE2 does not take."""
    need = 0
    for bit in _bits(rule, atoms):
        need |= bit
    forbid = 0
    for bit in _bits(rule.get("not", {}), atoms):
        forbid |= bit
    return Mask(need, forbid)


def _bits(rule: Mapping[str, Any], atoms: Atoms) -> Iterable[int]:
    if "scope" in rule:
        yield atoms.scope(texts(rule["scope"]), exact=False)
    if "scope_exact" in rule:
        yield atoms.scope(texts(rule["scope_exact"]), exact=True)
    for key, wanted in rule.get("attr", {}).items():
        yield atoms.value(key, wanted)
    for prefix in texts(rule.get("attr_prefix", ())):
        yield atoms.prefix(prefix)
    for key, pattern in rule.get("attr_re", {}).items():
        yield atoms.search(key, pattern)
    if "name" in rule:
        yield atoms.name(rule["name"])
    if "event" in rule:
        yield atoms.event(texts(rule["event"]))
    for key, wanted in rule.get("resource", {}).items():
        yield atoms.resource(key, wanted)


def texts(value: object) -> tuple[str, ...]:
    """One text or a list of them, as a tuple."""
    return (value,) if isinstance(value, str) else tuple(value)  # type: ignore[arg-type]
