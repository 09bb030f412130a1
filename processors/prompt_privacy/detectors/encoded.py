"""One level of base64: a run in which a token or a private key is hidden goes as a whole.

Base64 turns three bytes into four signs, so a text looks different at each of three alignments. The signs that a
literal prefix turns into at each are the anchors; what an anchor lies in is decoded and given to the families of
tokens and keys.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import NamedTuple

from . import private_key, tokens
from .family import Family, Finding, is_escape

PREFIXES = (
    b"ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- AKIA ASIA AIza sk-ant- sk-proj- sk-svcacct- sk-or- sk_live_ sk_test_"
    b" rk_live_ xoxb- xoxp- xoxa- xapp- npm_ pypi-AgE dckr_pat_ hvs. ya29. GOCSPX- dop_v1_ shpat_ whsec_ sntrys_"
    b" sntryu_ lin_api_ ntn_ gsk_ xai- pplx- nvapi- figd_ ATATT3 PMAK- AGE-SECRET-KEY- pcsk_ lsv2_ dapi rubygems_"
    b" -----BEGIN"
).split()
"""Literals of four bytes or more with which tokens begin."""
PEEK = 80
"""Signs that are decoded to see whether more than a bare prefix stands there."""
WINDOW = 1024
"""Signs of base64 that are decoded to see what an anchor stands for."""
LINE_SIZES = (64, 76)
"""Where encoders break lines."""


class Anchor(NamedTuple):
    """What a prefix turns into at one alignment."""

    signs: bytes
    offset: int
    """How many signs of its group of four stand before it."""
    skipped: int
    """How many decoded bytes of that group stand before the prefix."""


def anchors_of(prefix: bytes) -> list[Anchor]:
    """The anchors of `prefix`: the signs that depend on it alone, at each of the three alignments; both alphabets."""
    found = []
    for skipped in range(3):
        encoded = b64encode(bytes(skipped) + prefix)
        first, last = -(-skipped * 8 // 6), (skipped + len(prefix)) * 8 // 6
        signs = encoded[first:last]
        found += [Anchor(each, first, skipped) for each in {signs, signs.translate(_URL_SAFE)}]
    return found


_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_SIGNS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_RUN = re.compile(rb"[A-Za-z0-9+/_-]+={0,2}")
_WRAPPED = re.compile(rb"[A-Za-z0-9+/_-]+(?:(?:\r?\n|(?:\\+r)?\\+n)[A-Za-z0-9+/_-]+)*={0,2}")
_BREAK = re.compile(rb"\r?\n|(?:\\+r)?\\+n")

_ANCHORS: dict[bytes, list[Anchor]] = {}
for _anchor in sorted(anchor for prefix in PREFIXES for anchor in anchors_of(prefix)):
    _ANCHORS.setdefault(_anchor.signs[:4], []).append(_anchor)


def find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    """The whole run around the anchor at `start`, where what it stands for is a token or a key."""
    anchors = _ANCHORS.get(text[start : start + 4])
    if anchors is None:
        return ()
    for anchor in anchors:
        if text.startswith(anchor.signs, start):
            rule = _hidden(text, start - anchor.offset, anchor.skipped)
            if rule:
                return (Finding(_begin_of_run(text, start, len(text)), _end_of_run(text, start), "SECRET", rule),)
    return ()


def _hidden(text: bytes, group: int, skipped: int) -> str:
    """Which rule finds something in the text whose base64 has a group of four at `group`, `skipped` bytes into it."""
    begin = _begin_of_run(text, max(group, 0), _LEFT)
    if group < begin:
        return ""
    left = group - (group - begin) // 4 * 4
    wrapped = _is_wrapped(text, begin, group)
    run = (_WRAPPED if wrapped else _RUN).match(text, left, left + WINDOW)
    signs = b"" if run is None else _BREAK.sub(b"", run[0]) if wrapped else run[0]
    place = (group - left) // 4 * 3 + skipped
    peeked = _decoded(signs[:PEEK].rstrip(b"="))
    if not tokens.may_be_at(peeked, place) and not peeked.startswith(b"-----", place):
        return ""
    decoded = _decoded(signs.rstrip(b"="))
    token = tokens.at(decoded, place) if place < len(decoded) else None
    if token is not None:
        return f"base64_{token.rule}"
    return "base64_private_key" if private_key.find(decoded, place, place) else ""


_LEFT = 8
"""Signs before an anchor's group that are decoded too, so that a token's left border can be seen."""


def _decoded(signs: bytes) -> bytes:
    whole = signs[: len(signs) - 1] if len(signs) % 4 == 1 else signs
    return b64decode(whole + b"=" * (-len(whole) % 4), altchars=b"-_" if b"-" in whole or b"_" in whole else None)


def _begin_of_run(text: bytes, place: int, reach: int) -> int:
    before = text[max(0, place - reach) : place]
    begin = place - len(before) + len(before.rstrip(_SIGNS))
    return begin + 1 if begin < place and is_escape(text, begin) else begin


def _is_wrapped(text: bytes, begin: int, group: int) -> bool:
    """Whether the line that goes through `group` is as long as encoders make lines, and goes on in the next."""
    line = _RUN.match(text, group, group + max(LINE_SIZES))
    begin = _begin_of_run(text, begin, max(LINE_SIZES))
    return line is not None and line.end() - begin in LINE_SIZES and _BREAK.match(text, line.end()) is not None


def _end_of_run(text: bytes, place: int) -> int:
    begin = _begin_of_run(text, place, max(LINE_SIZES))
    run = (_WRAPPED if _is_wrapped(text, begin, place) else _RUN).match(text, place)
    return run.end() if run else place


_CORES = tuple(sorted({re.escape(a.signs.decode()) for each in _ANCHORS.values() for a in each}))
FAMILIES = (Family("base64", ("SECRET",), _CORES, (), find),)
