"""Families searched as the engine searches them: a union of cores, and each family asked where it hits."""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import re2
import yaml

from spansieve.processors.prompt_privacy.detectors import births, cards, iban, ids_named, ids_shaped, phones, plain
from spansieve.processors.prompt_privacy.detectors.disguise import WORDS
from spansieve.processors.prompt_privacy.detectors.family import Family, Finding

NUMBERS: tuple[Family, ...] = (
    *cards.FAMILIES,
    *iban.FAMILIES,
    *ids_shaped.FAMILIES,
    *ids_named.FAMILIES,
    *phones.FAMILIES,
    *births.FAMILIES,
)
EXAMPLES = next(up for up in Path(__file__).parents if up.name == "tests") / "fixtures" / "privacy" / "examples"


@cache
def union(families: tuple[Family, ...] = NUMBERS) -> "re2._Regexp":
    """The cores, as one pattern over bytes."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.never_capture = options.dot_nl = True
    options.max_mem = 64 << 20
    cores = [core for family in families for core in (*family.words, *family.digits, *family.contexts)]
    return re2.compile("|".join(f"(?:{core})" for core in cores).encode("ascii"), options)


DISGUISED = (Family("disguised", (), WORDS, (), lambda _text, _start, _end: ()),)


def findings(text: bytes, families: tuple[Family, ...] = NUMBERS) -> list[Finding]:
    """What the families find in `text`, from left to right, once its disguises are taken off. Nobody takes them off a
    text in which no core hits.
    """
    found: list[Finding] = []
    if not (union(families).search(text) or union(DISGUISED).search(text)):
        return found
    text, offsets = plain(text)
    at = 0
    while hit := union(families).search(text, at):
        here = [one for family in families for one in family.find(text, hit.start(), hit.end())]
        found += [min(here, key=lambda one: (one.start, -one.end))] if here else []
        at = found[-1].end if here else hit.start() + 1
    if offsets is not None:
        found = [Finding(*offsets.original(one.start, one.end), one.entity, one.rule) for one in found]
    return found


def marked(text: str) -> str:
    """`text` with each finding between ⟦ and ⟧."""
    left = text.encode()
    for one in reversed(findings(left)):
        left = b"".join((left[: one.start], "⟦".encode(), left[one.start : one.end], "⟧".encode(), left[one.end :]))
    return left.decode()


def rules(text: str) -> list[str]:
    """The rules that found something in `text`."""
    return [one.rule for one in findings(text.encode())]


def examples(names: Iterable[str], kind: str) -> Sequence[tuple[str, str]]:
    """Pairs of rule and text from the catalogue of examples; `kind` is `match` or `no_match`."""
    return [
        (row["rule"], text)
        for name in names
        for row in yaml.safe_load((EXAMPLES / f"{name}.yaml").read_text("utf-8"))
        for text in row[kind]
    ]
