"""`cohort`: traces of listed users, tenants and tags. Source: SAMPLING.md section 8."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from spansieve.pdata import Attributes, Resource, Span, Value

from .own_config import CohortConfig
from .reading import keys_of, look, text_of

Pseudonyms = Callable[[str, Sequence[str]], Iterable[str]]
"""As what privacy writes a value under some keys; nothing where it does not stand before us."""


class CohortWatcher:
    """Looks for the listed values under their keys, on spans and resources. Two of the same lists are equal.

    What is listed in clear is looked for as its pseudonyms as well, which are asked for at the first span: the key that
    makes them is not there before. They are kept until they are to be forgotten.
    """

    def __init__(self, config: CohortConfig, pseudonyms: Pseudonyms) -> None:
        """Values are compared as they are, case included; integers on spans as text."""
        self._users = tuple(config.user_keys), frozenset(config.users)
        self._tenants = tuple(config.tenant_keys), frozenset(config.tenants)
        self._tags = tuple(config.tag_keys), frozenset(config.tags)
        self._pseudonyms = pseudonyms
        asked = [key for keys, values in self._lists() if values for key in keys]
        self.needle = common(asked).encode()
        """As in `Watcher`: what all keys hold."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CohortWatcher) and self._lists() == other._lists()

    def __hash__(self) -> int:
        return hash(self._lists())

    def span(self, span: Span) -> bool:
        """Whether the span itself belongs to the cohort."""
        return self._matches(span.attributes)

    def suspects(self, behind: Sequence[bytes]) -> Sequence[int]:
        """All: several keys may hold the needle."""
        return range(len(behind))

    def forget(self) -> None:
        """Ask for the pseudonyms again: another key may make them now."""
        self.__dict__.pop("_wanted", None)

    def resource(self, resource: Resource) -> bool:
        """Whether all spans of the resource do."""
        return self._matches(resource.attributes)

    def _lists(self) -> tuple[tuple[tuple[str, ...], frozenset[str]], ...]:
        return self._users, self._tenants, self._tags

    @cached_property
    def _wanted(self) -> dict[str, tuple[bool, frozenset[str]]]:
        """By key: whether it holds tags, and the values that are wanted under it."""
        wanted: dict[str, tuple[bool, frozenset[str]]] = {}
        for (keys, values), of_tags in zip(self._lists(), (False, False, True), strict=True):
            forms = frozenset(form for value in values for form in (value, *self._pseudonyms(value, keys)) if form)
            for key in keys if values else ():
                before_of_tags, before = wanted.get(key, (False, frozenset()))
                wanted[key] = of_tags or before_of_tags, before | forms
        return wanted

    def _matches(self, attributes: Attributes) -> bool:
        there = keys_of(attributes)
        for key, (of_tags, wanted) in self._wanted.items():
            if key in there:
                value = look(attributes, key)
                if text_of(value) in wanted or (of_tags and not wanted.isdisjoint(tags_of(value))):
                    return True
        return False


def common(keys: Sequence[str]) -> str:
    """The shortest of `keys`, if all the others hold it; empty if they don't, or there is none."""
    shortest = min(keys, key=len, default="")
    return shortest if all(shortest in key for key in keys) else ""


def tags_of(value: Value) -> Iterator[str]:
    """The tags that an attribute holds: a text, an array of texts, or such an array as JSON in a text."""
    if isinstance(value, list):
        yield from filter(None, map(text_of, value))
        return
    whole = text_of(value)
    if whole:
        yield whole
    if whole.lstrip().startswith("["):
        yield from _json_tags(whole)


def _json_tags(whole: str) -> Iterator[str]:
    try:
        parsed = json.loads(whole)
    except (ValueError, RecursionError):
        return
    yield from filter(None, map(text_of, parsed))
