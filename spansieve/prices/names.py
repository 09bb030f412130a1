"""Model names as they are sent, and as the tables of prices and windows spell them."""

import re
from collections.abc import Iterable
from typing import Generic, TypeVar

from spansieve.actions.patterns import Pattern, compile_pattern
from spansieve.semconv import raw_mapping

MAX_CHARACTERS = 256
"""A longer name, of a model or a provider, is nobody's and is not looked up."""
FINE_TUNE = "ft:"
"""How OpenAI and Mistral begin the name of a fine-tuned model: `ft:<base>:<organisation>::<id>`."""

_VENDOR = re.compile(r"(?:[a-z]{2,6}(?:-gov)?\.)?[a-z0-9]+\.(?=[a-z])")
_TAIL = re.compile(r"[:@].*", re.DOTALL)

RuleT = TypeVar("RuleT")


def bare(model: str) -> str:
    """`model` lower-case, without what hosts put around it; a fine-tune's name keeps `ft:` and its base alone.

    Before it: routes (`openrouter/`, `models/`, all but the last part of an ARN) and Bedrock's region and vendor
    (`us.anthropic.`). Behind it: versions, variants and dates (`:0`, `:free`, `@20250514`).
    """
    name = model.strip().lower().rpartition("/")[2]
    tuned = FINE_TUNE if name.startswith(FINE_TUNE) else ""
    name = _TAIL.sub("", name.removeprefix(tuned))
    found = _VENDOR.match(name)
    return tuned + (name[found.end() :] if found else name)


def canonical(provider: str) -> str:
    """`provider` as `gen_ai.provider.name` spells it (`mapping.yaml`, providers.values); others stay, lower-case."""
    name = provider.strip().lower()
    spellings: dict[str, str] = raw_mapping()["providers"]["values"]
    return spellings.get(name.replace("-", "_").replace(" ", "_"), name)


class Rules(Generic[RuleT]):
    """Things by patterns of model names; the first that fits counts."""

    def __init__(self, rules: Iterable[tuple[str, RuleT]]) -> None:
        """Compile. Raises PatternError."""
        self._rules: list[tuple[Pattern, RuleT]] = [(compile_pattern(pattern), thing) for pattern, thing in rules]

    def fitting(self, *names: str) -> Iterable[RuleT]:
        """What has a pattern that is found in one of `names`, in order."""
        encoded = [name.encode(errors="replace") for name in names]  # JSON may bring lone surrogates
        return (thing for pattern, thing in self._rules if any(map(pattern.search, encoded)))
