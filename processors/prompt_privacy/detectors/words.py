"""Words that stand before numbers: how their patterns are written, and what may lie between word and number."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

_STEP = re.compile(rb"\\+u[0-9A-Fa-f]{4}|\\+.|[^0-9\\\x80-\xff]|[\x80-\xff]{1,3}", re.DOTALL)
r"""One character between a word and its number; an escape such as `\"` is one at any depth of JSON strings."""
_LETTER = re.compile(rb"[A-Za-z_]")
_ITS_OWN = rb"(?!(?:number|num|no|nr|value|raw|home|work|mobile)\W)"
_ANOTHER_KEY = re.compile(
    rb"[,;{}&|\[\]]\W*%s[A-Za-z][\w.]*\W*[:=]|\n\W*%s[A-Za-z][\w. ]*[:=]|\bnull\b|\bnone\b" % (_ITS_OWN, _ITS_OWN),
    re.IGNORECASE,
)
CORE_GAP = r"\\*.{0,13}\\*.{0,13}\\*.?"
"""In a core, what may lie between a word and its number: a key's rest, quotes of JSON at any depth, a few words."""
WORD_END = rb"(?:(?<=[\x80-\xff])|(?![A-Za-z0-9_]))"
"""Behind a name: no letter, digit or underscore, unless it is written in a script that has no blanks."""
_FILLER = re.compile(
    rb"number|num|nbr|no|nr|n|is|was|ist|war|lautet|es|est|er|to|td|th|the|my|of|code|card|value|text|a|e"
)
_WORDS = re.compile(rb"[A-Za-z]+")


def _spelled(letter: str) -> str:
    plain = unicodedata.normalize("NFD", letter)[0]
    forms = dict.fromkeys((letter.lower(), letter.upper()))
    raw = ["".join(f"\\x{byte:02x}" for byte in form.encode()) for form in forms]
    escaped = [rf"\\{{1,16}}u{ord(form):04x}" for form in forms]
    return f"(?:{'|'.join([plain] * plain.isascii() + raw + escaped)})"


def spelled(words: str) -> str:
    r"""A pattern of `words` for bytes, in what RE2 and `re` share, without regard to case: a letter that is not ASCII
    may stand as UTF-8, as `\uXXXX` (four JSON strings deep), or without its accent; a blank stands for `[ _.-]{0,2}`:
    `birth date` is `birth_date`, `birthDate` and `Birth-Date` too. No such letter may stand in a class.
    """
    parts = (letter if letter.isascii() else _spelled(letter) for letter in words)
    return "(?i:" + "".join(parts).replace(" ", "[ _.-]{0,2}") + ")"


def each(words: str) -> tuple[str, ...]:
    """A pattern, as `spelled` makes one, for each of `words`, which bars stand between. As cores of their own they are
    found by their first letters; joined, they are one that begins with anything.
    """
    depth, ends = 0, [-1]
    for place, letter in enumerate(words):
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and depth == 0:
            ends.append(place)
    return tuple(spelled(words[a + 1 : b]) for a, b in pairwise([*ends, len(words)]))


def another_key(between: bytes) -> bool:
    """Whether the value behind `between` is that of another key than the word before it, or that word's was null."""
    return _ANOTHER_KEY.search(between) is not None


def only_filler(between: bytes) -> bool:
    """Whether `between` has no words but those that lead from a number's name to the number, such as `is`."""
    return all(_FILLER.fullmatch(word) for word in _WORDS.findall(between.lower()))


def gaps(text: bytes, start: int, most: int) -> Iterator[int]:
    """Where a number may begin behind the word that ends at `start`: there, in a script without blanks, or after up to
    `most` characters that are no digits, wherever it is no rest of a word.
    """
    at = start
    if at > 0 and text[at - 1] >= 0x80:
        yield at
    for _ in range(most):
        step = _STEP.match(text, at)
        if step is None:
            return
        at = step.end()
        if not _LETTER.fullmatch(step[0]):
            yield at
