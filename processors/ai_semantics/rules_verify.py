"""All that is wrong with the rules of a configuration, found while it is read."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from spansieve.config.mistakes import Mistake
from spansieve.semconv import raw_mapping

from .processor import parts_of
from .rules_check import Check
from .rules_config import Rules
from .rules_run import TIME_NS, Runner

if TYPE_CHECKING:
    from .config import AiSemanticsConfig

Placed = Callable[[Mistake], Mistake]


class _Then:
    """The time of examples."""

    def time_ns(self) -> int:
        return TIME_NS

    def monotonic(self) -> float:
        return 0.0


def mistakes_in(config: "AiSemanticsConfig") -> list[Mistake]:
    """What is wrong, at its place in `config`; examples only run where all else is right."""
    groups = list(_groups(config))
    check = Check(raw_mapping(), [rules for rules, _ in groups])
    found = [placed(mistake) for rules, placed in groups for mistake in check.mistakes(rules)]
    return found or list(_examples(config, groups))


def _groups(config: "AiSemanticsConfig") -> Iterator[tuple[Rules, Placed]]:
    """Rules, with what gives a mistake in them its place."""
    yield config.rules, lambda mistake: mistake._replace(path=("rules", *mistake.path))
    for place, file in enumerate(config.rules_files):
        yield file.rules, _in_file(file.placed, place)


def _in_file(placed: Placed, place: int) -> Placed:
    return lambda mistake: placed(mistake)._replace(path=("rules_files", place))


def _examples(config: "AiSemanticsConfig", groups: list[tuple[Rules, Placed]]) -> Iterator[Mistake]:
    try:
        runner = Runner(parts_of(config, _Then(), lambda target, reason: None))
    except ValueError as error:
        yield Mistake(f"the rules can't be compiled: {error}")
        return
    for rules, placed in groups:
        for place, example in enumerate(rules.examples):
            yield from map(placed, runner.mistakes(example, ("examples", place)))
