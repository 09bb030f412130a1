"""From nodes to closures, once; nothing is looked up in the expression's tree while it runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from spansieve.config.mistakes import Mistakes
from spansieve.config.problems import listed, suggestion

from . import converters, editors  # noqa: F401 (they fill the table of functions)
from .access import Field, Get, index, key_getter, set_below
from .arithmetic import calculate
from .compare import Test, comparing, comparing_with, mirrored
from .contexts import ALIASES, ENUMS, OWNERS, PREFIXES, ContextName
from .fields import FIELDS, TRACE_STATE
from .nodes import (
    Argument,
    Arithmetic,
    Call,
    Comparison,
    Junction,
    ListOf,
    Literal,
    MapOf,
    Name,
    Negation,
    Node,
    Path,
    Statement,
)
from .signature import FUNCTIONS, Bound, Function, Target
from .syntax import mistake
from .values import EvaluationError, Item, Result, storable, wrong


@dataclass
class Environment:
    """What expressions share: the clock, and `cache`, the scratch map of the item that is worked on.

    `functions` stand in for those of the same names in the common table.
    """

    time_ns: Callable[[], int]
    functions: Mapping[str, Function] = field(default_factory=dict)
    cache: dict[str, Result] = field(default_factory=dict)
    uses_cache: bool = False


class Compiler:
    """Compiles the expression `source` for one context. With `prefixed` every path has to name its context."""

    def __init__(self, source: str, context: ContextName, environment: Environment, *, prefixed: bool) -> None:
        """Nothing is compiled yet."""
        self._source = source
        self.context: ContextName = context
        self.environment = environment
        self._prefixed = prefixed
        self._constants: dict[int, tuple[bool, Result]] = {}  # by the id of the node, which the tree holds

    def wrong(self, node: Node, text: str, hint: str = "") -> Mistakes:
        """A mistake at `node`, to be raised."""
        return mistake(self._source, node, text, hint)

    # --- conditions

    def condition(self, node: Node) -> Test:
        """`node` as a test. Raises Mistakes."""
        if isinstance(node, Junction):
            return _junction(node.word, [self.condition(part) for part in node.parts])
        if isinstance(node, Negation):
            test = self.condition(node.part)
            return lambda item: not test(item)
        if isinstance(node, Comparison):
            return self._comparison(node)
        if isinstance(node, Literal) and isinstance(node.value, bool):
            value = node.value
            return lambda _: value
        if isinstance(node, Call):
            return self._asked(node)
        hint = f"Compare it: {self._source[node.at : node.end]} == ..." if isinstance(node, Path) else ""
        raise self.wrong(node, "a condition is expected, found a value", hint)

    def _comparison(self, node: Comparison) -> Test:
        (left_fixed, left), (right_fixed, right) = self.constant(node.left), self.constant(node.right)
        if right_fixed:
            return comparing_with(self.value(node.left), node.operator, right)
        if left_fixed:
            return comparing_with(self.value(node.right), mirrored(node.operator), left)
        return comparing(self.value(node.left), node.operator, self.value(node.right))

    def _asked(self, node: Call) -> Test:
        get = self.value(node)

        def test(item: Item) -> bool:
            found = get(item)
            if found is True or found is False:
                return found
            raise EvaluationError(f"{node.name}: {wrong('true or false', found)}")

        return test

    # --- statements

    def statement(self, node: Statement) -> Get:
        """`node` as what is run on each item; it returns nothing. Raises Mistakes."""
        call = node.editor
        if not call.name[0].islower():
            near = suggestion(call.name, [name for name in FUNCTIONS if name[0].islower()])
            raise self.wrong(call, f"{call.name} is no editor: editors begin with a small letter", near)
        if call.keys:
            raise self.wrong(call, "an editor can't be indexed")
        run = self._called(call, self._function(call))
        if node.where is None:
            return run
        test = self.condition(node.where)

        def run_where(item: Item) -> None:
            if test(item):
                run(item)

        return run_where

    # --- values

    def value(self, node: Node) -> Get:
        """`node` as a getter. Raises Mistakes."""
        is_constant, value = self.constant(node)
        if is_constant:
            return lambda _: value
        if isinstance(node, Path):
            return self._path(node)
        if isinstance(node, Call):
            return self._indexed(self._called(node, self._converter_of(node)), node)
        if isinstance(node, Arithmetic):
            return self._arithmetic(node)
        if isinstance(node, ListOf):
            gets = [self.value(entry) for entry in node.items]
            return lambda item: [get(item) for get in gets]
        if isinstance(node, MapOf):
            entries = [(key, self.value(entry)) for key, entry in node.entries]
            return lambda item: {key: get(item) for key, get in entries}
        raise self.wrong(node, "a value is expected, found a condition")

    def constant(self, node: Node) -> tuple[bool, Result]:
        """Whether `node` needs no item, and its value then. Raises Mistakes."""
        known = self._constants.get(id(node))
        if known is None:
            known = self._constants[id(node)] = self._settled(node)
        return known

    def _settled(self, node: Node) -> tuple[bool, Result]:
        if isinstance(node, Literal):
            return True, node.value
        if isinstance(node, Name):
            return True, self._enum(node)
        if not self._is_constant(node):
            return False, None
        try:
            return True, self._computed(node)(None)
        except EvaluationError as error:
            raise self.wrong(node, str(error)) from None

    def _is_constant(self, node: Node) -> bool:
        if isinstance(node, Call):
            pure = node.name in FUNCTIONS and FUNCTIONS[node.name].is_pure and node.name[0].isupper()
            return (
                pure
                and all(self._is_constant(one.value) for one in node.arguments)
                and all(map(self._is_constant, node.keys))
            )
        return isinstance(node, (Literal, Name)) or (
            isinstance(node, (ListOf, MapOf, Arithmetic)) and all(map(self._is_constant, _inner(node)))
        )

    def _computed(self, node: Node) -> Get:
        """The getter of a constant that is made of constants."""
        if isinstance(node, Call):
            return self._indexed(self._called(node, self._converter_of(node)), node)
        if isinstance(node, Arithmetic):
            return self._arithmetic(node)
        if isinstance(node, ListOf):
            items = [self.constant(entry)[1] for entry in node.items]
            return lambda _: items
        assert isinstance(node, MapOf)  # noqa: S101 (`_is_constant` lets no other through)
        entries = {key: self.constant(entry)[1] for key, entry in node.entries}
        return lambda _: entries

    def _arithmetic(self, node: Arithmetic) -> Get:
        first = self.value(node.first)
        rest = [(operator, self.value(operand)) for operator, operand in node.rest]
        if len(rest) == 1:
            ((operator, second),) = rest
            return lambda item: calculate(first(item), operator, second(item))

        def get(item: Item) -> Result:
            value = first(item)
            for operator, operand in rest:
                value = calculate(value, operator, operand(item))
            return value

        return get

    def _enum(self, node: Name) -> int:
        known = ENUMS[self.context]
        if node.name in known:
            return known[node.name]
        if node.name in FUNCTIONS:
            raise self.wrong(node, f"{node.name} is a converter: write its arguments behind it, {node.name}(...)")
        raise self.wrong(node, f"unknown enum {node.name} in context {self.context}", suggestion(node.name, [*known]))

    # --- functions

    def _near(self, node: Call) -> str:
        editor = node.name[0].islower()
        names = [name for name in FUNCTIONS if name[0].islower() is editor]
        return suggestion(node.name, names) or suggestion(node.name, list(FUNCTIONS))

    def _function(self, node: Call) -> Function:
        found = self.environment.functions.get(node.name) or FUNCTIONS.get(node.name)
        if found is None:
            sort = "editor" if node.name[0].islower() else "converter"
            raise self.wrong(node, f"unknown {sort} {node.name}", self._near(node))
        if found.contexts is not None and self.context not in found.contexts:
            raise self.wrong(node, f"{node.name} works in context {listed(sorted(found.contexts))} alone")
        return found

    def _converter_of(self, node: Call) -> Function:
        if node.name[0].islower():
            raise self.wrong(node, f"{node.name} is no converter: converters begin with a capital", self._near(node))
        return self._function(node)

    def _called(self, node: Call, found: Function) -> Get:
        return found.build(**self._arguments(node, found), **self._extras(found))

    def _extras(self, found: Function) -> dict[str, Bound]:
        return {"time_ns": self.environment.time_ns} if found.name == "Now" else {}

    def _arguments(self, node: Call, found: Function) -> dict[str, Bound]:
        given: dict[str, Node] = {}
        for place, argument in enumerate(node.arguments):
            name = self._name(argument, found, place, is_behind=any(one.name for one in node.arguments[:place]))
            if name in given:
                raise self.wrong(argument, f"{found.name}: {name} is given twice")
            given[name] = argument.value
        missing = [one.name for one in found.parameters if not one.is_optional and one.name not in given]
        if missing:
            raise self.wrong(node, f"{found.name}: {listed(missing)} missing", f"Write {_shape(found)}.")
        kinds = {one.name: one.kind for one in found.parameters}
        return {name: kinds[name](self, value, f"{found.name}, {name}") for name, value in given.items()}

    def _name(self, argument: Argument, found: Function, place: int, *, is_behind: bool) -> str:
        """The name of the parameter that an argument is for."""
        names = [one.name for one in found.parameters]
        if argument.name:
            name = next((name for name in (argument.name, _snake(argument.name)) if name in names), None)
            if name is None:
                near = suggestion(argument.name, names) or f"Write {_shape(found)}."
                raise self.wrong(argument, f"{found.name} has no parameter {argument.name}", near)
            return name
        if is_behind:
            raise self.wrong(argument, f"{found.name}: arguments without a name stand before those with one")
        if place >= len(names):
            raise self.wrong(argument, f"{found.name}: too many arguments", f"Write {_shape(found)}.")
        return names[place]

    def converter(self, node: Node) -> Callable[[Get], Get]:
        """`node` as the name of a converter that is given a text. Raises Mistakes."""
        found = FUNCTIONS.get(node.name) if isinstance(node, Name) else None
        if found is None or not found.parameters or any(not one.is_optional for one in found.parameters[1:]):
            raise self.wrong(node, "the name of a converter of one value is expected, such as SHA256")
        name = found.parameters[0].name
        return lambda get: found.build(**{name: get})

    def entries(self, node: Node) -> Sequence[Node] | None:
        """The entries of a list that is written out; None for any other node."""
        return node.items if isinstance(node, ListOf) else None

    def _indexed(self, get: Get, node: Call) -> Get:
        if not node.keys:
            return get
        keys = [self.value(key) for key in node.keys]

        def read(item: Item) -> Result:
            value = get(item)
            for key in keys:
                if isinstance(value, Mapping) and key(item) not in value:
                    raise EvaluationError(f"{node.name}: a key is not found in the map")
                value = index(value, (key(item),))
            return value

        return read

    # --- paths

    def target(self, node: Node) -> Target:
        """`node` as a path that can be set. Raises Mistakes."""
        if not isinstance(node, Path):
            raise self.wrong(node, "a path is expected: the field that is changed")
        reach, found, _ = self._resolved(node)
        if found.set is None and not found.attributes:
            raise self.wrong(node, f"{'.'.join(node.names)} can't be set")
        return Target(self._path(node), self._setter(node, reach, found))

    def _setter(self, node: Path, reach: Get | None, found: Field) -> Callable[[Item, Result], None]:
        keys = [self.value(key) for key in node.keys]
        write = found.set
        if keys:
            return lambda item, value: set_below(
                found, item if reach is None else reach(item), [key(item) for key in keys], value
            )
        assert write is not None  # noqa: S101 (asked above)
        if reach is None:
            return write
        return lambda item, value: write(reach(item), value)

    def _path(self, node: Path) -> Get:
        reach, found, _ = self._resolved(node)
        read = found.get
        if node.keys:
            fixed = [self.constant(key) for key in node.keys]
            constants = [value for _, value in fixed] if all(is_constant for is_constant, _ in fixed) else None
            if constants is None:
                return self._looked_up(reach, found, [self.value(key) for key in node.keys])
            read = key_getter(found, constants)
        if reach is None:
            return read
        return lambda item: read(reach(item))

    def _looked_up(self, reach: Get | None, found: Field, keys: list[Get]) -> Get:
        read = found.get
        return lambda item: index(read(item if reach is None else reach(item)), [key(item) for key in keys])

    def _resolved(self, node: Path) -> tuple[Get | None, Field, str]:
        """How the owner of the field is reached, the field, and what the owner is called."""
        owner, names = self._owner(node)
        if names == ["cache"] and owner == self.context:
            return None, self._cache(), owner
        name = ".".join(names)
        found = FIELDS[owner].get(name)
        if found is None:
            full = ".".join(node.names)
            known = [*FIELDS[owner], "cache"]
            shown = [f"{owner}.{one}" for one in known] if self._prefixed or len(node.names) > len(names) else known
            raise self.wrong(node, f"unknown path {full}", suggestion(full, shown) or f"Known: {listed(shown)}.")
        if node.keys and name == "trace_state":
            found = TRACE_STATE
        if node.keys and not found.indexed:
            raise self.wrong(node, f"{'.'.join(node.names)} can't be indexed")
        return OWNERS[self.context][owner], found, owner

    def _owner(self, node: Path) -> tuple[str, list[str]]:
        first, rest = ALIASES.get(node.names[0], node.names[0]), list(node.names[1:])
        owners = OWNERS[self.context]
        if rest and first in owners:
            return first, rest
        if rest and first in PREFIXES:
            raise self.wrong(
                node, f"context {self.context} has no {node.names[0]}", f"Its paths begin with {listed(owners)}."
            )
        if self._prefixed:
            hint = suggestion(node.names[0], list(owners)) or f"Did you mean {self.context}.{'.'.join(node.names)}?"
            raise self.wrong(node, f"the path {'.'.join(node.names)} does not begin with its context", hint)
        return self.context, list(node.names)

    def _cache(self) -> Field:
        environment = self.environment
        environment.uses_cache = True
        cache = environment.cache

        def write(_: Item, value: Result) -> None:
            if not isinstance(value, Mapping):
                raise wrong("a map", value)
            fresh = storable(value)
            cache.clear()
            cache.update(fresh)

        return Field(lambda _: cache, write, indexed=True)


def _inner(node: Node) -> list[Node]:
    if isinstance(node, ListOf):
        return list(node.items)
    if isinstance(node, MapOf):
        return [entry for _, entry in node.entries]
    assert isinstance(node, Arithmetic)  # noqa: S101 (the only other one that has parts)
    return [node.first, *(operand for _, operand in node.rest)]


def _junction(word: str, tests: list[Test]) -> Test:
    if len(tests) == 2:
        first, second = tests
        if word == "and":
            return lambda item: first(item) and second(item)
        return lambda item: first(item) or second(item)
    if word == "and":
        return lambda item: all(test(item) for test in tests)
    return lambda item: any(test(item) for test in tests)


def _snake(name: str) -> str:
    return "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in name)


def _shape(found: Function) -> str:
    names = [f"Optional[{one.name}]" if one.is_optional else one.name for one in found.parameters]
    return f"{found.name}({', '.join(names)})"
