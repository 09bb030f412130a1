r"""Secrets in command lines: long flags of any program, and short flags of those where one is a password.

A line of arguments may be a shell's or a list in JSON (`"--password", "X"`), escaped at any depth.
"""

import re
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from .assignments import value_at
from .family import Family, Finding, left_open
from .judged import is_secret
from .keys import Kind, kind_of
from .taking import take
from .values import is_wordy

LINE = 300
"""Bytes of a line that are looked at behind a command's name, or before one that reads a password."""

MOST = 4
"""Passwords of one command."""

_QUOTE = r"(?:\\{0,15}[\"'])?"
_NEXT = rf"(?:{_QUOTE}(?:=|[ \t]{{0,8}},(?:\s|\\{{1,15}}[nrt]){{0,40}}|[ \t]{{1,8}}(?:\\\r?\n[ \t]{{0,40}})?))"
"""What stands between a flag and its value, the quote that opens the value left out."""

_ALONE = {b"key": Kind.KEY, b"secret-string": Kind.PASSWORD}
"""What tells a secret as a flag, though not as a name."""
_LONG = r"--[A-Za-z0-9_-]{0,13}(?i:passw(?:or)?d|pass|pwd|token|secret|key|credential|secret-string)"
_FLAG = re.compile(
    rf"--([A-Za-z0-9_-]{{0,40}}?(?i:passw(?:or)?d|passphrase|pass|pwd|token|secret|key|credentials?|secret-string)[0-9]?)"
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
    Command("(?:keytool|jarsigner) ", "(?:src|dest|new)?(?:store|key)pass"),
    Command("ssh-keygen ", "N|P"),
    Command("7za?[ \"'\\\\]", "p", attached=True, apart=False),
)
_CONFIGURED = r"(?:requirepass|masterauth|secret_access_key|auth_pass)[ \t]{1,8}"
_PLACED = (
    r"(?i:convertto-securestring) (?:-[Ss]tring )?|cargo login |encrypt_string |wpa_passphrase [^\s]+ "
    r"|htpasswd -[A-Za-z]*b[A-Za-z]* [^\s]+ [^\s]+ |http-basic\.[\w-]+ [^\s]+ "
)
"""What stands right before a secret that a command takes by its place."""
_USER = r"-u[ =\"',\\]+[^\s=\"',\\-][^\s=\"',\\]*[ \"',\\]+-p(?:[\"'\\]+,)?[ =]?"
"""A user's flag and a password's: not a port's, which has no letter."""
_READERS = r"(?:sudo (?:-[A-Za-z]{1,3} )?-S|chpasswd)"
_ECHO = re.compile(rb"(?:echo|printf)[ ](?:-[neE]{1,2}[ ])?(?:[\"']%s(?:\\+n)?[\"'][ ])?")
_COMMAND = re.compile(
    (
        rf"(?=[dpnhbsoarcm7lquziwkjeC-])(?:(?P<configured>{_CONFIGURED})|(?P<reads>{_READERS})|(?P<placed>{_PLACED}|{_USER})"
        rf"|{'|'.join(f'({command.name})' for command in COMMANDS)})"
    ).encode()
)
"""A setting, one that reads a password, one that takes it at a place, or one of COMMANDS; by their first letters."""
_BEFORE_COMMANDS = 3
"""Groups of that pattern that are none of COMMANDS."""
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
    command = _COMMAND.match(text, start, start + LINE)
    if command is None or not left_open(text, start):
        return ()
    if command["configured"]:
        return value_at(text, command.end(), Kind.PASSWORD, "command_flag")
    if command["reads"]:
        return _sent(text, start)
    return _at_its_place(text, command.end()) if command["placed"] else _short(text, command)


def _long(text: bytes, start: int) -> Sequence[Finding]:
    flag = _FLAG.match(text, start)
    if flag is None:
        return ()
    if flag[2] is None:
        return _sent(text, start)
    kind = kind_of(flag[1])
    kind = kind or _ALONE.get(flag[1].lower())
    return value_at(text, flag.end(), kind, "command_flag") if kind else ()


def _short(text: bytes, command: re.Match[bytes]) -> Sequence[Finding]:
    line = _LINE_ENDS.search(text, command.end(), command.end() + LINE)
    limit = line.start() if line else min(len(text), command.end() + LINE)
    again = text.find(command[0], command.end(), limit)
    limit = again if again >= 0 else limit
    short = _SHORT[(command.lastindex or 0) - _BEFORE_COMMANDS - 1]
    flags = islice(short.finditer(text, command.end() - 1, limit), MOST)
    return [one for flag in flags for one in value_at(text, flag.end(), Kind.PASSWORD, "command_flag")]


def _at_its_place(text: bytes, place: int) -> Sequence[Finding]:
    found = value_at(text, place, Kind.PASSWORD, "command_place")
    return () if found and is_wordy(text[found[0].start : found[0].end]) else found


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
    _PLACED,
    _USER + r"[\"'\\]*[^\s\"',\\]{6}",
    _READERS,
)
FAMILIES = (Family("command", ("SECRET",), _CORES, (), find),)
