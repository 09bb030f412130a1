"""What the configuration says, as the walk asks it: of an entity, of a key, of an event."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final, NamedTuple

import re2

from spansieve.semconv.names import ARGS_HASH

from .config import Policy as Treatment
from .config import PromptPrivacyConfig
from .kinds import Kinds
from .people import keys_of_people, names_people
from .search import Piece

SECRETS: Final = frozenset({"SECRET", "URL_CREDENTIALS"})
"""What never stays, whatever is allowed."""
_FACTS, _KEY_CHARACTERS = 16_384, 256
_SCRUB = Treatment("scrub")
_SHARED = ("user.", "enduser.", "session.", "tenant.", "organization.")


class Facts(NamedTuple):
    """What is known of what stands under a key."""

    name: str = ""
    kind: str = ""
    """The kind of content; "" for what is none."""
    treatment: Treatment = _SCRUB
    identity: bool = False
    """Whether it says who somebody is."""
    shared: bool = False
    """Whether its placeholders are the same in all traces: those of users, sessions and tenants."""
    secrets_only: bool = False
    """Whether personal data stays."""
    plain: bool = False
    """Whether the event that it stands in says nothing of it: it is none of its content, or a glob of its own fits."""
    speaks: bool = False
    """Of an event: whether anything in it is content that does not simply pass scrubbed."""


class Policy:
    """The configuration's answers, each remembered."""

    def __init__(self, config: PromptPrivacyConfig, mapping: Mapping[str, Any]) -> None:
        """Compile what it says."""
        self.dry_run = config.dry_run
        self._config = config
        self._kinds = Kinds(mapping)
        self._users = frozenset(mapping["identity"]["user"])
        self._naming = keys_of_people(self._users) if config.learns_names else None
        self._sessions = frozenset(mapping["identity"]["conversation"])
        self._values = [re2.compile(f"^(?:{pattern})$") for pattern in config.allow.values]
        self._domains = tuple(config.allow.domains)
        self.treats = config.treats
        """Whether any content does not simply pass scrubbed."""
        self._remembered = lru_cache(_FACTS)(self._facts)
        self._remembered_event = lru_cache(_FACTS)(self._event)

    def facts(self, key: str) -> Facts:
        """What is known of an attribute by its key; of short ones it is remembered."""
        return self._remembered(key) if len(key) <= _KEY_CHARACTERS else self._facts(key)

    def event(self, name: str) -> Facts:
        """What is known of the content of an event by its name; `kind` is "" for one that has none."""
        return self._remembered_event(name) if len(name) <= _KEY_CHARACTERS else self._event(name)

    def names_people(self, piece: Piece) -> bool:
        """Whether something in `piece`, wire bytes, may have a key that says who somebody is, and names are learned."""
        return self._naming is not None and self._naming.search(*piece[:3]) is not None

    def action(self, entity: str, rule: str, value: str) -> tuple[str, bool]:
        """What becomes of a finding, and whether its placeholder is the same in all traces."""
        chosen = self._config.entity(entity, rule)
        if not chosen.enabled:
            return "", False
        return ("allow" if self._allowed(entity, value) else chosen.action), chosen.scope == "global"

    def _allowed(self, entity: str, value: str) -> bool:
        if entity == "EMAIL" and self._domains:
            domain = value.lower().rpartition("@")[2]
            if any(domain == one or domain.endswith("." + one) for one in self._domains):
                return True
        return any(pattern.search(value) for pattern in self._values)

    def _facts(self, key: str) -> Facts:
        if key == ARGS_HASH:  # `spansieve.instrument` has no key: by its plain hash short arguments can be guessed
            return Facts(key, "tool_args", Treatment("hash"))
        kind = self._kinds.of_key(key)
        by_glob = self._config.content_by_glob(key)
        treatment = by_glob or (self._config.content_of(kind, key) if kind else _SCRUB)
        kept = treatment.action == "keep" or any(fnmatchcase(key, glob) for glob in self._config.allow.keys)
        person = names_people(key, self._users)
        identity = person and self._config.learns_names and not kept
        shared = person or key in self._sessions or key.startswith(_SHARED)
        return Facts(
            key,
            kind or ("content" if by_glob else ""),
            treatment,
            identity,
            shared,
            kept,
            key in _PLAIN or bool(by_glob),
        )

    def _event(self, name: str) -> Facts:
        if not (name and self.treats):
            return Facts(name)
        kind = self._kinds.of_event(name)
        treatment = self._config.content_of(kind, "") if kind else _SCRUB
        kept = treatment.action == "keep"
        return Facts(name, kind, treatment, secrets_only=kept, speaks=self._kinds.speaks(name))

    def in_event(self, event: Facts, key: str) -> Facts:
        """What is known of an attribute of `event`, by its key."""
        facts = self.facts(key)
        if facts.plain or facts.kind or not event.speaks:
            return facts
        kind = self._kinds.in_event(event.name, key)
        if kind:
            treatment = self._config.content_of(kind, key)
            kept = facts.secrets_only or treatment.action == "keep"
            return facts._replace(kind=kind, treatment=treatment, secrets_only=kept)
        told = facts.identity or facts.shared or key.startswith(_ABOUT) or key.endswith(_MEASURED)
        return event._replace(name=key) if event.kind and not told else facts


_ABOUT = (
    *("gen_ai.usage.", "gen_ai.request.", "gen_ai.response.", "gen_ai.agent.", "gen_ai.message.index"),
    *("gen_ai.output.type", "event.", "server.", "error.type", "terminal.", "openai.", "spansieve."),
)
_MEASURED = ("model", ".id", "_id", "_length", "_count", "_ms", "_source")
"""How keys begin and end that say of an event how it came about."""
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
