"""Texts with places to fill, and the labelled examples made of them.

A file of templates is a row of them, each under a line `§ where`, or `§ where x3` to be used three times. In a template

    ⟦kind⟧ ⟦kind:argument⟧   is a labelled value of `values.KINDS`; ⟦token⟧ takes the formats of tokens in turn
    ⟦kind|disguise|...⟧      is written as `disguises.DISGUISES` say
    ⟦TYPE=text⟧              labels a text that stands in the template
    ⟦?...⟧                   is a value of which it is left open whether it goes
    ⟨filler:argument⟩        is one of `fillers.FILLERS`, not labelled
    ⟪...⟫                    is the text of a JSON string, at any depth

and all else stands for itself.
"""

import json
import re
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from tests.scoring import Entity, Example

from .credentials import TOKENS
from .disguises import DISGUISES
from .fillers import FILLERS
from .values import KINDS

PART = re.compile(r"⟪|⟫|⟦(?P<open>\??)(?P<value>[^⟧]*)⟧|⟨(?P<filler>[^⟩]*)⟩|(?P<plain>[^⟪⟫⟦⟨]+)")
HEADER = re.compile(r"^§ (\w+)(?: x(\d+))?\n", re.MULTILINE)
PLACES = {"prompt", "tool_args", "tool_result", "command", "log", "exception", "json", "url"}
WITH_CONTEXT_OF_THEIR_OWN = {"slack_webhook", "discord_webhook", "teams_webhook", "telegram_bot", "discord_bot"}
"""Formats that stand in templates by name only: elsewhere nobody would write them."""


class Template(NamedTuple):
    """`where` is one of PLACES."""

    where: str
    text: str

    @property
    def is_clean(self) -> bool:
        """Whether nothing in it is labelled."""
        return "⟦" not in self.text

    @property
    def has_slots(self) -> bool:
        """Whether it comes out differently each time."""
        return re.search("[⟨⟦]", self.text) is not None


def read(text: str) -> list[Template]:
    """The templates of a file; ValueError for a place that is none of PLACES."""
    parts = HEADER.split(text)[1:]
    rows = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    templates = [
        Template(where, body.removesuffix("\n")) for where, times, body in rows for _ in range(int(times or 1))
    ]
    if strange := {template.where for template in templates} - PLACES:
        raise ValueError(f"unknown places {sorted(strange)}; known are {sorted(PLACES)}")
    return templates


class Filler:
    """Fills templates from one source of randomness; formats of tokens come in turn, so that all are seen."""

    def __init__(self, rng: Random) -> None:
        """Start with the formats of tokens in an order of their own."""
        self._rng = rng
        self._formats = self._in_turn()

    def fill(self, template: Template, name: str) -> Example:
        """One example of `template`, with the id `name`. KeyError for an unknown kind, filler or disguise."""
        text, depth = "", 0
        entities: list[Entity] = []
        for part in PART.finditer(template.text):
            depth += {"⟪": 1, "⟫": -1}.get(part[0], 0)
            piece = escaped(self._piece(part), depth)
            if part["value"] is not None:
                entities.append(_entity(part, len(text), len(text) + len(piece)))
            text += piece
        return {"id": name, "where": template.where, "text": text, "entities": entities}

    def _piece(self, part: re.Match[str]) -> str:
        if part["value"] is not None:
            return self._value(part["value"])
        if part["filler"] is not None:
            name, _, argument = part["filler"].partition(":")
            return FILLERS[name](self._rng, argument)
        return part["plain"] or ""

    def _value(self, slot: str) -> str:
        if literal := re.match(r"[A-Z_]+=", slot):
            return slot[literal.end() :]
        kind, *disguises = slot.split("|")
        name, _, argument = kind.partition(":")
        if kind == "token":
            argument = next(self._formats)
        value = KINDS[name].make(self._rng, argument)
        for disguise in disguises:
            value = DISGUISES[disguise](value)
        return value

    def _in_turn(self) -> Iterator[str]:
        names = [name for name in TOKENS if name not in WITH_CONTEXT_OF_THEIR_OWN]
        while True:
            self._rng.shuffle(names)
            yield from names


def escaped(text: str, depth: int) -> str:
    """`text` as it stands inside `depth` JSON strings in one another."""
    for _ in range(depth):
        text = json.dumps(text, ensure_ascii=False)[1:-1]
    return text


def _entity(part: re.Match[str], start: int, end: int) -> Entity:
    literal = re.match(r"([A-Z_]+)=", part["value"])
    kind = literal[1] if literal else KINDS[re.split("[:|]", part["value"])[0]].type
    entity: Entity = {"type": kind, "start": start, "end": end}
    if part["open"]:
        entity["optional"] = True
    return entity
