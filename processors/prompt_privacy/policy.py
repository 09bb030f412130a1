"""What the configuration says, as the walk asks it: of an entity, of a key, of an event."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

import re2

from .config import PromptPrivacyConfig
from .kinds import Kinds
from .people import names_people

SECRETS: Final = frozenset({"SECRET", "URL_CREDENTIALS"})
"""What never stays, whatever is allowed."""
_FACTS = 16_384

Action = Literal["placeholder", "mask", "hmac", "drop", "drop_attribute", "allow"]


class Treatment(NamedTuple):
    """What becomes of a kind of content; `limit` in characters."""

    how: Literal["scrub", "hash", "keep", "drop", "truncate"] = "scrub"
    limit: int = 0


class Facts(NamedTuple):
    """What is known of what stands under a key."""

    name: str = ""
    kind: str = ""
    treatment: Treatment = Treatment()
    identity: bool = False
    secrets_only: bool = False
    plain: bool = False
    """Whether it is none of the content of an event, whatever that event is."""


class Policy:
    """The configuration's answers, each remembered."""

    def __init__(self, config: PromptPrivacyConfig, mapping: Mapping[str, Any]) -> None:
        """Compile what it says."""
        self.dry_run = config.dry_run
        self._config = config
        self._kinds = Kinds(mapping, config.content_globs)
        self._identity = frozenset(mapping["identity"]["user"])
        self._values = [re2.compile(f"^(?:{pattern})$") for pattern in config.allow.values]
        self._domains = tuple(domain.lower() for domain in config.allow.domains)
        self.treats = any(treatment.how != "scrub" for treatment in config.treatments.values())
        """Whether any content does not simply pass scrubbed."""
        self.facts = lru_cache(_FACTS)(self._facts)
        """What is known of an attribute by its key."""
        self.event = lru_cache(_FACTS)(self._event)
        """What is known of the content of an event by its name; `kind` is "" for one that has none."""

    def action(self, entity: str, rule: str, value: str) -> tuple[Action, bool]:
        """What becomes of a finding, and whether its placeholder is the same in all traces."""
        chosen = self._config.action(entity, rule)
        return ("allow" if self._allowed(entity, value) else chosen.action), chosen.scope == "global"

    def _allowed(self, entity: str, value: str) -> bool:
        if entity == "EMAIL" and self._domains and value.lower().rpartition("@")[2] in self._domains:
            return True
        return entity not in SECRETS and any(pattern.search(value) for pattern in self._values)

    def _facts(self, key: str) -> Facts:
        kind = self._kinds.of_key(key)
        return Facts(
            name=key,
            kind=kind,
            treatment=self._treatment(kind),
            identity=names_people(key, self._identity),
            secrets_only=any(fnmatchcase(key, glob) for glob in self._config.allow.keys)
            or self._treatment(kind).how == "keep",
            plain=key in _PLAIN,
        )

    def _event(self, name: str) -> Facts:
        kind = self._kinds.of_event(name) if name else ""
        treatment = self._treatment(kind)
        return Facts(name, kind, treatment, secrets_only=treatment.how == "keep")

    def _treatment(self, kind: str) -> Treatment:
        return self._config.treatments.get(kind, _SCRUB)


_SCRUB = Treatment()
_PLAIN = frozenset(
    {
        "event.name",
        "event.domain",
        "role",
        "index",
        "id",
        "finish_reason",
        "gen_ai.system",
        "gen_ai.provider.name",
        "gen_ai.operation.name",
        "gen_ai.request.model",
        "gen_ai.response.model",
        "gen_ai.response.id",
        "gen_ai.response.finish_reasons",
    }
)
"""Keys that say of an event's content what it is, and are none."""
