"""Sources: where the value of a target may stand, and the function that gets it there."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from spansieve.pdata import Value, encode_pair
from spansieve.semconv.names import CACHE_WRITES, PROVIDER

from .atoms import Atoms
from .getters import Get, Target, changed, copied, from_json, from_reader, from_span_name, valued
from .look import Look
from .providers import Providers
from .rules import Mask, mask_of, texts
from .transforms import Transform, chain_of
from .values import number, parsed
from .wholes import WHOLE, braces, value_of

_SUFFIX: Final = "name_suffix:"
_READER: Final = "messages:"
_PATH: Final = "json_path:"


class Source(NamedTuple):
    """Where a target's value may stand."""

    label: str
    """How people are told of it."""
    keys: tuple[str, ...]
    """One of these keys or key patterns has to be there; empty = it does not matter."""
    originals: tuple[str, ...]
    """Keys of which nothing is left to tell once the value was written."""
    dialects: frozenset[str]
    kinds: frozenset[str]
    mask: Mask
    get: Get

    def serves(self, dialect: str, kind: str, facts: int) -> bool:
        """Whether it may be asked on a span of this dialect and kind of which `facts` hold."""
        return (
            (not self.dialects or dialect in self.dialects)
            and (not self.kinds or kind in self.kinds)
            and self.mask.holds(facts)
        )


class Sources:
    """Compiles sources; what they share is made once."""

    def __init__(self, atoms: Atoms, providers: Providers, output_types: Mapping[str, Value]) -> None:
        """`atoms` takes the conditions that sources have."""
        self._atoms = atoms
        self._providers = providers
        words = {str(key).lower(): value for key, value in output_types.items()}
        self._tables: dict[str, Transform] = {
            **providers.tables(),
            "output_type": lambda value: words.get(_format_type(value)),
        }

    def compile(self, target: Target, spec: Mapping[str, Any]) -> Source:
        """`spec`, a source as the mapping has it. Raises ValueError and PatternError."""
        when = spec.get("when", {})
        dialects = {*texts(spec.get("dialects", ())), *texts(when.get("dialect", ()))}
        return Source(
            _label(spec),
            _keys(spec),
            _originals(spec),
            frozenset(dialects),
            frozenset(texts(spec.get("kinds", ()))),
            mask_of(when, self._atoms).and_(self._place(spec)),
            _guarded(self._get(target, spec), when),
        )

    def _place(self, spec: Mapping[str, Any]) -> Mask:
        """What has to be there where no key has to: an event, a resource's attribute, a span's name."""
        for word in ("event_attr", "span_event_attr", "event_sum"):
            if word in spec:
                return Mask(self._atoms.event((spec[word][0],)))
        if "span_events" in spec:
            return Mask(self._atoms.event(tuple(braces(spec["span_events"]))))
        if "resource" in spec:
            return Mask(self._atoms.resource(spec["resource"], "*"))
        suffix = spec.get("transform", "")
        return Mask(self._atoms.name(suffix.removeprefix(_SUFFIX))) if suffix.startswith(_SUFFIX) else Mask()

    def _get(self, target: Target, spec: Mapping[str, Any]) -> Get:
        transform = spec.get("transform", "copy")
        if transform.startswith(_READER):
            return from_reader(target, spec, transform.removeprefix(_READER))
        if transform.startswith(_SUFFIX):
            return from_span_name(target, transform.removeprefix(_SUFFIX))
        if "const" in spec:
            pair = encode_pair(target.name, spec["const"])
            return lambda look: pair
        return self._infer(target) if "infer" in spec else self._read(target, spec, transform)

    def _read(self, target: Target, spec: Mapping[str, Any], transform: str) -> Get:
        is_simple = set(spec) <= {"key", "transform", "dialects", "kinds"} and transform not in WHOLE
        if is_simple and transform in {"copy", "to_str"}:
            return copied(target, spec["key"])
        if is_simple and transform.startswith(_PATH):
            return from_json(target, spec["key"], transform.removeprefix(_PATH), self._tables)
        if is_simple:
            return changed(target, spec["key"], chain_of(transform, self._tables))
        change = (lambda value: value) if transform in WHOLE else chain_of(transform, self._tables)
        return valued(target, value_of(spec), change)

    def _infer(self, target: Target) -> Get:
        providers = self._providers

        def get(look: Look) -> bytes | None:
            host, model = look.text("server.address"), look.text("gen_ai.request.model")
            found = (providers.of_host[host] if host else None) or (providers.of_model[model] if model else None)
            return encode_pair(target.name, found) if found else None

        return get


def _label(spec: Mapping[str, Any]) -> str:
    for word in ("key", "key_pattern", "keys", "span_event_attr", "event_attr", "event_sum", "span_events", "resource"):
        if word in spec:
            found = spec[word]
            text = found if isinstance(found, str) else ", ".join(found)
            return {"key": text, "resource": f"resource {text}"}.get(word, f"{word.replace('_', ' ')} {text}")
    if "infer" in spec:
        return f"inferred from {', '.join(spec['infer'])}"
    return "span name" if "const" not in spec else f"constant {spec['const']!r}"


def _keys(spec: Mapping[str, Any]) -> tuple[str, ...]:
    when = spec.get("when", {})
    places = [spec.get("key"), spec.get("key_pattern"), spec.get("keys"), when.get("has")]
    places.append(when.get("any_less", {}).get("right_sum"))
    return next((texts(place) for place in places if place), ())


def _originals(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """The key whose whole value is what is written; JSON of which a part is read holds more."""
    partial = spec.get("transform", "").startswith(_PATH) or spec.get("transform") in WHOLE
    return () if "key" not in spec or partial else (spec["key"],)


def _guarded(get: Get, when: Mapping[str, Any]) -> Get:
    """`get`, asked only where the conditions hold that look at what was written before."""
    tests = [make(when[word]) for word, make in _LATE.items() if word in when]
    if not tests:
        return get
    return lambda look: get(look) if all(test(look) for test in tests) else None


def _has(keys: list[str]) -> Callable[[Look], bool]:
    return lambda look: all(look.has(key) for key in keys)


def _of_provider(names: object) -> Callable[[Look], bool]:
    wanted = frozenset(texts(names))
    return lambda look: look.text(PROVIDER) in wanted


def _any_less(spec: Mapping[str, Any]) -> Callable[[Look], bool]:
    def test(look: Look) -> bool:
        left = number(look.value(spec["left"]))
        keys = [key for key in spec["right_sum"] if key != CACHE_WRITES[1] or not look.has(CACHE_WRITES[0])]
        parts = [number(look.value(key)) or 0 for key in keys]  # one count under two names is not two
        return left is not None and left < sum(parts)

    return test


_LATE: Final[dict[str, Callable[[Any], Callable[[Look], bool]]]] = {
    "has": _has,
    "provider": _of_provider,
    "any_less": _any_less,
}


def _format_type(value: Value) -> str:
    """The `type` of OpenAI's `response_format`, which is a word, or JSON with that word in it."""
    if not isinstance(value, str):
        return ""
    tree = parsed(value) if value.lstrip().startswith("{") else None
    return str(tree.get("type", "")).lower() if isinstance(tree, dict) else value.lower()
