r"""Name and value beside each other: two arguments, `.header("X-Api-Key", "X")`, or a function's name and its argument,
`.setPassword("X")`; an element and its attribute, `<entry key="password">X</entry>`, or two elements; two cells of a
table; two words of a command, `password X`.
"""

import re
from collections.abc import Sequence

from .assignments import name_at, value_at
from .emails import is_address
from .family import Family, Finding
from .keys import BRIEF, CHOSEN, KEY, LEADS, MADE, SUFFIX, kind_of
from .tables import FAMILIES as TABLES
from .values import has_digit, has_letter, is_number, is_wordy

_WORD = rf"(?:(?i:{CHOSEN}|{MADE})|{BRIEF}|{KEY}){SUFFIX}"
_LED = rf"(?:{LEADS}(?i:{CHOSEN}|{MADE})|{BRIEF}|{KEY}){SUFFIX}"
_QUOTED = r"[\\\"'`]{1,13}[^\s\"'`\\]{6}"
_CORES = (
    rf"{_WORD}[\\\"'\])]{{1,13}},[ ]?{_QUOTED}",
    rf"(?i:{CHOSEN}|{MADE}){SUFFIX}\({_QUOTED}",
    rf"(?:{BRIEF}|{KEY}){SUFFIX}\({_QUOTED}",
    rf"{_WORD}(?:[\\\"']{{1,13}}>|</[A-Za-z:]+>[\s\\nrt]*<[A-Za-z:]+>)[^\s<>]{{6}}",
    rf"(?:(?i:{CHOSEN})|{BRIEF}){SUFFIX}`?(?:(?: *\| |\t|  +)[^\s]{{6}}| [^\s]{{0,13}}[0-9!#$%^&*])",
)
_NAMED = re.compile(
    (
        rf"({_LED})(?:[\\\"'\])]{{1,13}},[ ]?(?=[\\\"'`])|(?P<call>\()(?=[\\\"'`])"
        r"|(?P<tag>[\\\"']{1,13}>|</[A-Za-z:]{1,24}>[\s\\nrt]{0,80}<[A-Za-z:]{1,24}>)"
        r"|`?(?: {0,40}\| {1,40}|\t{1,8}| {2,40})|(?P<blank> (?![\\\"'`])))"
    ).encode()
)
"""The name, and what stands between it and its value."""
_SETS = re.compile(rb"(?i:set|with|use)[A-Z_]|(?i:passw(?:or)?d|token|api_?key|secret)\Z")
"""What a function is called that takes a secret to keep it; others look for it by its name."""
_SNAKE = re.compile(rb"[a-z0-9]+(?:_[a-z0-9]+)+")
_ADDRESS = re.compile(rb"[\w.+-]+@[\w.-]+")
_SIGN = re.compile(rb"[!@#$%^&*]")


def find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    """The value beside the name whose telling word begins at `start`; what is made of words names something else."""
    named = _NAMED.match(text, start)
    if named is None:
        return ()
    name, _ = name_at(text, named.start(1), named.end(1))
    kind = kind_of(name)
    if kind is None or (named["call"] and not _SETS.match(name.rpartition(b".")[2])):
        return ()
    found = value_at(text, named.end(), kind, "neighbour", before_tag=bool(named["tag"]))
    return found if found and _is_chosen(text[found[0].start : found[0].end], bare=bool(named["blank"])) else ()


def _is_chosen(value: bytes, *, bare: bool) -> bool:
    """Whether `value` is no name of something; behind a mere blank it has a sign that words have not."""
    if is_address(value):
        return not bare
    if bare and (_SIGN.search(value) is None or _ADDRESS.fullmatch(value)):
        return False
    return (
        has_digit(value) and has_letter(value) and not (is_wordy(value) or is_number(value) or _SNAKE.fullmatch(value))
    )


FAMILIES = (Family("neighbour", ("SECRET",), _CORES, (), find), *TABLES)
