"""What is to be done with an item, by the keys of its attributes: spans of one kind have the same ones."""

from typing import NamedTuple

from spansieve.pdata import Attributes

from .policy import Policy

_MOST, _MOST_CHARACTERS = 8192, 8192
"""Plans remembered, and the characters of all keys of one."""


class Plan(NamedTuple):
    """By the keys alone."""

    content: bool
    """Whether one holds content."""
    kept: bool
    """Whether content is kept as it is."""
    special: tuple[str, ...]
    """Those to be looked at whatever stands there: of identity, and content that does not simply pass scrubbed."""


class Plans:
    """Plans by keys, remembered."""

    def __init__(self, policy: Policy) -> None:
        """Nothing is known yet."""
        self._policy = policy
        self._known: dict[tuple[str, ...], Plan] = {}

    def of(self, attributes: Attributes) -> Plan:
        """The plan for an item with these attributes."""
        keys = tuple(attributes.raws())
        plan = self._known.get(keys)
        if plan is None:
            plan = self._made(keys)
            if len(self._known) >= _MOST:
                self._known.clear()
            if sum(map(len, keys)) <= _MOST_CHARACTERS:
                self._known[keys] = plan
        return plan

    def _made(self, keys: tuple[str, ...]) -> Plan:
        facts = [self._policy.facts(key) for key in keys]
        return Plan(
            any(one.kind for one in facts),
            any(one.treatment.action == "keep" for one in facts),
            tuple(one.name for one in facts if one.identity or one.treatment.action not in {"scrub", "keep"}),
        )
