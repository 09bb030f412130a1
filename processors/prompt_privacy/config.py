"""The configuration of `prompt_privacy`; the README beside this file explains every key."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Annotated, Final, Literal, NamedTuple, Self, get_args

from pydantic import AfterValidator, Discriminator, Field, Tag, field_validator, model_validator

from spansieve.config.mistakes import Mistake, Mistakes
from spansieve.config.problems import listed, suggestion
from spansieve.plugin import Config
from spansieve.pseudonyms import HashConfig

from .entities import KNOWN, NATIONAL_IDS, PROTECTED, TYPES, own_name
from .expressions import compiled
from .patterns import PatternConfig

Kind = Literal["prompt", "completion", "system", "tool_args", "tool_result", "reasoning", "document"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
"""Kinds of content, as the AI semantics know them."""

Action = Literal["placeholder", "mask", "hmac", "drop", "drop_attribute", "allow"]

_GLOB = frozenset(".*?[")


class Truncate(Config):
    """Content is scrubbed, and then cut."""

    truncate: int = Field(ge=1, description="Characters that are left.")


def _form(value: object) -> str:
    """Which member of a union is meant, so that only its complaints are heard."""
    return "word" if isinstance(value, (str, type(None))) else "section"


def _content_form(value: object) -> str:
    kinds = isinstance(value, Mapping) and "truncate" not in value
    return "kinds" if kinds else _form(value)


_Word = Annotated[Literal["scrub", "hash", "keep", "drop"], Tag("word")]
_Section = Annotated[Truncate, Tag("section")]
Treatment = Annotated[_Word | _Section, Discriminator(_form)]
Content = Annotated[_Word | _Section | Annotated[dict[str, Treatment], Tag("kinds")], Discriminator(_content_form)]


class Policy(NamedTuple):
    """What is done with content; `limit` are the characters that `truncate` leaves."""

    action: Literal["scrub", "hash", "keep", "drop", "truncate"]
    limit: int = 0


class EntityConfig(Config):
    """What is done with one entity."""

    action: Action = Field(default="placeholder", description="What becomes of what is found.")
    scope: Literal["trace", "global"] = Field(
        default="trace", description="Where placeholders of one value are equal: in its trace, or everywhere."
    )
    enabled: bool = Field(default=True, description="false: it is not looked for, and not counted.")

    @property
    def stays(self) -> bool:
        """Whether it is left where it is."""
        return not self.enabled or self.action == "allow"


_DEFAULT: Final = EntityConfig()
ByEntity = Annotated[Annotated[Action, Tag("word")] | Annotated[EntityConfig, Tag("section")], Discriminator(_form)]


class DebugSample(Config):
    """Traces whose content is kept readable."""

    ratio: float = Field(
        default=0.01, ge=0, le=1, description="Share of traces that keep their scrubbed content where it is hashed."
    )


def _expression(text: str) -> str:
    compiled(text)
    return text


def _domain(text: str) -> str:
    domain = text.strip().strip(".").lower()
    if not domain or any(sign in domain for sign in "@/*: "):
        raise ValueError("a domain is a name such as example.com, without @ and *; it stands for those below it too")
    return domain


def _glob(text: str) -> str:
    if not text.strip():
        raise ValueError("a key glob is a text such as http.request.header.*, and not empty")
    return text


class Allow(Config):
    """What stays although it was found."""

    values: list[Annotated[str, AfterValidator(_expression)]] = Field(
        default=[], description="RE2 expressions; a finding that one of them matches as a whole stays."
    )
    domains: list[Annotated[str, AfterValidator(_domain)]] = Field(
        default=[], description="Domains whose e-mail addresses stay, those below them included."
    )
    keys: list[Annotated[str, AfterValidator(_glob)]] = Field(
        default=[], description="Globs of attribute keys whose values keep everything but secrets."
    )


class PromptPrivacyConfig(Config):
    """What is left of content, of personal data and of secrets."""

    content: Content = Field(
        default="scrub",
        description="`scrub`, `hash`, `keep`, `drop` or `{truncate: N}` for all content, or by its kind "
        f"({', '.join(KINDS)}) or key globs.",
    )
    debug_sample: DebugSample | None = Field(
        default=None, description="Keep the scrubbed content of some traces where it is hashed; left out: of none."
    )
    entities: dict[str, ByEntity] = Field(
        default={}, description="Action by entity, or `{action, scope, enabled}`; `placeholder` for those left out."
    )
    allow: Allow = Field(default=Allow(), description="What stays although it was found.")
    patterns: list[PatternConfig] = Field(default=[], description="Own patterns, tried on their examples at the start.")
    propagate: bool = Field(
        default=True,
        description="Take names from identity attributes and home directories out everywhere else in the request.",
    )
    hash: HashConfig = Field(default=HashConfig(), description="The key of hashes and placeholders.")
    dry_run: bool = Field(default=False, description="true: change nothing, and count what would go.")
    audit: Literal["none", "counts"] = Field(
        default="counts",
        description="Whether `spansieve.privacy.redacted` says on each span what was found, and how often.",
    )
    max_scan_bytes: int = Field(
        default=1024 * 1024, ge=1024, description="Bytes of a string that are looked at; what lies behind is withheld."
    )
    i_know: bool = Field(
        default=False, description="true: allow what lets secrets or personal data out of the building."
    )

    @field_validator("content")
    @classmethod
    def _known_kinds(cls, content: Content) -> Content:
        names = content if isinstance(content, dict) else {}
        _raise([_no_kind(name) for name in names if name not in KINDS and _GLOB.isdisjoint(name)])
        return content

    @model_validator(mode="after")
    def _patterns_differ(self) -> Self:
        names = [pattern.name for pattern in self.patterns]
        _raise(
            Mistake(f"two patterns have the name {name}", "Give each its own.", path=("patterns", at, "name"))
            for at, name in enumerate(names)
            if name in names[:at]
        )
        return self

    @model_validator(mode="after")
    def _known_entities(self) -> Self:
        known = [*KNOWN, *(pattern.finds for pattern in self.patterns)]
        _raise(_no_entity(name, known) for name in self.entities if name not in known)
        _raise(
            Mistake(
                f"{name} is {own_name(name)}, which stands here as well", "Keep one of them.", path=("entities", name)
            )
            for name in self.entities
            if own_name(name) != name and own_name(name) in self.entities
        )
        return self

    @model_validator(mode="after")
    def _secrets_go(self) -> Self:
        staying = [name for name, rule in self._rules.items() if rule.stays and name in PROTECTED]
        _raise(_must_go(self._written(name)) for name in ([] if self.i_know else staying))
        return self

    @cached_property
    def _rules(self) -> Mapping[str, EntityConfig]:
        return {
            own_name(name): rule if isinstance(rule, EntityConfig) else EntityConfig(action=rule)
            for name, rule in self.entities.items()
        }

    def _written(self, name: str) -> str:
        """How `entities` calls `name`."""
        return next(one for one in self.entities if own_name(one) == name)

    def entity(self, name: str, rule: str = "") -> EntityConfig:
        """What is done with findings of the entity `name`. `rule` found them: of national ids it tells which one, and
        the configuration may name these one by one.
        """
        rules = self._rules
        one = rules.get(rule.upper()) if name == "NATIONAL_ID" else None
        return one or rules.get(name) or _DEFAULT

    def is_wanted(self, name: str) -> bool:
        """Whether anything of the entity `name` is looked for."""
        return any(self.entity(name, one.lower()).enabled for one in ("", *NATIONAL_IDS))

    @property
    def learns_names(self) -> bool:
        """Whether names in identity attributes are searched elsewhere."""
        return self.propagate and self.entity("PERSON").enabled

    @property
    def treats(self) -> bool:
        """Whether some content does not simply pass scrubbed."""
        chosen = self.content.values() if isinstance(self.content, dict) else (self.content,)
        return any(policy(treatment).action != "scrub" for treatment in chosen)

    def content_by_glob(self, key: str) -> Policy | None:
        """What is done with the attribute `key`, where a glob of `content` says so."""
        globs = self.content.items() if isinstance(self.content, dict) else ()
        fitting = (treatment for glob, treatment in globs if glob not in KINDS and fnmatchcase(key, glob))
        return next((policy(treatment) for treatment in fitting), None)

    def content_of(self, kind: str | None, key: str) -> Policy:
        """What is done with content of `kind` (None: unknown) in the attribute `key`: the first glob that fits says
        so, else the kind.
        """
        if not isinstance(self.content, dict):
            return policy(self.content)
        return self.content_by_glob(key) or policy(self.content.get(kind or "", "scrub"))


def policy(treatment: Treatment) -> Policy:
    """`treatment`, as the YAML has it, in one form."""
    return Policy("truncate", treatment.truncate) if isinstance(treatment, Truncate) else Policy(treatment)


def _raise(mistakes: Iterable[Mistake]) -> None:
    found = [*mistakes]
    if found:
        raise Mistakes(found)


def _no_kind(name: str) -> Mistake:
    hint = suggestion(name, KINDS) or f"A glob of attribute keys has a dot or a *, such as {name}*."
    return Mistake(f"there is no kind of content {name}; kinds are {listed(KINDS)}", hint, path=(name,))


def _no_entity(name: str, known: list[str]) -> Mistake:
    hint = suggestion(name, known) or (
        f"Known are {listed(TYPES)}, kinds of national ids, Presidio's names, and what patterns find."
    )
    return Mistake(f"there is no entity {name}", hint, path=("entities", name))


def _must_go(name: str) -> Mistake:
    text = f"{name} can't stay: it is a secret, or worth as much to a thief"
    return Mistake(text, "Take another action than allow, or set i_know: true if you mean it.", path=("entities", name))
