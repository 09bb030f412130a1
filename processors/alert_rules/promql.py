"""Rules in PromQL: the same windows, thresholds and guards, as far as it has words for them.

`increase()` guesses what came beyond the first and the last sample of a window, and knows nothing of the first value of
a new series. So the difference to the value a window ago is taken, which is exact; a new series counts from 0; and
`increase()` is left for windows in which a counter began anew.
"""

from typing import Final, NamedTuple

from .rule import Leg, Rule
from .selector import Selector
from .words import lasting

PREFIX: Final = "spansieve"


class Recording(NamedTuple):
    """A recording rule."""

    record: str
    expr: str


def recordings(rule: Rule) -> list[Recording]:
    """The values and samples that `alert` compares, over each window."""
    found = []
    for leg in rule.legs:
        samples, value = samples_of(rule, leg), value_of(rule, leg)
        found += [Recording(samples, _sum(rule, rule.whole, leg)), Recording(value, _value(rule, leg))]
    return found


def alert(rule: Rule) -> str:
    """When it fires: beyond the threshold, or while it fires beyond `clear`, with samples enough."""
    holds = _holds(rule, [leg.threshold for leg in rule.legs])
    clears = [leg.clear for leg in rule.legs]
    if clears == [leg.threshold for leg in rule.legs]:
        return holds
    on = ", ".join(rule.by)
    firing = f'ALERTS{{alertname="{rule.name}",alertstate="firing",severity="{rule.severity}"}}'
    return f"{holds}\nor\n{_holds(rule, clears)}\n  and on ({on}) {firing}"


def samples_of(rule: Rule, leg: Leg) -> str:
    """The recorded number of samples."""
    return f"{PREFIX}:{rule.name}:samples{lasting(leg.seconds)}"


def value_of(rule: Rule, leg: Leg) -> str:
    """The recorded value."""
    return f"{PREFIX}:{rule.name}:value{lasting(leg.seconds)}"


def _holds(rule: Rule, limits: list[float]) -> str:
    lines = []
    for leg, limit in zip(rule.legs, limits, strict=True):
        lines.append(f"{value_of(rule, leg)} {rule.op} {number(limit)}")
        lines.append(f"{samples_of(rule, leg)} >= {number(rule.min_samples)}")
    return "\n  and ".join(lines)


def _value(rule: Rule, leg: Leg) -> str:
    samples = samples_of(rule, leg)
    if rule.kind == "ratio":
        return f"(\n{_indented(_sum(rule, rule.part, leg))}\n  or {samples} * 0\n) / {samples}"
    return f"{samples} * 60 / {number(leg.seconds)}" if rule.kind == "rate" else samples


def _sum(rule: Rule, selector: Selector, leg: Leg) -> str:
    by = f"sum by ({', '.join(rule.by)})" if rule.by else "sum"
    return f"{by} (\n{_indented(increase(selector, leg.seconds))}\n)"


def increase(selector: Selector, seconds: float) -> str:
    """How much the series of `selector` grew within a window."""
    one, window = str(selector), lasting(seconds)
    return "\n".join(
        [
            f"{one} - {one} offset {window} unless resets({one}[{window}]) > 0",
            f"or {one} unless {one} offset {window}",
            f"or increase({one}[{window}])",
        ]
    )


def number(value: float) -> str:
    """A number as PromQL reads it back, exactly."""
    return repr(int(value)) if value == int(value) and abs(value) < 2**53 else repr(value)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
