"""What functions take: the kinds of parameter, and the table of all functions.

A function is a builder: it is given what its arguments were compiled to, once, and returns the closure that runs. A
kind of parameter turns an argument's node into that: a getter that checks what it gets, a constant, or a target.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from spansieve.actions.patterns import MAX_ENTRIES, Pattern, PatternError, compile_pattern

from .access import Get, Set
from .contexts import ContextName
from .nodes import Node
from .values import EvaluationError, Result, kind, text_of, wrong

Bound: TypeAlias = Any
"""What an argument was compiled to; which type it has is its parameter's kind's affair."""


class Target(NamedTuple):
    """A path that can be read and set."""

    get: Get
    set: Set


class Binder(Protocol):
    """What kinds ask of the compiler. Every method raises Mistakes."""

    def value(self, node: Node) -> Get:
        """`node` as a getter."""

    def constant(self, node: Node) -> tuple[bool, Result]:
        """Whether `node` needs no item, and its value then."""

    def target(self, node: Node) -> Target:
        """`node` as a path that can be set."""

    def converter(self, node: Node) -> "Callable[[Get], Get]":
        """`node` as the name of a converter that is given a text."""

    def entries(self, node: Node) -> "Sequence[Node] | None":
        """The entries of a list that is written out; None for any other node."""

    def wrong(self, node: Node, text: str) -> Exception:
        """A mistake at `node`, to be raised."""


Kind: TypeAlias = Callable[[Binder, Node, str], Bound]
"""Compiles one argument; the text names function and parameter."""


def any_value(binder: Binder, node: Node, _label: str) -> Get:
    """Any value."""
    return binder.value(node)


def checked(wanted: str, fits: Callable[[Result], bool]) -> Kind:
    """A kind whose values have to be `wanted`, which `fits` tells."""

    def bind(binder: Binder, node: Node, label: str) -> Get:
        read = binder.value(node)
        is_constant, value = binder.constant(node)
        if is_constant:
            if not fits(value):
                raise binder.wrong(node, f"{label}: {wrong(wanted, value)}")
            return read

        def get(item: Result) -> Result:
            value = read(item)
            if not fits(value):
                raise EvaluationError(f"{label}: {wrong(wanted, value)}")
            return value

        return get

    return bind


text = checked("a text", lambda value: type(value) is str)
whole = checked("a whole number", lambda value: type(value) is int)
mapping = checked("a map", lambda value: isinstance(value, Mapping))
listing = checked("a list", lambda value: isinstance(value, list))


def of(sort: type) -> Kind:
    """A kind for values of exactly one type."""
    return checked(kind(sort(0)), lambda value: type(value) is sort)


def text_like(binder: Binder, node: Node, label: str) -> Get:
    """Any value that can be written as text; nil stays nil."""
    read = binder.value(node)

    def get(item: Result) -> str | None:
        value: Result = read(item)
        if type(value) is str:
            return value
        try:
            return text_of(value)
        except EvaluationError as error:
            raise EvaluationError(f"{label}: {error}") from None

    return get


def constant(wanted: str, fits: Callable[[Result], bool]) -> Kind:
    """A kind for values that have to be written out; the builder gets the value itself."""

    def bind(binder: Binder, node: Node, label: str) -> Result:
        is_constant, value = binder.constant(node)
        if not is_constant or not fits(value):
            found = kind(value) if is_constant else "a value that is looked up"
            raise binder.wrong(node, f"{label}: {wanted}, written out, is expected, found {found}")
        return value

    return bind


constant_text = constant("a text", lambda value: type(value) is str)
constant_bool = constant("true or false", lambda value: type(value) is bool)
size = constant("a whole number from 0 on", lambda value: type(value) is int and value >= 0)
constant_texts = constant(
    "a list of texts", lambda value: isinstance(value, list) and all(type(entry) is str for entry in value)
)


def one_of(*words: str) -> Kind:
    """A kind for one of several words."""
    return constant(" or ".join(f'"{word}"' for word in words), lambda value: value in words)


def each(inner: Kind) -> Kind:
    """A list whose entries are of kind `inner`; the builder gets a getter of lists."""

    def bind(binder: Binder, node: Node, label: str) -> Get:
        entries = binder.entries(node)
        if entries is None:
            whole_list: Get = listing(binder, node, label)
            return whole_list
        gets = [inner(binder, entry, label) for entry in entries]
        return lambda item: [get(item) for get in gets]

    return bind


def target(binder: Binder, node: Node, _label: str) -> Target:
    """A path that is changed."""
    return binder.target(node)


def function(binder: Binder, node: Node, _label: str) -> Callable[[Get], Get]:
    """A converter, handed over by its name."""
    return binder.converter(node)


def pattern(binder: Binder, node: Node, label: str) -> Callable[[Result], Pattern]:
    """A regular expression. One that is written out is compiled once, another one whenever it changes."""
    read = text(binder, node, label)
    is_constant, value = binder.constant(node)
    if is_constant:
        try:
            compiled = compile_pattern(value)
        except PatternError as error:
            raise binder.wrong(node, f"{label}: no RE2 regular expression: {error}") from None
        return lambda _: compiled
    known: dict[str, Pattern] = {}

    def get(item: Result) -> Pattern:
        source: str = read(item)
        found = known.get(source)
        if found is None:
            found = known[source] = _compiled(source, label)
            if len(known) > MAX_ENTRIES // 64:
                known.clear()
        return found

    return get


def _compiled(source: str, label: str) -> Pattern:
    try:
        return compile_pattern(source)
    except PatternError:
        raise EvaluationError(f"{label}: no RE2 regular expression") from None


class Parameter(NamedTuple):
    """One parameter of a function."""

    name: str
    kind: Kind
    is_optional: bool


class Function(NamedTuple):
    """A function. A pure one depends on its arguments alone."""

    name: str
    parameters: tuple[Parameter, ...]
    build: Callable[..., Get]
    is_pure: bool
    contexts: frozenset[ContextName] | None
    """Where it exists; None: everywhere."""


FUNCTIONS: dict[str, Function] = {}
"""By name: converters begin with a capital, editors do not."""


class optional:
    """A parameter that may be left out; the builder then gets its own default."""

    def __init__(self, inner: Kind) -> None:
        """`inner` is the kind of what is given."""
        self.kind = inner


def define(
    name: str, *, pure: bool = True, contexts: Sequence[ContextName] | None = None, **parameters: Kind | optional
) -> Callable[[Callable[..., Get]], Callable[..., Get]]:
    """Put the builder below into the table under `name`; `parameters` in their order."""

    def put(build: Callable[..., Get]) -> Callable[..., Get]:
        FUNCTIONS[name] = Function(
            name,
            tuple(
                Parameter(one, given.kind, True) if isinstance(given, optional) else Parameter(one, given, False)
                for one, given in parameters.items()
            ),
            build,
            pure,
            frozenset(contexts) if contexts is not None else None,
        )
        return build

    return put
