"""What Prometheus calls an OTLP metric and its attributes.

Source: the OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", as the Go Collector translates: a
unit or `_total` is added only where the name lacks it.
"""

import re
from functools import lru_cache
from typing import Final

_UNITS: Final = {
    "d": "days", "h": "hours", "min": "minutes", "s": "seconds", "ms": "milliseconds", "us": "microseconds",
    "ns": "nanoseconds", "By": "bytes", "KiBy": "kibibytes", "MiBy": "mebibytes", "GiBy": "gibibytes",
    "TiBy": "tibibytes", "KBy": "kilobytes", "MBy": "megabytes", "GBy": "gigabytes", "TBy": "terabytes",
    "m": "meters", "V": "volts", "A": "amperes", "J": "joules", "W": "watts", "g": "grams", "Cel": "celsius",
    "Hz": "hertz", "1": "", "%": "percent",
}  # fmt: skip
_PER: Final = {"s": "second", "m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month", "y": "year"}
_WORD: Final = re.compile(r"[A-Za-z0-9:]+", re.ASCII)
_NO_LABEL: Final = re.compile(r"[^A-Za-z0-9_]", re.ASCII)


@lru_cache(4096)
def metric_name(name: str, unit: str = "", *, is_counter: bool = False, is_gauge: bool = False) -> str:
    """The name without what Prometheus adds for the parts of a histogram; `unit` as OTLP writes it (UCUM)."""
    words = _WORD.findall(name)
    main, per = _unit_words(unit)
    words += [word for word in main if word not in words]
    if per and per not in words:
        words += ["per", per]
    if is_gauge and unit == "1":
        words = [*(word for word in words if word != "ratio"), "ratio"]
    if is_counter:
        words = [*(word for word in words if word != "total"), "total"]
    return _begun("_".join(words))


def _unit_words(unit: str) -> tuple[list[str], str]:
    """What it counts, and by what that is divided."""
    main, _, per = unit.partition("/")
    words = [] if "{" in main else _WORD.findall(_UNITS.get(main.strip(), main))
    return words, "" if "{" in per else "_".join(_WORD.findall(_PER.get(per.strip(), per)))


@lru_cache(4096)
def plain_name(name: str) -> str:
    """A metric's name where units and types are not added."""
    return _begun("_".join(_WORD.findall(name)))


@lru_cache(4096)
def label_name(key: str) -> str:
    """The label of an attribute."""
    return _begun(_NO_LABEL.sub("_", key), before="key_")


def _begun(name: str, before: str = "_") -> str:
    return before + name if name[:1].isdigit() else name
