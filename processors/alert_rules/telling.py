"""Alerts of rules."""

from collections.abc import Mapping
from dataclasses import replace

from spansieve.alerts import Alert, fingerprint_of, new_id

from .rule import Rule
from .watch import Value
from .words import lasting, summary


def raised(rule: Rule, labels: Mapping[str, str], value: Value, starts_ns: int, now_ns: int) -> Alert:
    """The alert of a rule that fires; `labels` are the values of its `by`. It is about the rule and them, on each node
    and after each start.
    """
    about = ",".join([*([rule.burn] if rule.burn else []), *(f"{name}={text}" for name, text in labels.items())])
    return Alert(
        id=new_id(now_ns),
        type=rule.name,
        status="firing",
        severity=rule.severity,
        fingerprint=fingerprint_of(rule.name, about),
        starts_at_ns=starts_ns,
        updated_at_ns=now_ns,
        ends_at_ns=None,
        summary=summary(rule, labels, value.value or 0.0),
        count=_count(rule, value),
        window_s=round(rule.legs[0].seconds),
        labels={**rule.labels, **labels, **({"window": lasting(rule.legs[0].seconds)} if rule.burn else {})},
    )


def ended(alert: Alert, now_ns: int) -> Alert:
    """The same, over."""
    return replace(alert, status="resolved", updated_at_ns=now_ns, ends_at_ns=now_ns)


def _count(rule: Rule, value: Value) -> int:
    """How many there were of what is too many; where there is too little of it, how many lack."""
    return round(value.samples - value.part if rule.kind == "ratio" and rule.op in {"<", "<="} else value.part)
