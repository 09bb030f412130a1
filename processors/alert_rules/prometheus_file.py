"""The rules as a file that Prometheus loads (`rule_files`)."""

from collections.abc import Sequence
from typing import Any, Final

import yaml

from .compiling import PLACEHOLDER
from .promql import alert, recordings
from .rule import Rule
from .words import filled, lasting, message_of, shown

GROUP: Final = "spansieve_alert_rules"
_HEAD: Final = """\
# Made by `spansieve rules prometheus`: the rules of alert_rules, for Prometheus 2.42 or later.
# Make it anew instead of changing it.
"""


class _Lines(str):
    """A text that YAML shows line by line."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes such texts."""


_Dumper.add_representer(_Lines, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|"))


def rule_file(rules: Sequence[Rule], interval: float) -> str:
    """The file: the same for the same rules."""
    group = {"name": GROUP, "interval": lasting(interval), "rules": _rules(rules)}
    text = yaml.dump({"groups": [group]}, Dumper=_Dumper, sort_keys=False, width=200, allow_unicode=True)
    return _HEAD + text


def _rules(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for rule in rules:
        recorded = [{"record": one.record, "expr": _lines(one.expr)} for one in recordings(rule)]
        found += [one for one in recorded if one not in found]  # two burn rates may share a window
        found.append(_alert(rule))
    return found


def _alert(rule: Rule) -> dict[str, Any]:
    labels = {"severity": rule.severity, **{name: _literal(text) for name, text in rule.labels.items()}}
    if rule.burn:
        labels["window"] = lasting(rule.legs[0].seconds)
    return {
        "alert": rule.name,
        "expr": _lines(alert(rule)),
        "for": lasting(rule.for_seconds),
        "keep_firing_for": lasting(rule.keep_seconds),
        "labels": labels,
        "annotations": {"summary": _summary(rule)},
    }


def _summary(rule: Rule) -> str:
    """The message as a template of Prometheus."""
    leg = rule.legs[0]
    value = "{{ $value | humanizePercentage }}" if rule.kind == "ratio" else "{{ $value | humanize }}"
    values = {"value": value, "threshold": shown(rule, leg.threshold), "window": lasting(leg.seconds)}
    values |= {label: f"{{{{ $labels.{label} }}}}" for label in rule.by}
    parts = PLACEHOLDER.split(message_of(rule))
    return "".join(filled(f"{{{part}}}", values) if at % 2 else _literal(part) for at, part in enumerate(parts))


def _literal(text: str) -> str:
    """`text` where Prometheus reads a template."""
    return text.replace("{{", '{{"{{"}}')


def _lines(text: str) -> str:
    return _Lines(text) if "\n" in text else text
