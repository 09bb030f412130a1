"""A rule's values and messages as people read them."""

from collections.abc import Mapping
from typing import Final

from .compiling import PLACEHOLDER
from .rule import Leg, Rule

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def shown(rule: Rule, value: float) -> str:
    """A value of a rule: a share in percent, or a number."""
    return f"{100 * value:.3g} %" if rule.kind == "ratio" else f"{value:,.6g}"


def lasting(seconds: float) -> str:
    """A time as Prometheus writes it, in the largest unit that makes it whole: `90s`, `5m`."""
    for unit, size in _UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    return f"{seconds * 1000:.0f}ms" if seconds else "0s"


def condition(rule: Rule, leg: Leg) -> str:
    """What is compared, for people."""
    unit = {"ratio": "", "rate": " a minute", "increase": ""}[rule.kind]
    return f"{rule.op} {shown(rule, leg.threshold)}{unit} over {lasting(leg.seconds)}"


def message_of(rule: Rule) -> str:
    """The message with what it lacks: that of a rule without, and the names of series that it does not tell apart."""
    text = rule.message or f"{rule.name} is {{value}}, {condition(rule, rule.legs[0])}"
    told = PLACEHOLDER.findall(text)
    by = ", ".join(f"{label}={{{label}}}" for label in rule.by if label not in told)
    return f"{text} ({by})" if by else text


def summary(rule: Rule, labels: Mapping[str, str], value: float) -> str:
    """The message, filled in."""
    leg = rule.legs[0]
    values = {"value": shown(rule, value), "threshold": shown(rule, leg.threshold), "window": lasting(leg.seconds)}
    return filled(message_of(rule), {**values, **labels})


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with values for what stands for them."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
