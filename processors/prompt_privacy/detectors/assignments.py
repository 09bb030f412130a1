r"""`name = value`, in the shapes of all languages: where the name is a secret's, the value is one, if it looks like it.

The name and what separates it are matched where a core hit; the value is taken by a second, bounded, anchored match,
so that a value which is refused is not walked again from its every byte.
"""

import re
from collections.abc import Sequence

from . import tokens
from .family import Family, Finding, is_escape
from .judged import is_secret
from .keys import BRIEF, CHOSEN, KEY, LEADS, MADE, SESSION, SUFFIX, WHOLE, Kind, kind_of
from .taking import take, whole

_CLOSE = r"[*\\\"'`\])]{0,10}"
_SIGN = r"[ \t]{0,13}(?:\??[:=]{1,3}[>-]?|<-)[ \t]{0,13}\*{0,2} ?"
_LENGTH = r"[\x80-\xff]{0,2}[\x01-\x7f]"
_WIRE = rf"\x12{_LENGTH}(?:\*{_LENGTH}\n{_LENGTH})?\n{_LENGTH}[ \t]{{0,13}}"
"""On the wire: the tag of a value, that of an array if it is one, that of a string."""
_QUOTES = r"(?:[fFrRbBuU]{0,2}\\{0,13}[\"'`]{1,3})"
_TYPED = rf":[ ]?[&A-Za-z][\w.<>\[\]|?' ]{{1,13}}=[ ]?{_QUOTES}"
_SIX = rf"(?:{_QUOTES}[^\s\"'`<{{%,;)](?:[^\n\"'`\\]|\\[^\n]){{5}}|[^\s\"'`,;(){{}}\[\]<%][^\s\"'`,;()]{{5}})"
_TWELVE = rf"{_QUOTES}?[A-Za-z0-9+/_=.~:@!#$%^&*-]{{12}}"
_NO_UUID = rf"{_QUOTES}?[A-Za-z0-9+/_=.:%]{{9}}[A-Za-z0-9+/_=.:%-]{{3}}"

_CORES = (
    rf"(?:(?i:{CHOSEN})|{BRIEF}){SUFFIX}(?:{_CLOSE}{_SIGN}{_SIX}|{_WIRE}[^\s]{{6}}|>[^\s<>]{{6}}|{_CLOSE}{_TYPED})",
    rf"(?i:{MADE}){SUFFIX}(?:{_CLOSE}{_SIGN}{_TWELVE}|{_WIRE}[^\s]{{12}}|>[^\s<>]{{12}}|{_CLOSE}{_TYPED})",
    rf"{KEY}{SUFFIX}(?:{_CLOSE}{_SIGN}{_TWELVE}|{_WIRE}[^\s]{{12}}|>[^\s<>]{{12}})",
    rf"(?:(?i:{SESSION})|{WHOLE}){_CLOSE}{_SIGN}{_NO_UUID}",
    rf"(?i:authorization|cookie)(?:{_CLOSE}{_SIGN}{_QUOTES}?[A-Za-z0-9+/]{{3}}|{_WIRE}[^\s]{{3}})",
    r"(?:_|[\"'])auth[\"'\\]{0,10} {0,3}[:=] {0,3}[\"'\\]{0,10}[A-Za-z0-9+/]{8}",
)

_NAME = re.compile(
    (
        rf"((?:{LEADS}(?i:{CHOSEN}|{MADE}|{SESSION}|authorization|cookie)|{BRIEF}|{KEY}|{WHOLE}|[_\"']auth){SUFFIX})"
        rf"(?:{_CLOSE}(?:{_TYPED.removesuffix(_QUOTES)}(?=[fFrRbBuU]{{0,2}}\\{{0,13}}[\"'`])|{_SIGN})|(>))"
    ).encode()
)
_SCHEME = re.compile(
    rb"(?i:(basic)|bearer|token|api-?key|key|oauth|negotiate|digest|sso-key|genie-?key|ssws|splunk|bot|jwt)"
    rb" {1,3}(?=[^\s=:])"
)
_OPENED = re.compile(rb"[fFrRbBuU]{0,2}\\{0,15}[\"'`]")
_NAME_BYTES = bytes(byte for byte in range(256) if chr(byte).isalnum() or byte in b"_.-" or byte >= 0x80)
_BEFORE_NAME = 64
"""Bytes before the word that may belong to the name."""


def find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    """The value behind the name whose telling word begins at `start`."""
    match = _NAME.match(text, start)
    if match is None:
        return ()
    name, begins = name_at(text, match.start(1), match.end(1))
    kind = kind_of(name)
    if kind is None or (match[2] and not _is_element(text, begins)) or _is_resource(text, begins, match[0]):
        return ()
    return value_at(text, match.end(), kind, "assignment", before_tag=bool(match[2]))


def name_at(text: bytes, start: int, end: int) -> tuple[bytes, int]:
    """The whole name whose word is `text[start:end]`, and where it begins."""
    if text[start] not in _NAME_BYTES:
        begins = start + 1 + (text[start : start + 1] == b"\\")  # an escape's letter is no part of it
        return text[begins:end], begins
    before = text[max(0, start - _BEFORE_NAME) : start]
    begins = start - len(before) + len(before.rstrip(_NAME_BYTES))
    if is_escape(text, begins):
        begins += 1
    return text[begins:end], begins


def value_at(text: bytes, place: int, kind: Kind, rule: str, *, before_tag: bool = False) -> Sequence[Finding]:
    """The value at `place` if it is a secret of `kind`; a scheme such as `Bearer` before it stays."""
    opened = _OPENED.match(text, place)
    scheme = _SCHEME.match(text, opened.end() if opened else place)
    if scheme is not None:
        place = scheme.end()
        kind = Kind.BASIC if scheme[1] else kind
    token = tokens.at(text, opened.end() if opened and scheme is None else place)
    if token is not None:
        return (token,)
    value = take(text, place)
    if value is None or (before_tag and not text.startswith(b"</", value.end)):
        return ()
    quoted = value.quoted or (scheme is not None and opened is not None)
    if not is_secret(text[value.start : value.end], kind, quoted=quoted):
        return ()
    value = whole(text, value)
    return (Finding(value.start, value.end, "SECRET", rule),)


def _is_resource(text: bytes, begins: int, matched: bytes) -> bool:
    """Whether what begins there is a part of a resource's or type's name: `arn:...:secret:x`, `AWS::AccessKey`;
    or of what stands for a finding: `<SECRET:k1:...>`.
    """
    before = text[max(0, begins - 2) : begins]
    return before == b"::" or (before[-1:] in (b":", b"<") and matched.endswith(b":"))


def _is_element(text: bytes, begins: int) -> bool:
    """Whether what begins there is an element's name: `<password>`, `<ns:password>`."""
    return begins > 0 and text[begins - 1] in b"<:"


FAMILIES = (Family("assignment", ("SECRET",), _CORES, (), find),)
