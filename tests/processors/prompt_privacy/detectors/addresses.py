"""The families of addresses, searched for as the engine does it: cores first, then each family at each hit."""

from collections.abc import Iterator, Sequence

import re2

from spansieve.processors.prompt_privacy.detectors import crypto, disguise, emails, network, urls
from spansieve.processors.prompt_privacy.detectors.family import Family, Finding

FAMILIES: tuple[Family, ...] = (*emails.FAMILIES, *urls.FAMILIES, *network.FAMILIES, *crypto.FAMILIES)


def union(cores: Sequence[str]) -> re2._Regexp:
    """One RE2 pattern of all `cores`, over bytes."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.never_capture = options.dot_nl = True
    return re2.compile("|".join(cores).encode("latin-1"), options)


WORDS = union([core for family in FAMILIES for core in family.words] + list(disguise.WORDS))
DIGITS = union([core for family in FAMILIES for core in family.digits])


def found(text: bytes) -> list[Finding]:
    """What is found in `text`: of overlapping findings the first, of those the longest."""
    if not (WORDS.search(text) or DIGITS.search(text)):
        return []
    plain, offsets = disguise.plain(text)
    kept: list[Finding] = []
    for finding in sorted({*_hits(plain, WORDS), *_hits(plain, DIGITS)}, key=lambda one: (one.start, -one.end)):
        if not kept or finding.start >= kept[-1].end:
            kept.append(finding)
    if not offsets:
        return kept
    return [Finding(*offsets.original(one.start, one.end), one.entity, one.rule) for one in kept]


def scrubbed(text: bytes) -> bytes:
    """`text` with a placeholder instead of each finding."""
    for finding in reversed(found(text)):
        text = text[: finding.start] + b"<" + finding.entity.encode() + b"_kqzd>" + text[finding.end :]
    return text


def _hits(text: bytes, cores: re2._Regexp) -> Iterator[Finding]:
    place = 0
    while hit := cores.search(text, place):
        findings = [one for family in FAMILIES for one in family.find(text, hit.start(), hit.end())]
        yield from findings
        place = max([hit.start() + 1, *(one.end for one in findings)])
        if place > len(text):
            return
