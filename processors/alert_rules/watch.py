"""One rule with the series that it is evaluated by: counts in, values and states out."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

from spansieve.alerts import Alert

from .life import Life, Verdict, following
from .rule import Leg, Rule
from .window import Window

MAX_SERIES: Final = 50
"""Series of one rule; what comes then counts as `other`."""
OTHER: Final = "other"

By = tuple[str, ...]
"""The values of a rule's `by`, in its order."""
Term = Literal["part", "whole"]


class Value(NamedTuple):
    """What a rule measures over one window."""

    value: float | None
    """None where nothing came."""
    samples: float
    part: float
    """How many were counted: a ratio's numerator."""


class _Pair(NamedTuple):
    """The two windows of a leg; one and the same where there is only one metric."""

    part: Window
    whole: Window


class Group:
    """One series of a rule."""

    __slots__ = ("alert", "life", "pairs", "values")

    def __init__(self, rule: Rule, interval: float) -> None:
        """Nothing was counted."""
        self.pairs = [_pair(rule, leg, interval) for leg in rule.legs]
        self.values = [Value(None, 0, 0) for _ in rule.legs]
        self.life = Life()
        self.alert: Alert | None = None
        """What is told while it fires; whoever tells puts it here."""

    def evaluate(self, rule: Rule, now: float, interval: float) -> bool:
        """Look at the windows that end `now`; whether the state is another than before."""
        for window in {id(window): window for pair in self.pairs for window in pair}.values():
            window.mark(now)
        self.values = [_value(rule, leg, pair) for leg, pair in zip(rule.legs, self.pairs, strict=True)]
        before = self.life.state
        self.life = following(self.life, self._verdict(rule), now, rule, interval)
        return self.life.state != before

    def _verdict(self, rule: Rule) -> Verdict:
        known = [
            (value.value, leg)
            for value, leg in zip(self.values, rule.legs, strict=True)
            if value.value is not None and value.samples >= rule.min_samples
        ]
        if len(known) < len(rule.legs):
            return "unknown"
        if all(rule.compare(value, leg.threshold) for value, leg in known):
            return "holds"
        return "lasts" if all(rule.compare(value, leg.clear) for value, leg in known) else "clear"

    @property
    def is_idle(self) -> bool:
        """Whether it says no more than one that was never there."""
        quiet = self.life.state in {"inactive", "resolved"}
        return quiet and all(window.is_idle for pair in self.pairs for window in pair)


def _pair(rule: Rule, leg: Leg, interval: float) -> _Pair:
    whole = Window(leg.seconds, interval)
    return _Pair(Window(leg.seconds, interval) if rule.kind == "ratio" else whole, whole)


def _value(rule: Rule, leg: Leg, pair: _Pair) -> Value:
    part, samples = pair.part.increase, pair.whole.increase
    if rule.kind == "ratio":
        return Value(part / samples if samples else None, samples, part)
    return Value(samples * 60 / leg.seconds if rule.kind == "rate" else samples, samples, part)


class Watch:
    """A rule and its series, at most `MAX_SERIES`; one that has nothing to say is forgotten."""

    def __init__(self, rule: Rule, interval: float) -> None:
        """Nothing was counted."""
        self.rule = rule
        self._interval = interval
        self.groups: dict[By, Group] = {} if rule.by else {(): self.made()}
        self.folded = 0
        """Increases that were counted as `other`."""

    def made(self) -> Group:
        """A series in which nothing was counted."""
        return Group(self.rule, self._interval)

    def key(self, labels: Mapping[str, str]) -> By:
        """The series that labels belong to."""
        return tuple([labels.get(name, "") for name in self.rule.by])

    def add(self, term: Term, key: By, amount: float, age: float | None) -> None:
        """Count `amount`; all of it came within the last `age` seconds, None: since the last evaluation."""
        group = self._group(key)
        for leg, pair in zip(self.rule.legs, group.pairs, strict=True):
            if age is None or age <= leg.seconds:
                (pair.part if term == "part" else pair.whole).add(amount)

    def _group(self, key: By) -> Group:
        group = self.groups.get(key)
        if group is None:
            if len(self.groups) >= MAX_SERIES - 1:
                self.folded += 1
                key = (OTHER,) * len(self.rule.by)
            group = self.groups.get(key)
            if group is None:
                group = self.groups[key] = self.made()
        return group

    def evaluate(self, now: float) -> Iterator[tuple[By, Group]]:
        """Evaluate every series; those whose state is another than before."""
        for key, group in [*self.groups.items()]:
            if group.evaluate(self.rule, now, self._interval):
                yield key, group
            if self.rule.by and group.is_idle and group.alert is None:
                del self.groups[key]

    def labels(self, key: By) -> dict[str, str]:
        """The values of `by`, by name."""
        return dict(zip(self.rule.by, key, strict=True))
