r"""Secrets in command lines: long flags of any program, and short flags of those where one is a password.

A line of arguments may be a shell's or a list in JSON (`"--password", "X"`), escaped at any depth.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from .assignments import value_at
from .family import Family, Finding, left_open
from .judged import is_secret
from .keys import Kind, kind_of
from .taking import take

LINE = 300
"""Bytes of a line that are looked at behind a command's name, or before one that reads a password."""

_QUOTE = r"(?:\\{0,15}[\"'])?"
_NEXT = rf"(?:{_QUOTE}(?:=|[ \t]{{0,8}},(?:\s|\\{{1,15}}[nrt]){{0,40}}|[ \t]{{1,8}}(?:\\\r?\n[ \t]{{0,40}})?))"
"""What stands between a flag and its value, the quote that opens the value left out."""

_LONG = r"--[A-Za-z0-9_-]{0,13}(?i:passw(?:or)?d|pass|pwd|token|secret|key|credential)"
_FLAG = re.compile(
    rf"--([A-Za-z0-9_-]{{0,40}}?(?i:passw(?:or)?d|passphrase|pass|pwd|token|secret|key|credentials?)[0-9]?)"
    rf"(?:({_NEXT})|-stdin)".encode()
)


class Command(NamedTuple):
    """A program that takes a password by a short flag."""

    name: str
    """A pattern of its core."""
    flags: str
    """Which flags, as a pattern."""
    attached: bool = False
    """Whether the value may follow the flag without a space."""
    apart: bool = True
    """Whether the value may be the next argument."""


_SPACE = r"[\\\"', ]{1,13}"
COMMANDS = (
    Command(rf"(?:docker|podman|nerdctl|helm|buildah|skopeo|oras|az|acr|registry){_SPACE}login", "p"),
    Command("sshpass", "p", attached=True),
    Command("redis-cli", "a"),
    Command("openssl", "k|K|pass|passin|passout"),
    Command("(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)[ \"'\\\\]", "p", attached=True, apart=False),
    Command("mongo(?:sh|dump|restore|export|import)?[ \"'\\\\]", "p"),
    Command("ldap(?:search|add|modify|delete|whoami|passwd)", "w"),
    Command("(?:sqlcmd|ipmitool|mosquitto_pub|mosquitto_sub|unzip|zip)[ \"'\\\\]", "P"),
    Command("rabbitmqadmin|cqlsh", "p"),
    Command("7za?[ \"'\\\\]", "p", attached=True, apart=False),
)
_CONFIGURED = re.compile(rb"(?:requirepass|masterauth|secret_access_key|auth_pass)[ \t]{1,8}")
_FIRST = frozenset(b"dpnhbsoarcm7lquziw")
"""What the names of commands and settings begin with."""
_READERS = r"(?:sudo (?:-[A-Za-z]{1,3} )?-S|chpasswd)"
_READER = re.compile(_READERS.encode())
_ECHO = re.compile(rb"(?:echo|printf)[ ](?:-[neE]{1,2}[ ])?(?:[\"']%s(?:\\+n)?[\"'][ ])?")
_NAME = re.compile("|".join(f"({command.name})" for command in COMMANDS).encode())
_SHORT = [
    re.compile(
        rf"[\s\"']-(?:{command.flags})"
        rf"(?:{_NEXT if command.apart else '(?!)'}{'|(?=[^ =,-])' if command.attached else ''})(?:pass:)?".encode()
    )
    for command in COMMANDS
]
_LINE_ENDS = re.compile(rb"[\n;|]|&&|\\n")


def find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    """The values of the flag, of the command's flags, or of what is sent to the command that begins at `start`."""
    if text.startswith(b"--", start):
        return _long(text, start)
    if start >= len(text) or text[start] not in _FIRST or not left_open(text, start):
        return ()
    configured = _CONFIGURED.match(text, start)
    if configured is not None:
        return value_at(text, configured.end(), Kind.PASSWORD, "command_flag")
    if _READER.match(text, start):
        return _sent(text, start)
    return _short(text, start)


def _long(text: bytes, start: int) -> Sequence[Finding]:
    flag = _FLAG.match(text, start)
    if flag is None:
        return ()
    if flag[2] is None:
        return _sent(text, start)
    kind = kind_of(flag[1])
    if kind is None and flag[1].lower() == b"key":
        kind = Kind.KEY
    return value_at(text, flag.end(), kind, "command_flag") if kind else ()


def _short(text: bytes, start: int) -> Sequence[Finding]:
    command = _NAME.match(text, start)
    if command is None or command.lastindex is None:
        return ()
    line = _LINE_ENDS.search(text, command.end(), command.end() + LINE)
    limit = line.start() if line else min(len(text), command.end() + LINE)
    flag = _SHORT[command.lastindex - 1].search(text, command.end() - 1, limit)
    return value_at(text, flag.end(), Kind.PASSWORD, "command_flag") if flag else ()


def _sent(text: bytes, start: int) -> Sequence[Finding]:
    """What `echo X |` sends to the command at `start`; of `user:password` the password alone."""
    begins = max(text.rfind(b"echo ", max(0, start - LINE), start), text.rfind(b"printf ", max(0, start - LINE), start))
    echo = _ECHO.match(text, begins) if begins >= 0 else None
    value = take(text, echo.end()) if echo else None
    if value is None or b"|" not in text[value.end : start]:
        return ()
    user, colon, _ = text[value.start : value.end].partition(b":")
    place = value.start + len(user) + 1 if colon else value.start
    good = is_secret(text[place : value.end], Kind.PASSWORD, quoted=value.quoted)
    return (Finding(place, value.end, "SECRET", "command_input"),) if good else ()


_CORES = (
    _LONG,
    *(command.name for command in COMMANDS),
    r"(?:requirepass|masterauth|secret_access_key|auth_pass)[ \t]",
    _READERS,
)
FAMILIES = (Family("command", ("SECRET",), _CORES, (), find),)
