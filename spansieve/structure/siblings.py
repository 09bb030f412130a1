"""Which calls stand side by side: under one parent, once what merely wraps a single call is looked through.

Frameworks put spans of their own around each tool call (LangGraph a span `tools`, Codex a chain of them), so the tools
of one answer often have parents of their own. Such a wrapper is passed; the first ancestor that is none is the parent.
It need not be among the steps: calls with a parent that nobody has seen are siblings all the same.

An agent counts as a call where it is invoked as a tool: below an agent, a tool or a batch, or beside a tool. One below
a workflow is a part of the programme and no call; below a parent that is not known it may be either, so it is none.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

from .step import Places, Step, families, in_order, parent_of

WRAPPERS = frozenset({"", "task", "step", "other", "message"})
"""Kinds that do no work of their own. One that holds exactly one call is passed on the way up; others never are."""

_CALLERS = frozenset({"agent", "tool", "batch"})


def siblings(calls: Sequence[int], steps: Sequence[Step], places: Places) -> dict[bytes, list[int]]:
    """Calls by the id of their parent (empty: none), in order of start, as `calls` are: tools and agents."""
    direct = families(calls, steps)
    shared = _shared(direct, steps, places)
    together: dict[bytes, list[list[int]]] = {}
    for parent, members in direct.items():
        together.setdefault(_top(parent, steps, places, shared), []).append(members)
    return {parent: _invoked(_joined(lists, steps), parent, steps, places) for parent, lists in together.items()}


def _shared(direct: Mapping[bytes, list[int]], steps: Sequence[Step], places: Places) -> set[int]:
    """Wrappers that hold several calls: where a way up meets another, or itself in a circle; none is passed twice."""
    passed: set[int] = set()
    shared: set[int] = set()
    for parent, members in direct.items():
        at = places.get(parent)
        if at is not None and len(members) > 1:
            shared.add(at)
        while at is not None and steps[at].kind in WRAPPERS:
            if at in passed:
                shared.add(at)
                break
            passed.add(at)
            at = places.get(parent_of(steps[at]))
    return shared


def _top(parent: bytes, steps: Sequence[Step], places: Places, shared: set[int]) -> bytes:
    """What is not shared lies on one way only, so all ways together are no longer than the trace."""
    while (at := places.get(parent)) is not None and at not in shared and steps[at].kind in WRAPPERS:
        parent = parent_of(steps[at])
    return parent


def _joined(lists: list[list[int]], steps: Sequence[Step]) -> list[int]:
    return lists[0] if len(lists) == 1 else in_order(chain.from_iterable(lists), steps)


def _invoked(members: list[int], parent: bytes, steps: Sequence[Step], places: Places) -> list[int]:
    """The members, if they are calls: tools, or agents that are invoked as tools."""
    at = places.get(parent)
    called = at is not None and steps[at].kind in _CALLERS
    return members if called or any(steps[place].kind == "tool" for place in members) else []
