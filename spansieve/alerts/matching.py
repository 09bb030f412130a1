"""Matchers as Prometheus and Alertmanager write them: `tool=~"web.*"`, `severity!="info"`."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import re2

_MATCHER: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(=~|!~|!=|=)\s*(.*?)\s*", re.ASCII | re.DOTALL)
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", '"': '"', "\\": "\\"}


class Matcher(NamedTuple):
    """One condition on one label, or one field of an alert; what is not there is an empty text."""

    name: str
    value: str
    negated: bool
    pattern: Any
    """A compiled RE2 that has to match the whole value; None: the value has to be equal."""

    def matches(self, fields: Mapping[str, str]) -> bool:
        """Whether `fields` fulfil it."""
        found = fields.get(self.name, "")
        fits = found == self.value if self.pattern is None else self.pattern.fullmatch(found) is not None
        return fits != self.negated


def parse(text: str) -> Matcher:
    """The matcher that `text` writes. Raises ValueError with what to write instead."""
    match = _MATCHER.fullmatch(text)
    if match is None:
        raise ValueError(f'{text!r} is no matcher. Write one such as type="error_spike" or tool=~"web.*".')
    name, sign, written = match.groups()
    value = _value(written, text)
    if "~" not in sign:
        return Matcher(name, value, sign == "!=", None)
    try:
        options = re2.Options()
        options.log_errors = False
        pattern = re2.compile(value, options)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        why = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise ValueError(f"the matcher {text!r} holds no valid expression: {why}. RE2 has no look-around.") from None
    return Matcher(name, value, sign == "!~", pattern)


def _value(written: str, text: str) -> str:
    quoted = _QUOTED.fullmatch(written)
    if quoted is not None:
        return _ESCAPED.sub(lambda escape: _ESCAPES.get(escape[1], escape[0]), quoted[1])
    if '"' in written or not written:
        raise ValueError(f'{text!r} is no matcher: its value has no end. Write it in quotes, such as tool="bash".')
    return written


def every(matchers: Iterable[Matcher], fields: Mapping[str, str]) -> bool:
    """Whether `fields` fulfil all of `matchers`."""
    return all(matcher.matches(fields) for matcher in matchers)
