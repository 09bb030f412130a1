"""Lists of expressions as configurations have them: each list has one context, and its mistakes are told at once."""

from collections.abc import Callable, Sequence
from typing import Annotated, NamedTuple, TypeVar

from pydantic import BeforeValidator

from spansieve.config.mistakes import Mistake, Mistakes
from spansieve.config.problems import Path, listed

from .access import Get
from .compare import Test
from .compiler import Compiler, Environment
from .contexts import ContextName
from .infer import inferred, parts
from .nodes import Node, Statement
from .nodes import Path as TelemetryPath
from .syntax import mistake, parse_condition, parse_statement

NodeT = TypeVar("NodeT", bound=Node)
CompiledT = TypeVar("CompiledT")
Expressions = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
"""A field of a configuration: a list of expressions, or one, which is not split at its commas."""
Sources = Sequence[tuple[Path, str]]
"""Expressions, each with its place in the configuration."""


class Group(NamedTuple):
    """Conditions and statements of one context; where each stands is told by the paths in the same order."""

    context: ContextName
    conditions: Sequence[tuple[Path, Test]]
    statements: Sequence[tuple[Path, Get]]


def compile_group(
    conditions: Sources,
    statements: Sources,
    allowed: Sequence[ContextName],
    context: ContextName | None,
    environment: Environment,
) -> Group:
    """Compile expressions that belong together.

    With `context` paths may leave it out, as Collector users did first; without it each path begins with its context,
    and the most particular one of `allowed` that any names is that of all. Raises Mistakes, each with its expression's
    path.
    """
    found: list[Mistake] = []
    asked = _each(conditions, lambda _, source: parse_condition(source), found)
    done = _each(statements, lambda _, source: parse_statement(source), found)
    if found:
        raise Mistakes(found)
    chosen = context or inferred([node for _, _, node in (*asked, *done)], allowed)
    if chosen is None:
        raise Mistakes([_no_context(entry, allowed) for entry in (*asked, *done)])

    def compiler(source: str) -> Compiler:
        return Compiler(source, chosen, environment, prefixed=context is None)

    tests = _each(asked, lambda entry, source: compiler(source).condition(entry[2]), found)
    runs = _each(done, lambda entry, source: compiler(source).statement(entry[2]), found)
    if found:
        raise Mistakes(found)
    return Group(chosen, [(path, test) for path, _, test in tests], [(path, run) for path, _, run in runs])


EntryT = TypeVar("EntryT", bound=tuple[Path, str] | tuple[Path, str, Node] | tuple[Path, str, Statement])


def _each(
    entries: Sequence[EntryT], make: Callable[[EntryT, str], CompiledT], found: list[Mistake]
) -> list[tuple[Path, str, CompiledT]]:
    made: list[tuple[Path, str, CompiledT]] = []
    for entry in entries:
        path, source = entry[0], entry[1]
        try:
            made.append((path, source, make(entry, source)))
        except Mistakes as error:
            found += [one._replace(path=(*path, *one.path)) for one in error.mistakes]
    return made


def _no_context(entry: tuple[Path, str, Node], allowed: Sequence[ContextName]) -> Mistake:
    path, source, node = entry
    first = next((part for part in parts(node) if isinstance(part, TelemetryPath)), node)
    hint = f"Begin the paths with one of {listed(allowed)}."
    error = mistake(source, first, "no path names a context that this signal has", hint)
    return error.mistakes[0]._replace(path=path)
