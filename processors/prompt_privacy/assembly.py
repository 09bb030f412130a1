"""The engine, as the configuration wants it."""

from collections.abc import Sequence
from functools import cache

from .config import PromptPrivacyConfig
from .custom import Custom, loosened
from .detectors import FAMILIES, Engine, Family, Find, Finding
from .patterns import PatternConfig


def engine_of(config: PromptPrivacyConfig) -> Engine:
    """The detectors that `config` does not switch off, and the patterns of users' own. Pipelines share one where they
    have no patterns of their own: it takes time and memory to make, and knows nothing of what it searches.
    """
    wanted = tuple(one for one in FAMILIES if not one.entities or any(map(config.is_wanted, one.entities)))
    return Engine([*wanted, *map(_family, config.patterns)]) if config.patterns else _shared(wanted)


@cache
def _shared(wanted: tuple[Family, ...]) -> Engine:
    return Engine(wanted)


def _family(pattern: PatternConfig) -> Family:
    custom, entity, rule = pattern.compiled(), pattern.finds, pattern.name.lower()
    return Family(rule, (entity,), (), (), _finder(custom, entity, rule), customs=(loosened(pattern.regex),))


def _finder(custom: Custom, entity: str, rule: str) -> Find:
    def find(text: bytes, start: int, _end: int) -> Sequence[Finding]:
        end = custom.at(text, start)
        return () if end is None else (Finding(start, end, entity, rule),)

    return find
