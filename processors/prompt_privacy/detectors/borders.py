"""Where tokens begin and end: what may stand beside them in a terminal's output and in JSON."""

import re

from .family import left_open, right_open

_COLOUR = re.compile(rb"(?:\x1b|\\(?:x1b|e|033))\[[0-9;]{0,12}m\Z")


def begins(text: bytes, start: int) -> bool:
    r"""Whether a token may begin at `start`: behind no word's byte but an escape's letter (`\nghp_`), or behind a
    terminal's colour, which ends in `m`. A letter before a token that starts with a digit is fine (`/bot123:AA`).
    """
    if left_open(text, start):
        return True
    before = text[start - 1]
    if before == 0x6D:  # m
        return _COLOUR.search(text, max(0, start - 18), start) is not None
    return text[start] in b"0123456789" and before not in b"0123456789"


def ends(text: bytes, end: int) -> bool:
    """Whether a token may end before `end`: no word's byte follows."""
    return right_open(text, end)
