r"""Text without its disguises, and where each of its bytes stood before.

`jane%40acme.io`, `jane\u0040acme.io`, `jane&#64;acme.io`, the same in full-width letters or with an invisible character
in it: all read `jane@acme.io`. Findings in the plain text are cut from the original, of which nothing else changes.

Sources: RFC 3986, section 2.1 (percent-encoding); RFC 8259, section 7 (escapes); the HTML standard, section 13.5 (named
character references); Unicode's blocks General Punctuation and Halfwidth and Fullwidth Forms.
"""

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from .disguise_words import WORDS

__all__ = ["WORDS", "Offsets", "plain"]

_ROUNDS = 3
"""Disguises stand inside each other: an invisible character percent-encoded, an entity whose `&` is an escape."""

_INVISIBLE = (0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065))
_FOLDED: dict[int, str] = {
    **dict.fromkeys((*_INVISIBLE, *range(0x2066, 0x206A), 0xFEFF), ""),
    **dict.fromkeys((0xA0, 0x2007, 0x2009, 0x202F), " "),
    **dict.fromkeys((*range(0x2010, 0x2014), 0x2212), "-"),
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    0xFE6B: "@",
}
_ODD = (
    rb"\xc2[\xa0\xad]|\xcd\x8f|\xd8\x9c|\xe1\xa0\x8e|\xe2\x80[\x87\x89\x8b-\x93\xaa-\xaf]|\xe2\x81[\xa0-\xa4\xa6-\xa9]"
    rb"|\xe2\x88\x92|\xef\xb9\xab|\xef\xbb\xbf|\xef\xbc[\x81-\xbf]|\xef\xbd[\x80-\x9e]"
)
"""What `_FOLDED` folds, as UTF-8."""

_NAMES = {
    b"amp": "&", b"apos": "'", b"colon": ":", b"commat": "@", b"equals": "=", b"gt": ">", b"hyphen": "-", b"lt": "<",
    b"lowbar": "_", b"nbsp": " ", b"num": "#", b"percnt": "%", b"period": ".", b"plus": "+", b"quot": '"', b"shy": "",
    b"sol": "/", b"zwj": "", b"zwnj": "",
}  # fmt: skip

_MARKS = re.compile(rb"[%&\x1b]|\\[uxe0]")
"""What all disguises of ASCII letters alone have one of."""
_BYTE = rb"%(?:25){0,2}"
"""Encoded up to three times: each time more turns the `%` into `%25`."""
_DISGUISE = re.compile(
    rb"(" + _BYTE + rb"(?:[2-7][0-9A-Fa-f]|0[9ADad]"
    rb"|[C-Fc-f][0-9A-Fa-f](?:" + _BYTE + rb"[89ABab][0-9A-Fa-f]){1,3})"
    rb"|(?:\x1b|(?<!\\)\\{1,32}(?:u001[bB]|x1[bB]|033|e))\[[0-9;]{0,16}[mK]"  # a terminal's colours
    rb"|(?<!\\)\\{1,32}u[0-9A-Fa-f]{4}"  # one backslash at first, and more of them with each JSON string around it
    rb"|&(?:amp;){0,2}(?:#(?:[0-9]{1,7}|[xX][0-9A-Fa-f]{1,6})|" + b"|".join(_NAMES) + rb");|" + _ODD + rb")"
)


class _Layer(NamedTuple):
    """What one round replaced, in order: where in its plain text, and where in the text that it was given."""

    plain_starts: list[int]
    plain_ends: list[int]
    starts: list[int]
    ends: list[int]

    def before(self, start: int, end: int) -> tuple[int, int]:
        """The stretch that became `start` to `end`, whole disguises, without what vanished at its edges."""
        first = bisect_right(self.plain_starts, start) - 1
        last = bisect_right(self.plain_starts, end - 1) - 1
        return self._start(first, start), self._end(last, end)

    def _start(self, edit: int, place: int) -> int:
        if edit < 0:
            return place
        past = place - self.plain_ends[edit]
        return self.starts[edit] if past < 0 else self.ends[edit] + past

    def _end(self, edit: int, place: int) -> int:
        return place if edit < 0 else self.ends[edit] + max(0, place - self.plain_ends[edit])


class Offsets:
    """From places in a plain text to places in the text that it was made of."""

    def __init__(self, layers: list[_Layer]) -> None:
        """Take what the rounds replaced, the first round first."""
        self._layers = layers[::-1]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The bytes of the original that read as `start` to `end` (not empty) of the plain text.

        All bytes of a disguised character belong to it, and invisible ones inside the stretch, not those at its edges.
        """
        for layer in self._layers:
            start, end = layer.before(start, end)
        return start, end


def plain(text: bytes) -> tuple[bytes, Offsets | None]:
    """`text` (UTF-8) without its disguises; None where it wore none. Linear in its length; never raises."""
    layers = list[_Layer]()
    while len(layers) < _ROUNDS and (not text.isascii() or _MARKS.search(text)):
        pieces = _DISGUISE.split(text)  # every second one is a disguise
        plainer = pieces.copy()
        plainer[1::2] = map(_meaning, pieces[1::2])
        if plainer == pieces:
            break
        layers.append(_Layer(*_borders(plainer), *_borders(pieces)))
        text = b"".join(plainer)
    return text, Offsets(layers) if layers else None


def _borders(pieces: list[bytes]) -> tuple[list[int], list[int]]:
    """Where every second piece starts and ends."""
    ends = list(accumulate(map(len, pieces)))
    return ends[:-1:2], ends[1::2]


@lru_cache(maxsize=4096)  # a few hundred disguises stand for nearly all
def _meaning(found: bytes) -> bytes:
    """What a disguise stands for; itself where it stands for nothing, or for what would be a part of other escapes.

    A terminal's colours say nothing: `grep` puts them into the middle of words.
    """
    if found[-1:] in b"mK" and b"[" in found:
        return b""
    character = _character(found)
    if (
        not character
        or not (character.isprintable() or ord(character) in _FOLDED or character in "\t\n\r")
        or character == "\\"
    ):
        return found
    return character.translate(_FOLDED).encode()


def _character(found: bytes) -> str:
    """The character that a disguise stands for; none where there is no such."""
    if found[:1] == b"%":
        return bytes(int(byte[-2:], 16) for byte in found[1:].split(b"%")).decode(errors="ignore")
    if found[:1] == b"\\":
        return chr(int(found[-4:], 16))
    if found[:1] == b"&":
        return _referred(found[1:-1].rsplit(b";", 1)[-1])
    return found.decode()


def _referred(name: bytes) -> str:
    """What a character reference stands for, by its number or name."""
    if name[:1] != b"#":
        return _NAMES[name]
    code = int(name[2:], 16) if name[1:2] in b"xX" else int(name[1:])
    return chr(code) if code < 0x110000 else ""
