"""Providers: their one spelling, and who it is where only an address or a model says so.

A name that means a framework (LangChain, Strands) is no provider's. What no table knows stays as it is.
"""

from collections.abc import Mapping
from fnmatch import translate
from typing import Any

from spansieve.actions.patterns import compile_pattern, utf8
from spansieve.pdata import Value
from spansieve.semconv.finish import folded

from .atoms import Memory
from .transforms import Transform
from .values import Skip


class Providers:
    """The tables of `providers` in the mapping. Raises PatternError for a pattern that RE2 does not take."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Lower all keys once."""
        self._values: dict[str, str] = {folded(key): value for key, value in table["values"].items()}
        self._frameworks = {folded(name) for name in table["frameworks_not_providers"]}
        self._pairs: dict[str, str] = table["openinference"]
        self._vercel: list[list[str]] = table["vercel"]
        self._hosts: list[tuple[Any, str]] = [
            (compile_pattern(translate_glob(glob)), name) for glob, name in table["server_address"]
        ]
        self._models: list[tuple[Any, str]] = [(compile_pattern(pattern), name) for pattern, name in table["model"]]
        self._routes: dict[str, str] = {folded(route): name for route, name in table["model_route_prefixes"].items()}
        self.of_host = Memory(self._of_host)
        """The provider at an address, or None."""
        self.of_model = Memory(self._of_model)
        """The provider of a model, or None."""

    def tables(self) -> dict[str, Transform]:
        """The transforms `map:providers.<table>`; that of OpenInference takes the list of provider and system."""
        return {
            "providers.values": self.standard,
            "providers.openinference": self._openinference,
            "providers.vercel": self._of_vercel,
        }

    def standard(self, value: Value) -> Value | Skip | None:
        """The standard name; None for a framework's, the value itself for one that nobody knows."""
        if not isinstance(value, str):
            return Skip("type")
        word = folded(value)
        known = self._values.get(word)
        if known is not None:
            return known
        return None if word in self._frameworks else value

    def is_framework(self, value: Value) -> bool:
        """Whether `value` names a framework."""
        return isinstance(value, str) and folded(value) in self._frameworks and folded(value) not in self._values

    def _openinference(self, value: Value) -> Value | Skip | None:
        provider, system = value if isinstance(value, list) else (value, None)
        if not isinstance(provider, str):
            return Skip("type")
        for pair in (f"{folded(provider)}|{folded(str(system or ''))}", f"{folded(provider)}|*"):
            if pair in self._pairs:
                return self._pairs[pair]
        return self.standard(provider)

    def _of_vercel(self, value: Value) -> Value | Skip | None:
        if not isinstance(value, str):
            return Skip("type")
        lowered = value.lower()
        for head, name in self._vercel:
            if lowered.startswith(head):
                return name
        known = self.standard(lowered.split(".")[0])
        return value if known == lowered.split(".")[0] else known

    def _of_host(self, host: str) -> str | None:
        raw = utf8(host.lower())
        return next((name for pattern, name in self._hosts if pattern.search(raw)), None)

    def _of_model(self, model: str) -> str | None:
        route, slash, rest = model.partition("/")
        if slash:
            known = self._routes.get(folded(route)) or self._routes.get(route.lower())
            if known is not None:
                return known
        for raw in (utf8(rest.lower()), utf8(model.lower())):
            for pattern, provider in self._models if raw else ():
                if pattern.search(raw):
                    return provider
        return None


def translate_glob(glob: str) -> str:
    """A glob as an RE2 pattern; one without `*` in front also fits as the end of a host's name, behind a dot."""
    body = translate(glob).removeprefix("(?s:").removesuffix(r")\Z")
    return f"(?s)^{body}$" if glob.startswith("*") else rf"(?s)(^|\.){body}$"
