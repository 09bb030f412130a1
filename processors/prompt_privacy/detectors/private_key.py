r"""Private keys in PEM's armour, with line ends written out (`\n`) at any depth, with line numbers, or cut off.

Source: RFC 7468, section 2; RFC 9580, section 6.2, for the armour of OpenPGP; RFC 4716, section 3.2, for that of SSH2.
"""

import re
from collections.abc import Sequence

from .family import MAX_CANDIDATE, Family, Finding
from .values import entropy

MAX_KEY = 4 * MAX_CANDIDATE
"""Bytes that a key may have."""
MIN_ENTROPY = 1.5
"""Bits a byte of a key so short that it is a test's; `XXXX` is none."""
LONG = 16
"""Bytes that a line of base64 has and a word of prose has not."""

_CORE = r"----[- ]BEGIN[ +](?:[A-Z0-9]{2,9}[ +]){0,2}PRIVATE[ +]KEY"
_OPENING = re.compile(_CORE.encode() + rb"(?:[ +]BLOCK)?[ ]?-{4,5}")
_CLOSING = re.compile(rb"-{4,5} ?END[ +][A-Z0-9 +]{0,40}-{4,5}")
_ESCAPE = re.compile(rb"\\+[nrtf]")
_RUN = re.compile(rb"[A-Za-z0-9+/=_-]+")
_ONE_WORD_LINES = re.compile(rb"(?:[\"' ,+]*+\s++[\"']*+[A-Za-z0-9+/=_.-]++)++[\"' ,+]*+\s*+[\"' ]*+")
_GAP = re.compile(rb"(?:[ ]{0,8}[0-9]{1,6}(?:\xe2\x86\x92|\\+t|[\t|:])|\s|\\+[nrtf/\"']|[\"'+,>|:])*+")
_AS_KEY = re.compile(rb"\\{0,32}\"\s{0,8}:")
_HEADER = re.compile(rb"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Subject):[^\n\\]{1,80}")


def find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    """The key whose armour opens at `start`, its closing line included, or the base64 that follows where none is."""
    opening = _OPENING.match(text, start)
    if opening is None:
        return ()
    inner, limit = opening.end(), min(len(text), start + MAX_KEY)
    dashes = text.find(b"----", inner, limit)
    closing = _CLOSING.match(text, dashes) if dashes >= 0 else None
    if closing is not None and is_body(text[inner:dashes]):
        return (Finding(start, closing.end(), "SECRET", "private_key"),)
    last = _following(text, inner, dashes if dashes >= 0 else limit)
    return (Finding(start, last, "SECRET", "private_key"),) if last > inner else ()


def is_body(inside: bytes) -> bool:
    """Whether what stands between a key's two lines is a key, no code that merely names both lines."""
    plain = _ESCAPE.sub(b"\n", inside)
    if _ONE_WORD_LINES.fullmatch(plain) is not None:
        return entropy(b"".join(_RUN.findall(plain)).strip(b"-_=")) >= MIN_ENTROPY
    sizes = [len(run) for run in _RUN.findall(plain)]
    return sum(size for size in sizes if size >= LONG) > 0.6 * sum(sizes)


def _following(text: bytes, place: int, limit: int) -> int:
    """Where the lines of base64 end that begin at `place`; a last short one counts."""
    begin = last = place
    while place < limit:
        place = _skipped(text, place, limit)
        run = _RUN.match(text, place, limit)
        if run is None or (_AS_KEY.match(text, run.end()) and b'"' in text[last:place]):  # the next key of an object
            break
        place = run.end()
        if len(run[0]) < LONG and (last == begin or not _is_last(text, place)):
            break
        last = place
        if len(run[0]) < LONG:
            break
    return last


def _skipped(text: bytes, place: int, limit: int) -> int:
    while True:
        gap = _GAP.match(text, place, limit)
        place = gap.end() if gap else place
        header = _HEADER.match(text, place, limit)
        if header is None:
            return place
        place = header.end()


def _is_last(text: bytes, place: int) -> bool:
    return place >= len(text) or text[place] in b"\r\n\"'\\"


FAMILIES = (Family("private_key", ("SECRET",), (_CORE,), (), find),)
