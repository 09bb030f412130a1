"""What prompts that are not equal have in common: the template that they were filled from, and a fingerprint that is
near where they are alike. Both are off unless somebody asks for them.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from struct import Struct
from typing import Final

MAX_WORDS: Final = 20_000
"""A fingerprint is made of so many words from the front."""

_TEMPLATE: Final = re.compile(
    r"(?P<uuid>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b)"
    r"|(?P<date>\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?Z| ?[+-]\d\d:?\d\d)?)?\b"
    r"|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b"
    r"|\b(?:\d{1,2}\.? )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d{1,4}(?:, \d{4})?\b)"
    r"|(?P<path>(?<![\w/:<])(?:~|\.{1,2}|[A-Za-z]:)?(?:[/\\][\w.@+-]++){2,}+[/\\]?)"
    r"|(?P<number>\d++(?:[.,]\d++)*+)"
)
"""Every repetition is bounded or gives nothing back, so that a search is linear."""


def template_of(text: str) -> str:
    """`text` with `<uuid>`, `<date>`, `<path>` and `<number>` in place of what was filled in."""
    return _TEMPLATE.sub(lambda found: f"<{found.lastgroup}>", text)


def simhash(texts: Iterable[str], digest: Callable[[bytes], bytes]) -> int:
    """The 64-bit simhash of the shingles of three words; each counts by the first bytes of its `digest`.

    Alike texts differ in few bits. Source: M. Charikar, Similarity Estimation Techniques from Rounding Algorithms.
    """
    total, count = 0, 0
    for shingle in _shingles(texts):
        total += _spread(digest(shingle.encode(errors="replace"))[:8])
        count += 1
    lanes = _LANES.unpack(total.to_bytes(_LANES.size, "little"))
    return sum(1 << place for place, ones in enumerate(lanes) if 2 * ones > count)


_LANES: Final = Struct("<64I")


def _spread(number: bytes) -> int:
    """The 64 bits of `number`, each in 32 bits of its own: sums of these count the ones at each place at once."""
    return sum(_spread_byte(byte) << (256 * place) for place, byte in enumerate(number))


@cache
def _spread_byte(byte: int) -> int:
    return sum(1 << (32 * place) for place in range(8) if byte >> place & 1)


def _shingles(texts: Iterable[str]) -> Iterator[str]:
    words = [word for text in texts for word in text.lower().split(maxsplit=MAX_WORDS)][:MAX_WORDS]
    if 0 < len(words) < 3:
        yield " ".join(words)
    for place in range(len(words) - 2):
        yield " ".join(words[place : place + 3])
