"""W3C trace state with OpenTelemetry's member `ot`, where sampling keeps its threshold (`th`) and randomness (`rv`).

Source: W3C Trace Context, section 3.3; OpenTelemetry's "TraceState Handling"; limits as in the Go Collector.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple, Self

from .threshold import parse_rvalue, parse_tvalue, rvalue_of, tvalue_of

MAX_LENGTH = 1024
"""Characters of a whole trace state that are read."""
MAX_MEMBERS = 32
"""Members that a trace state may have (W3C Trace Context, 3.3.1)."""
MAX_KEY, MAX_TENANT, MAX_SYSTEM = 256, 241, 14

_CHARS = r"[a-z0-9_*/\-]*"
_KEY = rf"(?:[a-z]{_CHARS}|[a-z0-9]{_CHARS}@[a-z]{_CHARS})"
_MEMBER = re.compile(rf"{_KEY}=[ -+\--<>-~]{{0,255}}[!-+\--<>-~]")
_PAIR = r"[a-z][a-z0-9]*:[A-Za-z0-9._\-]*"
_OT = re.compile(rf"{_PAIR}(?:;{_PAIR})*")


class TraceState(NamedTuple):
    """A trace state, taken apart. `rvalue` and `tvalue` are as they came, "" where there is none."""

    rvalue: str = ""
    tvalue: str = ""
    pairs: tuple[str, ...] = ()
    """The other `key:value` of `ot`."""
    members: tuple[str, ...] = ()
    """The other `key=value`."""

    @classmethod
    def parse(cls, text: str) -> tuple["TraceState", bool]:
        """What `text` says, and whether all of it could be read; what could not is left out."""
        if not text:
            return EMPTY, True
        return _parsed(text) if len(text) <= MAX_LENGTH else (EMPTY, False)

    @property
    def randomness(self) -> int | None:
        """The explicit randomness."""
        return parse_rvalue(self.rvalue) if self.rvalue else None

    @property
    def threshold(self) -> int | None:
        """The threshold that it was sampled with."""
        return parse_tvalue(self.tvalue) if self.tvalue else None

    def with_randomness(self, randomness: int) -> Self:
        """The same with another explicit randomness."""
        return self._replace(rvalue=rvalue_of(randomness))

    def sampled_with(self, threshold: int) -> Self:
        """The same after sampling with `threshold`; one that is there already is never made smaller."""
        before = self.threshold
        return self if before is not None and before > threshold else self._replace(tvalue=tvalue_of(threshold))

    def without_threshold(self) -> Self:
        """The same without a threshold."""
        return self._replace(tvalue="")

    def __str__(self) -> str:
        """As the header has it, `ot` first and in it `rv` and `th`."""
        own = [f"{key}:{value}" for key, value in (("rv", self.rvalue), ("th", self.tvalue)) if value]
        ot = ";".join([*own, *self.pairs])
        return ",".join([*([f"ot={ot}"] if ot else []), *self.members])


EMPTY = TraceState()


@lru_cache(1024)  # spans of a trace, and of a sampler without `rv`, share theirs
def _parsed(text: str) -> tuple[TraceState, bool]:
    members = [member.strip(" \t") for member in text.removesuffix(",").split(",")]
    if not all(_MEMBER.fullmatch(member) for member in members if member):
        return EMPTY, False
    state, whole, others = EMPTY, len(members) <= MAX_MEMBERS, []
    for member in filter(None, members[:MAX_MEMBERS]):
        key, _, value = member.partition("=")
        if not _fits(key):
            whole = False
        elif key == "ot":
            state, good = _parsed_ot(value)
            whole = whole and good
        else:
            others.append(member)
    return state._replace(members=tuple(others)), whole


@lru_cache(1024)
def members_of(text: str) -> Mapping[str, str] | None:
    """The members of a trace state by key, `ot` like any other; None where it can't be read, has too many members, or
    one twice, which leaves open what is meant.
    """
    members = [member for member in (part.strip(" \t") for part in text.split(",")) if member]
    if len(members) > MAX_MEMBERS or not all(_MEMBER.fullmatch(member) for member in members):
        return None
    found = dict(member.split("=", 1) for member in members)
    return found if len(found) == len(members) and all(map(_fits, found)) else None


def _fits(key: str) -> bool:
    tenant, at, system = key.partition("@")
    return len(key) <= MAX_KEY and (not at or (len(tenant) <= MAX_TENANT and len(system) <= MAX_SYSTEM))


def _parsed_ot(value: str) -> tuple[TraceState, bool]:
    """The value of `ot`; of `rv` and `th` the last one counts, and one that can't be read clears it."""
    if not _OT.fullmatch(value):
        return EMPTY, False
    own, others, good = {"rv": "", "th": ""}, [], True
    for key, _, text in _split(value):
        if key in own:
            readable = _readable(key, text)
            own[key] = text if readable else ""
            good = good and readable
        else:
            others.append(f"{key}:{text}")
    return TraceState(own["rv"], own["th"], tuple(others)), good


def _split(value: str) -> Iterable[tuple[str, str, str]]:
    return (pair.partition(":") for pair in value.split(";"))


def _readable(key: str, text: str) -> bool:
    try:
        parse_rvalue(text) if key == "rv" else parse_tvalue(text)
    except ValueError:
        return False
    return True
