"""The part of OTTL that `ottl_condition` understands, and its conditions compiled.

What is refused is refused at start: a policy that fails on each trace would be noticed much later. One thing differs
from other conditions of the project: `IsMatch` of nothing can't be evaluated.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from spansieve.config.mistakes import Mistake, Mistakes
from spansieve.config.problems import listed, suggestion
from spansieve.ottl import ContextName, Environment, EvaluationError, Get, Test, compile_group
from spansieve.ottl.converters.texts import matching
from spansieve.ottl.infer import parts
from spansieve.ottl.nodes import Arithmetic, Call, Literal, MapOf, Path
from spansieve.ottl.signature import Function, Parameter, text_like
from spansieve.ottl.syntax import mistake, parse_condition
from spansieve.ottl.values import Result

FUNCTIONS = (
    *("IsMatch", "IsRootSpan", "HasPrefix", "HasSuffix", "Len", "ContainsValue", "Int", "Double", "String", "Concat"),
    *("Substring", "ToLowerCase", "ToUpperCase", "IsString", "IsInt", "IsDouble", "IsBool", "IsList", "IsMap"),
)
_SPAN = (
    *("name", "kind", "kind.string", "attributes", "status.code", "status.message", "trace_state"),
    *("start_time_unix_nano", "end_time_unix_nano", "trace_id.string", "span_id.string", "parent_span_id.string"),
)
_SCOPE = ("name", "version")
_PATHS: Mapping[str, Sequence[str]] = {
    "span": _SPAN,
    "spanevent": ("name", "attributes", "time_unix_nano", "event_index"),
    "resource": ("attributes",),
    "instrumentation_scope": _SCOPE,
    "scope": _SCOPE,
}
_OF_SPAN = ("span", "resource", "instrumentation_scope", "scope")
_OF_EVENT = ("spanevent", *_OF_SPAN)
_INDEXED = frozenset({"attributes", "trace_state"})


class Conditions(NamedTuple):
    """Compiled conditions, in their order: those for a span, and those for an `EventAt`."""

    span: Sequence[Test]
    event: Sequence[Test]


def compiled(span: Sequence[str], event: Sequence[str]) -> Conditions:
    """The conditions of a policy. Raises Mistakes, with paths such as `span[0]`."""
    found: list[Mistake] = []
    conditions = Conditions(_tests(span, "span", _OF_SPAN, found), _tests(event, "spanevent", _OF_EVENT, found))
    if found:
        raise Mistakes(found)
    return conditions


def _tests(sources: Sequence[str], context: ContextName, owners: Sequence[str], found: list[Mistake]) -> list[Test]:
    tests: list[Test] = []
    environment = Environment(_no_time, {"IsMatch": _IS_MATCH})
    for place, source in enumerate(sources):
        try:
            _within(source, context, owners)
            group = compile_group([((), source)], [], (), context, environment)
        except Mistakes as error:
            found += [one._replace(path=(context, place, *one.path)) for one in error.mistakes]
        else:
            tests += [test for _, test in group.conditions]
    return tests


def _no_time() -> int:
    raise NotImplementedError  # no function of the subset reads the clock


# --- what is outside of the subset


def _within(source: str, context: str, owners: Sequence[str]) -> None:
    """Raises Mistakes for what the subset does not have."""
    for node in parts(parse_condition(source)):
        if isinstance(node, Call) and node.name not in FUNCTIONS:
            hint = suggestion(node.name, FUNCTIONS) or f"There are {listed(FUNCTIONS)}."
            raise mistake(source, node, f"tail_sampling has no function {node.name}", hint)
        if isinstance(node, Path):
            _known_path(source, node, context, owners)
        if isinstance(node, (Arithmetic, MapOf)) or (isinstance(node, Literal) and isinstance(node.value, bytes)):
            kind = {Arithmetic: "arithmetic", MapOf: "maps"}.get(type(node), "bytes")
            raise mistake(source, node, f"tail_sampling has no {kind} in conditions")


def _known_path(source: str, node: Path, context: str, owners: Sequence[str]) -> None:
    prefixed = len(node.names) > 1 and node.names[0] in owners
    owner = node.names[0] if prefixed else context
    name = ".".join(node.names[1:] if prefixed else node.names)
    if name not in _PATHS[owner]:
        known = [*_shown(context, owners)]
        written = ".".join(node.names)
        hint = suggestion(written, known) or f"There are {listed(known)}."
        raise mistake(source, node, f"tail_sampling has no path {written} here", hint)
    if name in _INDEXED and not node.keys:
        raise mistake(source, node, f"{name} needs a key here", f'Write {name}["..."].')


def _shown(context: str, owners: Sequence[str]) -> Iterator[str]:
    yield from _PATHS[context]
    for owner in owners:
        yield from (f"{owner}.{name}" for name in _PATHS[owner])


# --- the one function that differs


def _is_match(target: Get, pattern: Callable[[Result], Callable[[str], bool]]) -> Get:
    def get(item: Result) -> bool:
        value = target(item)
        if value is None:
            raise EvaluationError("IsMatch: a value is expected, found nil")
        return pattern(item)(value)

    return get


_IS_MATCH = Function(
    "IsMatch",
    (Parameter("target", text_like, False), Parameter("pattern", matching, False)),
    _is_match,
    is_pure=True,
    contexts=None,
)
