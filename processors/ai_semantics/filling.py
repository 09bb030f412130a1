"""Filling in: which of the standard attributes that a span lacks can be had from what it has.

Source: the mapping, section 3. What is asked for a span is decided once for all spans with the same keys.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from spansieve.pdata import Writable, encode_pair
from spansieve.semconv.names import ORIGINAL, PROVIDER

from .atoms import Atoms, Memory
from .getters import Target
from .look import Look
from .providers import Providers
from .sources import Source, Sources
from .values import Skip, safely

_INFER_FROM: Final = ("server.address", "gen_ai.request.model")


class Step(NamedTuple):
    """A target, and where its value may be on a span, in order."""

    target: Target
    sources: tuple[Source, ...]


class Filling:
    """The targets with their sources, in an order in which each comes behind those that it reads."""

    def __init__(
        self,
        mapping: Mapping[str, Any],
        atoms: Atoms,
        providers: Providers,
        *,
        content: bool,
        skipped: Callable[[str, str], None],
    ) -> None:
        """Compile the sources; without `content`, those of content are left out. `skipped` is told target and reason.

        Raises ValueError and PatternError for what can't be compiled.
        """
        compiler = Sources(atoms, providers, mapping["output_type"])
        found: dict[str, tuple[Target, list[Source]]] = {}
        for entry in mapping["attributes"]:
            if entry.get("content") and not content:
                continue
            target = found.setdefault(entry["target"], (target_of(entry, mapping), []))[0]
            found[entry["target"]][1].extend(compiler.compile(target, source) for source in entry["sources"])
        self._targets = list(_ordered(found))
        self._skipped = skipped
        self.patterns = frozenset(
            key for _, sources in self._targets for source in sources for key in source.keys if "*" in key
        )
        """Patterns of keys that are read."""
        self.keys = frozenset(
            key for target, sources in self._targets for key in (target.name, *target.others, *_all_keys(sources))
        )
        """Keys and patterns that are read or written."""

    def program(self, dialect: str, kind: str, facts: int, keys: frozenset[str]) -> tuple[Step, ...]:
        """What to try on spans of this dialect and kind with these keys, of which `facts` hold."""
        may_have = set(keys)
        steps: list[Step] = []
        for target, sources in self._targets:
            if target.name in keys or any(other in keys for other in target.others):
                continue
            if target.kinds and kind not in target.kinds:
                continue
            able = tuple(
                source
                for source in sources
                if source.serves(dialect, kind, facts) and (not source.keys or not may_have.isdisjoint(source.keys))
            )
            if able:
                steps.append(Step(target, able))
                may_have.add(target.name)
        return tuple(steps)

    def run(self, steps: Iterable[Step], look: Look) -> None:
        """Put into `look.out` what the steps find."""
        out = look.out
        for target, sources in steps:
            if target.name in out:
                continue
            for source in sources:
                found = source.get(look)
                if found.__class__ is bytes:
                    out[target.name] = found
                    if look.read is not None:
                        look.read[target.name] = source
                    break
                if found is not None:
                    self._skipped(target.name, found.reason)  # type: ignore[union-attr]


def target_of(entry: Mapping[str, Any], mapping: Mapping[str, Any]) -> Target:
    """The target that an entry of `attributes` is for, with its other names."""
    name = entry["target"]
    groups = mapping["target"]["equivalent_keys"]
    others = {other for group in groups if name in group for other in group if other != name}
    others |= {entry["equivalent"]} if "equivalent" in entry else set()
    renamed = mapping["target"]["dev_renames"].get(name)
    others |= {renamed} if renamed else set()
    return Target(
        name, entry["type"], frozenset(entry.get("kinds", ())), entry.get("content", False), tuple(sorted(others))
    )


def _all_keys(sources: Iterable[Source]) -> Iterator[str]:
    for source in sources:
        yield from source.keys


def _ordered(found: Mapping[str, tuple[Target, list[Source]]]) -> Iterator[tuple[Target, list[Source]]]:
    """Each target behind those that its sources read, else in the order of the mapping."""
    done: set[str] = set()

    def visit(name: str, above: frozenset[str]) -> Iterator[tuple[Target, list[Source]]]:
        if name in done or name in above or name not in found:
            return
        sources = found[name][1]
        reads = [*_all_keys(sources), *(_INFER_FROM if name == PROVIDER else ())]
        for key in reads:
            yield from visit(key, above | {name})
        done.add(name)
        yield found[name]

    for name in found:
        yield from visit(name, frozenset())


class Normaliser:
    """The one spelling of values that are there: their old one moves to `spansieve.original.<key>`."""

    def __init__(self, providers: Providers) -> None:
        """`providers` has the table."""
        self._providers = providers
        self.of = Memory(self._answer)
        """By a provider's pair: that of its standard name and that of its original, or None where it is right."""

    def put_right(self, look: Look) -> None:
        """Give the provider its standard name, where it is there and has another."""
        raw = look.index.get(PROVIDER)
        found = None if raw is None else self.of[raw]
        if found is not None:
            look.replace(*found)

    def _answer(self, raw: bytes) -> tuple[bytes, bytes] | None:
        value = safely(raw)
        found = self._providers.standard(value)
        if found is None or isinstance(found, Skip) or found == value:
            return None
        return moved(PROVIDER, value, found)


def moved(key: str, old: Writable, new: Writable) -> tuple[bytes, bytes]:
    """The pairs of `key` with its new value, and of its original one."""
    return encode_pair(key, new), encode_pair(f"{ORIGINAL}{key}", old)
