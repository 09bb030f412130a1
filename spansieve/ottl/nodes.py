"""What an expression is made of, once it is parsed."""

from dataclasses import dataclass
from typing import Literal as Words
from typing import TypeAlias

from .values import Result


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of an expression: the characters of the text from `at` to `end`."""

    at: int
    end: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A value as it is written: text, number, true or false, nil, bytes."""

    value: Result


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A word in capitals: an enum such as STATUS_CODE_ERROR, or a converter handed over by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """A field of the telemetry: `names` with dots between, indexed by `keys`."""

    names: tuple[str, ...]
    keys: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """What a function is given, by its place or by `name`."""

    name: str
    value: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function with its arguments; what a converter returns may be indexed by `keys`."""

    name: str
    arguments: tuple[Argument, ...]
    keys: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """A list of values."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class MapOf(Node):
    """A map of values."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`first`, and then each operator with its operand, from left to right."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


Comparing: TypeAlias = Words["==", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """Two values and how they are compared."""

    left: Node
    operator: Comparing
    right: Node


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """The opposite of a condition."""

    part: Node


@dataclass(frozen=True, slots=True)
class Junction(Node):
    """Conditions that must all hold (`and`), or one of which must (`or`)."""

    word: Words["and", "or"]
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Statement(Node):
    """An editor, and the condition under which it runs."""

    editor: Call
    where: Node | None
