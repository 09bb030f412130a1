"""The conditions that rules are made of, a bit each: so a rule is two numbers, and what holds of a span is one.

What a condition looks at (a name, a key, a value) repeats from span to span, so each is looked at once and its bits are
remembered; all memories are bounded, and what is long is not remembered.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import re2

from spansieve.actions.patterns import compile_pattern
from spansieve.pdata import Value, raw_text

from .values import is_one_of, safely

MAX_REMEMBERED = 4096
"""Entries of one memory; one more, and all are forgotten."""
MAX_BYTES = 256
"""Names, keys and pairs that are longer are looked at each time."""

_SET_BYTES = 64 << 20
"""Memory that RE2 may use for a set; with less it may say that nothing was found."""

Test = Callable[[Value], bool]


class Memory(dict[Any, Any]):
    """What `answer` says of a key, remembered within bounds."""

    __slots__ = ("_answer", "_entries", "_longest")

    def __init__(self, answer: Callable[[Any], Any], entries: int = MAX_REMEMBERED, longest: int = MAX_BYTES) -> None:
        """`answer` has to be a pure function; keys longer than `longest` are not remembered."""
        super().__init__()
        self._answer = answer
        self._entries = entries
        self._longest = longest

    def __missing__(self, key: Any) -> Any:  # noqa: ANN401
        found = self._answer(key)
        if len(key) <= self._longest:
            if len(self) >= self._entries:
                self.clear()
            self[key] = found
        return found


class Patterns:
    """RE2 patterns searched together; each has a bit."""

    def __init__(self) -> None:
        """Start with none; `bits` is ready once all were added."""
        self._bits: dict[str, int] = {}
        self._set: PatternSet | None = None
        self._by_place: tuple[int, ...] = ()

    def add(self, pattern: str, bit: int) -> None:
        """Add `pattern`. Raises PatternError for what RE2 does not take."""
        compile_pattern(pattern)
        self._bits[pattern] = bit
        self._set = None

    def bits(self, raw: bytes) -> int:
        """The bits of those that are found in `raw`, which need not be UTF-8."""
        if not self._bits:
            return 0
        if self._set is None:
            self._set, self._by_place = PatternSet(self._bits), tuple(self._bits.values())
        return sum(self._by_place[place] for place in self._set.match(raw))


class Atoms:
    """All conditions of a table. Ask for their bits while rules are compiled, then what holds of what is seen."""

    def __init__(self) -> None:
        """Start with no condition."""
        self._known: dict[tuple[object, ...], int] = {}
        self._scopes: list[tuple[tuple[str, ...], bool, int]] = []
        self._resources: dict[str, list[tuple[Test, int]]] = defaultdict(list)
        self._names = Patterns()
        self._events: list[tuple[str, int]] = []
        self._keys: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._tests: dict[str, list[tuple[Test, int]]] = defaultdict(list)
        self._searches: dict[str, Patterns] = {}
        self.of_name = Memory(self._names.bits)
        """The bits of a span's name, given as bytes."""
        self.of_event = Memory(self._of_event)
        """The bits of the name of a span event or log record."""
        self.of_scope = Memory(self._of_scope)
        """The bits of a scope's name."""
        self.of_key = Memory(self._of_key)
        """The bits of a key's being there."""

    def _bit(self, *what: object) -> tuple[int, bool]:
        """The bit of a condition, and whether it is a new one."""
        bit = self._known.get(what)
        if bit is not None:
            return bit, False
        bit = self._known[what] = 1 << len(self._known)
        return bit, True

    def scope(self, names: tuple[str, ...], exact: bool) -> int:
        """The scope is one of `names`, or begins with one of them and a separator unless `exact`."""
        bit, new = self._bit("scope", names, exact)
        if new:
            self._scopes.append((names, exact, bit))
        return bit

    def resource(self, key: str, wanted: object) -> int:
        """The resource has `key`, with one of the values `wanted`."""
        bit, new = self._bit("resource", key, repr(wanted))
        if new:
            self._resources[key].append((is_one_of(wanted), bit))
        return bit

    def name(self, pattern: str) -> int:
        """`pattern` is found in the span's name. Raises PatternError."""
        bit, new = self._bit("name", pattern)
        if new:
            self._names.add(pattern, bit)
        return bit

    def event(self, names: tuple[str, ...]) -> int:
        """There is an event of one of `names`, which may end with `*`."""
        bit, new = self._bit("event", names)
        if new:
            self._events += [(name, bit) for name in names]
        return bit

    def key(self, key: str) -> int:
        """The attribute `key` is there."""
        bit, new = self._bit("key", key)
        if new:
            self._keys[key] = bit
        return bit

    def prefix(self, prefix: str) -> int:
        """Some attribute's key begins with `prefix`."""
        bit, new = self._bit("prefix", prefix)
        if new:
            self._prefixes[prefix] = bit
        return bit

    def value(self, key: str, wanted: object) -> int:
        """The attribute `key` has one of the values `wanted`, or is there at all if that is `*`."""
        return self.key(key) if wanted == "*" else self.test(key, is_one_of(wanted, json=_is_json(key)), repr(wanted))

    def test(self, key: str, test: Test, ident: str) -> int:
        """The attribute `key` has a value that `test`, known by `ident`, says yes to."""
        bit, new = self._bit("test", key, ident)
        if new:
            self._tests[key].append((test, bit))
        return bit

    def search(self, key: str, pattern: str) -> int:
        """`pattern` is found in the text of the attribute `key`. Raises PatternError."""
        bit, new = self._bit("search", key, pattern)
        if new:
            self._searches.setdefault(key, Patterns()).add(pattern, bit)
        return bit

    def tested(self) -> dict[str, Memory]:
        """For each key whose value some condition looks at: the bits of its pair, given as bytes."""
        return {key: Memory(self._of_pair(key)) for key in {*self._tests, *self._searches}}

    def of_resource(self, raws: Mapping[str, bytes]) -> int:
        """The bits of a resource, given its attributes as raw pairs."""
        found = 0
        for key in self._resources.keys() & raws.keys():
            value = safely(raws[key])
            for test, bit in self._resources[key]:
                found |= bit if test(value) else 0
        return found

    def _of_pair(self, key: str) -> Callable[[bytes], int]:
        tests, patterns = tuple(self._tests.get(key, ())), self._searches.get(key)

        def bits(raw: bytes) -> int:
            found = 0
            if tests:
                value = safely(raw)
                found = sum(bit for test, bit in tests if value is not None and test(value))
            text = raw_text(raw) if patterns else None
            return found | patterns.bits(text) if patterns and text is not None else found

        return bits

    def _of_key(self, key: str) -> int:
        found = self._keys.get(key, 0)
        for prefix, bit in self._prefixes.items():
            if key.startswith(prefix):
                found |= bit
        return found

    def _of_event(self, name: str) -> int:
        found = 0
        for pattern, bit in self._events:
            if fits(pattern, name):
                found |= bit
        return found

    def _of_scope(self, name: str) -> int:
        return sum(bit for names, exact, bit in self._scopes if any(_is_scope(name, one, exact) for one in names))


def fits(pattern: str, name: str) -> bool:
    """Whether an event's `name` is `pattern`, which may end with `*`."""
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def key_test(pattern: str) -> Callable[[str], bool]:
    """Whether a key fits `pattern`, in which `*` is one or more characters."""
    head, *_, tail = pattern.split("*")
    least = len(head) + len(tail) + 1
    return lambda key: key.startswith(head) and key.endswith(tail) and len(key) >= least


def _is_scope(name: str, wanted: str, exact: bool) -> bool:
    return name == wanted or (not exact and name.startswith(wanted) and name[len(wanted)] in "./-@ ")


def _is_json(key: str) -> bool:
    return key.startswith("mlflow.")  # it writes every value as JSON, texts with their quotes


class PatternSet:
    """Patterns searched together."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Compile them. Raises PatternError for one that RE2 does not take."""
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _SET_BYTES
        self._set = re2.Set.SearchSet(options)
        self._size = 0
        for pattern in patterns:
            compile_pattern(pattern)  # a set would only say that there is an error
            self._set.Add(pattern)
            self._size += 1
        if self._size:
            self._set.Compile()

    def match(self, raw: bytes) -> list[int]:
        """The places of those that are found in `raw`, which need not be UTF-8."""
        return (self._set.Match(raw) or []) if self._size else []
