"""What a rule counts: a metric by the name that Prometheus gives it, and conditions on its labels."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from spansieve.alerts.matching import Matcher, every, parse

_SELECTOR: Final = re.compile(r"\s*([A-Za-z_:][A-Za-z0-9_:]*)\s*(?:\{(.*)\})?\s*", re.ASCII | re.DOTALL)
_MATCHER: Final = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*"|"(?=[^"]*$))+', re.DOTALL)
_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


class Selector(NamedTuple):
    """A metric and the conditions that a series of it has to fulfil; `str` writes it as PromQL does."""

    metric: str
    matchers: tuple[Matcher, ...] = ()

    def fits(self, labels: Mapping[str, str]) -> bool:
        """Whether a series of the metric, with these labels, counts."""
        return every(self.matchers, labels)

    def __str__(self) -> str:
        """As PromQL writes it."""
        return f"{self.metric}{{{','.join(map(_written, self.matchers))}}}" if self.matchers else self.metric


def _written(matcher: Matcher) -> str:
    sign = ("=" if matcher.pattern is None else "=~", "!=" if matcher.pattern is None else "!~")[matcher.negated]
    return f'{matcher.name}{sign}"{matcher.value.translate(_ESCAPES)}"'


def selector(text: str) -> Selector:
    """What `text` writes, such as `tool_executions_total{status="success"}`. Raises ValueError with what to write."""
    match = _SELECTOR.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is no metric. Write its name as Prometheus has it, and conditions on labels in braces, such as "
            'tool_executions_total{status="success"}'
        )
    return made(match[1], _MATCHER.findall(match[2] or ""))


def made(metric: str, matchers: Sequence[str]) -> Selector:
    """The metric with conditions such as `status!="success"`. Raises ValueError with what to write."""
    parsed = tuple(parse(one) for one in matchers if one.strip())
    for one in parsed:
        if "." in one.name:
            plain = one.name.replace(".", "_")
            raise ValueError(f"{one.name} is no label as Prometheus names them. Write {plain}")
    return Selector(metric, parsed)


def as_text(given: object) -> object:
    """What a configuration gives, as the one text that `selector` reads; what is neither is left to others."""
    if isinstance(given, Mapping) and set(given) <= {"metric", "matchers"} and isinstance(given.get("metric"), str):
        matchers = given.get("matchers") or []
        if isinstance(matchers, list) and all(isinstance(one, str) for one in matchers):
            return str(made(selector(given["metric"]).metric, matchers))
    return str(selector(given)) if isinstance(given, str) else given
