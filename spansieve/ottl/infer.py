"""Which context an expression belongs to, from the paths and functions in it.

Source: pkg/ottl/context_inferrer.go of the Go Collector (contrib).
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from .contexts import ALIASES, PRIORITY, ContextName
from .nodes import Call, Node, Path
from .signature import FUNCTIONS


def inferred(nodes: Sequence[Node], allowed: Sequence[ContextName]) -> ContextName | None:
    """The context of `allowed` that all of `nodes` can be run in: the most particular one that they name."""
    named = {context for node in nodes for part in parts(node) for context in _named(part)}
    return next((context for context in PRIORITY if context in named and context in allowed), None)


def _named(node: Node) -> set[str]:
    if isinstance(node, Path):
        return {ALIASES.get(node.names[0], node.names[0])}
    found = FUNCTIONS.get(node.name) if isinstance(node, Call) else None
    return set(found.contexts or ()) if found else set()


def parts(node: Node) -> Iterator[Node]:
    """`node` and all below it."""
    waiting: list[object] = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, tuple):
            waiting += current
        elif isinstance(current, Node):
            yield current
            waiting += [getattr(current, field.name) for field in fields(current)]
