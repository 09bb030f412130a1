"""A rule as it is evaluated."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from spansieve.alerts import Severity

from .selector import Selector

Kind = Literal["ratio", "rate", "increase"]
Op = Literal[">", ">=", "<", "<="]
OPS: Final[Mapping[Op, Callable[[float, float], bool]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Leg:
    """A window of `seconds`, the threshold that the value over it is compared with, and where that is over."""

    seconds: float
    threshold: float
    clear: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A condition that holds when it holds over each of `legs`."""

    name: str
    kind: Kind
    part: Selector
    """What is counted: a ratio's numerator, or the only metric."""
    whole: Selector
    """What makes the samples: a ratio's denominator, or the only metric."""
    op: Op
    legs: tuple[Leg, ...]
    for_seconds: float
    """It fires when it has held for so long."""
    keep_seconds: float
    """It is over when there were too few samples for so long."""
    min_samples: float
    """With fewer it is not evaluated."""
    by: tuple[str, ...]
    severity: Severity
    message: str
    labels: Mapping[str, str]
    burn: str = ""
    """Tells the windows of a burn rate apart; empty for other rules."""

    @property
    def id(self) -> str:
        """Its name, and what tells those of one name apart."""
        return f"{self.name}/{self.burn}" if self.burn else self.name

    def compare(self, value: float, with_: float) -> bool:
        """Whether `value` lies beyond `with_`."""
        return OPS[self.op](value, with_)
