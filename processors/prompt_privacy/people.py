"""The people that a request names in its identity attributes: what they are called is removed wherever else it stands.

Patterns can't find names. A request that says `user.name: Maria Lindqvist` tells one.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final, Protocol, cast

import re2

from .detectors import MARKS, Finding, Union, left_open, options, right_open, union
from .masks import STARS

PERSON: Final = "PERSON"
MIN_CHARACTERS = 4
MAX_CHARACTERS = 256
MIN_DIGITS = 8
"""What has no letter is looked for from this length on."""
MAX_PEOPLE = 256
"""Names learned from one request; more are not looked for."""


def words(text: str) -> frozenset[str]:
    """The words of `text`."""
    return frozenset(text.split())


_COMMON = words(
    """
    root ubuntu node runner app admin vscode user users debian centos fedora alpine ec2-user azureuser opc vagrant
    docker container containers codespace codespaces coder gitpod jenkins gitlab gitlab-runner github actions circleci
    travis buildkite agent agents build builder builds buildbot deploy deployer service services system daemon nobody
    www-data nginx apache httpd postgres postgresql mysql redis mongodb airflow spark hadoop jovyan jupyter notebook
    sandbox work worker workers workspace workspaces project projects code source home shared public default guest
    demo test tests tester testuser testing example username user-name your-name yourname yourusername somebody someone
    anonymous anon unknown none null true false undefined administrator superuser sysadmin operator support python
    developer development devel staging prod production local localhost linuxbrew homebrew

    name names firstname lastname fullname path paths file files folder folders directory dirname filename document
    documents account accounts person people owner owners client clients server servers host hosts hostname machine
    session sessions request requests response responses operation operations process processes thread threads trace
    traces span spans event events status state error errors message messages content contents text texts data value
    values type types kind kinds version versions model models provider token tokens usage input output inputs outputs
    prompt prompts tool tools function functions argument arguments result results query title description command
    commands call calls finish reason reasons telemetry resource resources attribute attributes workflow task tasks
    something whatever
    """
)
"""Accounts, and words that are nobody's name: examples say `/Users/name/`, and keys of attributes have such words."""
_NO_NAMES = words(
    """
    role roles scope scopes type tier plan level language locale timezone country region group groups is_admin
    subscription status created_at agent
    """
)
"""What `user.*` may say of somebody without saying who it is."""
PREFIXES: Final = ("user.", "enduser.", "session.user", "git.author")
"""How keys begin that say who somebody is."""
WHOLE: Final = ("process.owner",)
"""Those that do as a whole."""
_OWNER = rb"""([^\x00-\x20/\\"'<>|:;,*?(){}\[\]$`]{4,64})"""
_HOMES = tuple(re2.compile(place + _OWNER, options()) for place in (b"/home/", b"/Users/"))
_WINDOWS = (union([r"Users\\"]), union([r"\\Users"]))
_WINDOWS_HOMES = (re2.compile(rb"[A-Za-z]:[\\/]{1,8}Users[\\/]{1,8}" + _OWNER, options()),)
"""Apart, and behind what they begin with: RE2 looks for a beginning that is always the same ten times as fast."""


def names_people(key: str, identity: Collection[str] = ()) -> bool:
    """Whether the attribute `key` says who somebody is: `user.*`, `enduser.*`, `session.user*`, `git.author*`,
    `process.owner`, and those of `identity`.
    """
    if key in identity or key in WHOLE:
        return True
    return key.startswith(PREFIXES) and key.rpartition(".")[2] not in _NO_NAMES


class Searched(Protocol):
    """A compiled expression, as far as it is used here."""

    def search(self, text: bytes, pos: int, endpos: int) -> object | None:
        """Its first match from `pos` to `endpos`."""


def keys_of_people(identity: Collection[str]) -> Searched:
    """Finds the keys on the wire for which `names_people` says so."""
    whole = "|".join(map(re.escape, sorted({*WHOLE, *identity})))
    begun = "|".join(map(re.escape, PREFIXES))
    return cast("Searched", re2.compile(rf"\n.(?:(?:{begun})|(?:{whole})\x12)".encode(), options()))


def is_name(value: str) -> bool:
    """Whether `value` can be looked for: long enough, no common account, no plain short number, and nothing that stands
    for a name already.
    """
    if not MIN_CHARACTERS <= len(value) <= MAX_CHARACTERS or value.lower() in _COMMON:
        return False
    if STARS in value or MARKS.fullmatch(value.encode(errors="replace")):
        return False
    return any(character.isalpha() for character in value) or len(value) >= MIN_DIGITS


def owners_of_homes(data: bytes) -> set[str]:
    r"""The accounts whose home directories (`/home/X/`, `/Users/X/`, `C:\Users\X\`) `data` names."""
    homes = [*_HOMES, *(_WINDOWS_HOMES if any(one.search(data) for one in _WINDOWS) else ())]
    found = {match.group(1).decode(errors="replace") for home in homes for match in home.finditer(data)}
    return {name for name in found if is_name(name)}


class People:
    """What is looked for in the texts of one request, letter by letter."""

    def __init__(self, names: frozenset[str]) -> None:
        """Look for these, as they are written."""
        self.names = names
        self.union = _union_of(names) if names else None
        self.unions = () if self.union is None else (self.union,)

    def suspicious(self, data: bytes) -> bool:
        """Whether one of them stands in `data`."""
        return self.union is not None and self.union.search(data) is not None

    def find(self, text: bytes) -> list[Finding]:
        """Where they stand in a text without disguises, as words of their own."""
        found: list[Finding] = []
        place = 0
        while self.union is not None and (hit := self.union.search(text, place)) is not None:
            start, place = hit.start(), hit.end()
            if left_open(text, start) and right_open(text, place):
                found.append(Finding(start, place, PERSON, "identity"))
            else:
                place = start + 1
        return found


@lru_cache(maxsize=16)
def _union_of(names: frozenset[str]) -> Union:
    """Agents name the same people in request after request."""
    return union(["".join(map(_core, name)) for name in sorted(names, key=lambda name: (-len(name), name))])


@lru_cache(maxsize=4096)
def _core(character: str) -> str:
    r"""One character of a name: itself, as JSON has it at any depth (`\u00ed`, `\\`), as URLs do (`%C3%AD`)."""
    raw = character.encode(errors="replace")
    if character.isascii() and character.isalnum():
        return character
    itself = "".join(rf"\x{byte:02x}" for byte in raw)
    in_url = "".join(rf"%(?:25)*(?i:{byte:02x})" for byte in raw)
    if character.isascii():
        return rf"(?:\\+|{in_url})" if character == "\\" else rf"(?:{itself}|{in_url})"
    units = character.encode("utf-16-be", "replace").hex()
    in_json = "".join(rf"\\+u(?i:{units[at : at + 4]})" for at in range(0, len(units), 4))
    return rf"(?:{itself}|{in_json}|{in_url})"


NOBODY = People(frozenset())
