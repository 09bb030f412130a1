"""`error_mode`: what is done when an expression can't be evaluated for an item. Whatever it is, it is counted."""

from collections.abc import Callable
from typing import Literal, TypeVar

from spansieve.plugin import Host

from .access import Get
from .compare import Test
from .values import EvaluationError, Item

ErrorMode = Literal["ignore", "silent", "propagate"]
"""`ignore`: say so and go on; `silent`: go on; `propagate`: give the batch up."""
QUIET_SECONDS = 60.0
GivenT = TypeVar("GivenT")


class Guards:
    """Puts error modes around expressions. Each is logged at most once a minute, by place and types, never content."""

    def __init__(self, host: Host) -> None:
        """Count under the component's own label."""
        self._clock = host.clock
        self._log = host.log
        self._errors = host.counter(
            "evaluation_errors", unit="{error}", description="Expressions that could not be evaluated for an item."
        )

    def test(self, test: Test, mode: ErrorMode, where: str) -> Test:
        """A condition that does not hold where it can't be evaluated."""
        saw = self._watcher(mode, where)

        def guarded(item: Item) -> bool:
            try:
                return test(item)
            except EvaluationError as error:
                saw(error)
                return False

        return guarded

    def run(self, run: Get, mode: ErrorMode, where: str) -> Callable[[Item], None]:
        """A statement that does nothing where it can't be evaluated."""
        saw = self._watcher(mode, where)

        def guarded(item: Item) -> None:
            try:
                run(item)
            except EvaluationError as error:
                saw(error)

        return guarded

    def _watcher(self, mode: ErrorMode, where: str) -> Callable[[EvaluationError], None]:
        said = [-QUIET_SECONDS, 0.0]  # when last, and how often since

        def saw(error: EvaluationError) -> None:
            self._errors.add(1)
            now = self._clock.monotonic()
            said[1] += 1
            if mode != "silent" and now - said[0] >= QUIET_SECONDS:
                more = f" ({said[1]:.0f} times since the last such line)" if said[1] > 1 else ""
                self._log.warning("%s: %s%s", where, error, more)
                said[:] = [now, 0.0]
            if mode == "propagate":
                raise error

        return saw
