"""Quotations in a message: names, which tell errors apart, speech, which has to be read, and values, which do not."""

import re
from typing import Final, NamedTuple

from .alternation import WORD_START
from .codes import CODE

_ENDS: Final = {
    "'": re.compile(r"'(?:\[.*?\]'(?![^\W_])|((?:[^'\\]|\\.|'(?=[^\W_]))*)'(?![^\W_]))"),
    '"': re.compile(r'"((?:[^"\\]|\\.)*)"'),
    "`": re.compile(r"`([^`]*)`"),
    "“": re.compile(r"“([^”]*)”"),
    "\u2018": re.compile("\u2018([^\u2019]*)\u2019"),
}
_NAME: Final = re.compile(r"(?:[A-Za-z_][A-Za-z_.\-]{0,39})?|@[A-Za-z_.\-]{1,40}(?:/[A-Za-z_.\-]{1,40}){1,3}")
_MODULE: Final = re.compile(r"@?[A-Za-z_](?:[A-Za-z_.\-/]|\d(?!\d\d)){0,39}")
_BEFORE_MODULE: Final = re.compile(r"(?i:module|module named|package|import name|library|crate) ?\Z")
_BEFORE_COMMAND: Final = re.compile(r"(?i:command|cmd|executing|running):? \Z")
_PROGRAM: Final = re.compile(r"\[?['\"]?([A-Za-z_][A-Za-z_.\-]{0,39})(?![^\s'\",\]])")
_BEFORE_SPEECH: Final = re.compile(
    r"(?:\A[(\[]|[A-Z]\w*\()(?:-?\d+, ?)?\Z"
    r"|(?i:details?|message|msg|error|reason|desc|description|cause|hint|stderr|exception)['\"]?\s?[=:]\s?\Z"
)
_CODE: Final = re.compile(rf"{WORD_START}(?:{CODE})")
_OBJECT: Final = re.compile(r"(?:\[ ?)?\{ ?[\"']\w")
_WINDOW: Final = 40
"""Characters before a quotation that say what it is."""


class Quoted(NamedTuple):
    """A quotation in a text, from its opening mark to behind its closing one."""

    start: int
    end: int
    text: str
    """What is between the marks."""


def quoted_at(text: str, place: int) -> Quoted | None:
    """The quotation whose opening mark is at `place`; None where nothing closes it. Linear in the text behind."""
    found = _ENDS[text[place]].match(text, place)
    return None if found is None else Quoted(place, found.end(), text[place + 1 : found.end() - 1])


def kept_name(text: str, quoted: Quoted) -> str | None:
    """What stays of a quotation that names something: a name, a module, or a command's program; None for others."""
    if _NAME.fullmatch(quoted.text):
        return quoted.text
    before = text[max(0, quoted.start - _WINDOW) : quoted.start]
    if _MODULE.fullmatch(quoted.text) and _BEFORE_MODULE.search(before):
        return quoted.text
    if _BEFORE_COMMAND.search(before):
        program = _PROGRAM.match(quoted.text)
        return f"{program.group(1)} …" if program else None
    return None


def is_speech(text: str, quoted: Quoted) -> bool:
    """Whether a quotation is itself a message: the whole text, words of an exception, JSON, or what holds a code."""
    if _OBJECT.match(quoted.text):
        return True
    if " " not in quoted.text:
        return False
    if quoted.start == 0 and quoted.end == len(text):
        return True
    before = text[max(0, quoted.start - _WINDOW) : quoted.start]
    return _BEFORE_SPEECH.search(before) is not None or _CODE.search(quoted.text) is not None
