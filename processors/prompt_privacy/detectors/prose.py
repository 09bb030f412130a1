"""Secrets in sentences and statements: `the password is X`, `IDENTIFIED BY 'X'`, `KEYWORD X`, and netrc's lines."""

import re
from collections.abc import Sequence

from . import tokens
from .assignments import name_at, value_at
from .emails import is_address
from .family import MAX_CANDIDATE, Family, Finding
from .judged import is_secret
from .keys import CHOSEN, KEY, LEADS, MADE, SUFFIX, Kind, kind_of
from .taking import JUDGED, take, whole
from .values import entropy, has_digit, has_letter, is_path, is_placeholder, is_reference, is_uuid, is_wordy

MIN_BARE = 20
"""Bytes of a value that has only a space between it and its keyword."""
MIN_BARE_ENTROPY = 3.8
"""Bits a byte of such a value."""

_WORD = rf"(?i:{CHOSEN}|{MADE})"
_VERB = (
    r"(?i: (?:is|was|be|becomes|to|ist|lautet|war|est|es|era|\xc3\xa9|\xc3\xa8|sera|sar\xc3\xa0|\xc3\xa4r|er)"
    r"(?: now| set to| currently)?:?| provided:?)"
)
_COPULA = r"(?:\xe6\x98\xaf|\xe4\xb8\xba|\xe3\x81\xaf|\xec\x9d\x80|\xeb\x8a\x94|\xef\xbc\x9a)"
"""Is, in Chinese, Japanese and Korean; a wide colon."""
_OPENS = r"(?:\*{1,2}|\xe2\x80[\x9c\x9d\x9e]|\xc2\xab)?"
_TELLS = rf"{_WORD}(?:et|en|n)?(?:(?: [\w@.'-]{{1,13}}){{0,4}}?,?{_VERB} {{1,2}}|{_COPULA} ?)"
_SAYS = rf"{_TELLS}{_OPENS}[\\\"'`]{{0,9}}(?:[^\s]{{0,13}}[0-9!#$%^&*@]|[A-Za-z0-9+/_=-]{{13}})"
_QUOTED = rf"(?i:{CHOSEN})[ \t]{{1,3}}\\{{0,13}}[\"'`][^\s\"'`]{{6}}"
_SQL = (
    r"(?i:identified[ \t]{1,3}(?:with[ \t]{1,3}[\w\"']{1,40}[ \t]{1,3}(?:as|by)|by)[ \t]{1,3}(?:password[ \t]{1,3})?)"
)
_BARE = rf"(?:{_WORD}|{KEY})[ \t]{{1,3}}[A-Za-z0-9+/_=-]{{13}}"
_BLANK = r"(?:\s|\\+[nrt])"
_NETRC = rf"(?:machine{_BLANK}+[\w.:/-]+|default){_BLANK}+login{_BLANK}"

_GO_ON = frozenset(bytes((byte,)) for byte in b" \t,enEN\xe6\xe4\xe3\xec\xeb\xef")
"""What may follow a word: blanks, its ending, a copula."""
_TOLD = re.compile(rf"(?:et|en|n)?(?:(?: [\w@.'-]{{1,24}}){{0,4}}?,?{_VERB} {{1,2}}|{_COPULA} ?){_OPENS}".encode())
_SENT = re.compile(rb"(?<!set) to:? {1,2}\W*\Z", re.IGNORECASE)
"""Who gets a password, rather than what it is."""
_NAMED = re.compile(rf"({LEADS}{_WORD}|{KEY})({SUFFIX})".encode())
_QUOTE = re.compile(rb"[ \t]{1,3}(?=\\{0,13}[\"'`])")
_STATEMENT = re.compile(_SQL.encode())
_LONG = re.compile(rb"[ \t]{1,3}([A-Za-z0-9+/_=.~-]{20,})")
_MACHINE = re.compile(
    rf"(?:machine{_BLANK}{{1,40}}[\w.:/-]{{1,253}}|default){_BLANK}{{1,40}}login{_BLANK}{{1,40}}[^\s\\]{{1,128}}"
    rf"(?:{_BLANK}{{1,40}}account{_BLANK}{{1,40}}[^\s\\]{{1,128}})?{_BLANK}{{1,40}}password{_BLANK}{{1,40}}([^\s\\\"']{{3,256}})".encode()
)
_TYPES = (b"string", b"str", b"password", b"passwd")
_NO_PASSWORD = re.compile(
    rb"(?:(?:sha|md|base|utf|aes|rsa|oauth|bcrypt|argon|ed|https?|ipv|v|x|step|issue)-?[0-9]+[a-z]?|[0-9]+(?:st|nd|rd|th|-|\+)[a-z]*)(?:[-_][a-z]+)*",
    re.I,
)


def find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    """What the sentence or statement that begins at `start` gives away."""
    named = _NAMED.match(text, start)
    if named is None:
        return _stated(text, start)
    if text[named.end() : named.end() + 1] not in _GO_ON and text[named.end(1) : named.end(1) + 1] not in _GO_ON:
        return ()
    name, _ = name_at(text, named.start(1), named.end())
    kind = kind_of(name)
    if kind is None:
        return ()
    quote = _QUOTE.match(text, named.end()) if kind is Kind.PASSWORD else None
    if quote is not None:
        return value_at(text, quote.end(), kind, "statement")
    return _bare(text, named.end()) or _told(text, named.end(1), kind)


def _stated(text: bytes, start: int) -> Sequence[Finding]:
    if text[start : start + 1] in b"iI":
        statement = _STATEMENT.match(text, start)
        return value_at(text, statement.end(), Kind.PASSWORD, "statement") if statement else ()
    machine = _MACHINE.match(text, start)
    if machine is None or is_placeholder(machine[1]) or machine[1] in _TYPES:
        return ()
    return (Finding(machine.start(1), machine.end(1), "SECRET", "netrc"),)


def _told(text: bytes, place: int, kind: Kind) -> Sequence[Finding]:
    """What is told behind a word that ends at `place`: `... for the database is X`."""
    told = _TOLD.match(text, place)
    if told is None:
        return ()
    token = tokens.at(text, told.end())
    value = None if token else take(text, told.end())
    if value is None:
        return (token,) if token else ()
    said = text[value.start : value.end]
    plain = not value.quoted and kind is Kind.PASSWORD and said.isalnum()
    if is_address(said) and _SENT.search(told[0]) is not None:
        return ()
    if (plain and not (has_digit(said) and has_letter(said))) or _NO_PASSWORD.fullmatch(said) is not None:
        return ()
    good = is_secret(said, kind, quoted=value.quoted)
    return (Finding(value.start, whole(text, value).end, "SECRET", "sentence"),) if good else ()


def _bare(text: bytes, place: int) -> Sequence[Finding]:
    run = _LONG.match(text, place, place + MAX_CANDIDATE)
    if run is None:
        return ()
    token = tokens.at(text, run.start(1))
    if token is not None:
        return (token,)
    value = run[1].rstrip(b".")
    good = is_bare_secret(value[:JUDGED])
    return (Finding(run.start(1), run.start(1) + len(value), "SECRET", "keyword"),) if good else ()


def is_bare_secret(value: bytes) -> bool:
    """Whether `value` is random enough to be a secret because a keyword stands before it."""
    return (
        len(value) >= MIN_BARE
        and has_digit(value)
        and has_letter(value)
        and entropy(value) >= MIN_BARE_ENTROPY
        and not (is_wordy(value) or is_uuid(value) or is_path(value) or is_reference(value) or is_placeholder(value))
    )


FAMILIES = (Family("sentence", ("SECRET",), (_SAYS, _QUOTED, _SQL, _BARE, _NETRC), (), find),)
