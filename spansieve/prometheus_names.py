"""What metrics and labels of OTLP are called in Prometheus.

Source: OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility" (OTLP Metric points to Prometheus), and
github.com/prometheus/otlptranslator, whose names ours equal.
"""

import re
from functools import lru_cache
from typing import Final, Literal

Kind = Literal["counter", "gauge", "histogram", "summary"]
"""Prometheus' type of a metric."""

_UNITS: Final = {
    "d": "days",
    "h": "hours",
    "min": "minutes",
    "s": "seconds",
    "ms": "milliseconds",
    "us": "microseconds",
    "ns": "nanoseconds",
    "By": "bytes",
    "KiBy": "kibibytes",
    "MiBy": "mebibytes",
    "GiBy": "gibibytes",
    "TiBy": "tebibytes",
    "KBy": "kilobytes",
    "kBy": "kilobytes",
    "MBy": "megabytes",
    "GBy": "gigabytes",
    "TBy": "terabytes",
    "m": "meters",
    "V": "volts",
    "A": "amperes",
    "J": "joules",
    "W": "watts",
    "g": "grams",
    "Cel": "celsius",
    "Hz": "hertz",
    "1": "",
    "%": "percent",
}
_PER: Final = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}
_TOKEN = re.compile("[a-zA-Z0-9:]+")
_RUN = re.compile("[a-zA-Z0-9:_]+")
_NO_LABEL = re.compile("[^a-zA-Z0-9_]")


@lru_cache(4096)
def metric_name(name: str, unit: str, kind: Kind, namespace: str, *, suffixes: bool) -> str:
    """The name of a metric; empty if nothing of it can be one."""
    tokens = _with_suffixes(name, unit, kind) if suffixes else _RUN.findall(name)
    if not any(token.strip("_") for token in tokens):
        return ""
    whole = "_".join([*_TOKEN.findall(namespace), *tokens])
    return f"_{whole}" if whole[0].isdigit() else whole


def _with_suffixes(name: str, unit: str, kind: Kind) -> list[str]:
    tokens = _TOKEN.findall(name)
    if not tokens:
        return []
    main, per = _unit_tokens(unit)
    if main and main != tokens[-len(main) :] and "_".join(main) not in tokens:
        tokens += main
    if per and per != tokens[-len(per) :]:
        tokens += per
    if kind == "counter":
        tokens = [word for word in tokens if word != "total"] + ["total"]
    if unit == "1" and kind == "gauge":
        tokens = [word for word in tokens if word != "ratio"] + ["ratio"]
    return tokens


def _unit_tokens(unit: str) -> tuple[list[str], list[str]]:
    """The words of a unit, and of what it is by; annotations (`{token}`) have none."""
    main, _, per = (part.strip() for part in unit.partition("/"))
    of = [] if {"{", "}"} & set(main) else _TOKEN.findall(_UNITS.get(main, main))
    by = [] if {"{", "}"} & set(per) else _TOKEN.findall(_PER.get(per, per))
    return of, ["per", *by] if by else []


@lru_cache(4096)
def label_name(key: str) -> str:
    """The name of a label. What would be Prometheus' own (`__name__`) is another one."""
    name = _NO_LABEL.sub("_", key)
    if name[:1].isdigit():
        return f"key_{name}"
    return f"key{name}" if name.startswith("_") or not name else name
