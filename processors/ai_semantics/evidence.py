"""The class of an error, from all that is known of it: types, messages, HTTP codes, and who answered.

Source: the mapping, section 7 (`precedence`, `classes`, `by_provider`, `tool_kinds`). A specific class found in any
evidence beats a general one, since SDKs raise a `BadRequestError` for a prompt that is too long.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from spansieve.actions.patterns import compile_pattern, utf8

from .atoms import Memory, PatternSet

MAX_SEARCHED: Final = 4096
"""Bytes of a message that are searched."""
TOOL_ERROR: Final = "tool_error"
UNKNOWN: Final = "unknown"
_BY_TYPE: Final = "by_type"


class Evidence(NamedTuple):
    """What is known of an error."""

    kind: str
    """The span's kind."""
    provider: str
    types: tuple[str, ...]
    """Types of errors and exceptions, the most telling first."""
    messages: tuple[str, ...]
    codes: tuple[int, ...]
    """HTTP status codes."""
    says: str
    """The class that a signal says by itself, where it does."""
    alone: bool
    """Whether no other signal was seen than such as say the class themselves."""

    def __len__(self) -> int:
        """Its size, for a memory: that of its texts."""
        return sum(map(len, (self.provider, *self.types, *self.messages)))


class _Found:
    """Classes by patterns, searched together."""

    def __init__(self, patterns: Iterable[tuple[str, str]]) -> None:
        pairs = list(patterns)
        self._classes = [name for _, name in pairs]
        self._set = PatternSet(pattern for pattern, _ in pairs)

    def of(self, texts: Iterable[str]) -> set[str]:
        return {self._classes[place] for text in texts for place in self._set.match(utf8(text)[:MAX_SEARCHED])}


class Classifier:
    """Tells the class of an error. Raises PatternError for a pattern that RE2 does not take."""

    def __init__(self, errors: Mapping[str, Any]) -> None:
        """`errors` is that section of the mapping."""
        classes = errors["classes"]
        self._groups: list[list[str]] = [errors["precedence"]["specific"], errors["precedence"]["general"]]
        self._types = _Found(_patterns(classes, "types"))
        self._messages = _Found(_patterns(classes, "message"))
        self._codes = {code: name for name, rules in classes.items() for code in rules.get("http", ())}
        self._in_text = [compile_pattern(pattern) for pattern in errors["http_from_message"]]
        self._any_in_text = PatternSet(errors["http_from_message"])
        self._mcp: dict[str, str] = classes["tool_error"]["mcp_codes"]
        self._tools = errors["tool_kinds"]
        self._providers = [_Exception.of(rule) for rule in errors["by_provider"]]
        self._known = Memory(self._class_of, entries=256, longest=16_384)

    def class_of(self, evidence: Evidence) -> str:
        """One of `errors.order`."""
        return self._known[evidence]  # type: ignore[no-any-return]

    def _class_of(self, evidence: Evidence) -> str:
        found = evidence.says if evidence.says and evidence.alone else self._weighed(evidence)
        if evidence.kind == "mcp":
            found = next((self._mcp[word] for word in evidence.types if word in self._mcp), found)
        elif evidence.kind == "tool":
            found = next((self._mcp[word] for word in evidence.types if word in self._mcp), found)
            return found if found in self._tools["allowed"] else str(self._tools["else"])
        if evidence.kind in self._tools["kinds"] and found == UNKNOWN:
            return str(self._tools["else"])
        return found

    def _weighed(self, evidence: Evidence) -> str:
        codes = list(evidence.codes or self._codes_in(evidence.messages))
        special = next((rule.name for rule in self._providers if rule.fits(evidence, codes)), None)
        if special:
            return special
        by_type, by_message = self._types.of(evidence.types), self._messages.of(evidence.messages)
        by_code = {self._codes[code] for code in codes if code in self._codes}
        for group in self._groups:
            for found in (by_type, by_message, by_code):
                for name in group:
                    if name in found:
                        return name
        return evidence.says or UNKNOWN

    def _codes_in(self, messages: Iterable[str]) -> Iterator[int]:
        for message in messages:
            raw = utf8(message)[:MAX_SEARCHED]
            places = self._any_in_text.match(raw)
            if places:
                found = self._in_text[min(places)].search(raw)
                code = found.groups()[0] if found is not None else None
                if code is not None:
                    yield int(code)


def _patterns(classes: Mapping[str, Any], word: str) -> Iterator[tuple[str, str]]:
    for name, rules in classes.items():
        for pattern in rules.get(word, ()):
            yield pattern, name


class _Exception(NamedTuple):
    """What a provider means where it differs from the common reading."""

    provider: str
    codes: frozenset[int]
    types: Any
    message: Any
    name: str

    @classmethod
    def of(cls, rule: Mapping[str, Any]) -> "_Exception":
        codes = frozenset([rule["http"]] if "http" in rule else ())
        types = PatternSet(f"(?i){word}" for word in rule["types"]) if "types" in rule else None
        message = compile_pattern(rule["message"]) if "message" in rule else None
        name = rule["class"]
        return cls(rule["provider"], codes, types, message, "" if name == _BY_TYPE else name)

    def fits(self, evidence: Evidence, codes: list[int]) -> bool:
        if not self.name or evidence.provider != self.provider:
            return False
        if self.codes and self.codes.isdisjoint(codes):
            return False
        words = (*evidence.types, *map(str, codes))
        if self.types and not any(self.types.match(utf8(word)) for word in words):
            return False
        return not self.message or any(self.message.search(utf8(text)[:MAX_SEARCHED]) for text in evidence.messages)
