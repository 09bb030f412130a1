"""Where rules name a dialect."""

from collections.abc import Iterator

from spansieve.config.problems import Path

from .rules_config import Rules

Mention = tuple[Path, str]


def dialects_in(rules: Rules) -> Iterator[Mention]:
    """Every dialect that `rules` name, with its place."""
    yield from _in_operations(rules)
    yield from _in_sources(rules)
    yield from ((("inherit", place, "dialect"), rule.dialect) for place, rule in enumerate(rules.inherit))
    yield from ((("lift", place, "dialect"), rule.dialect) for place, rule in enumerate(rules.lift))
    for place, signal in enumerate(rules.errors.signals):
        yield from _listed(("errors", "signals", place, "dialect"), signal.dialect)


def _in_operations(rules: Rules) -> Iterator[Mention]:
    for dialect, operations in rules.operations.items():
        yield ("operations", dialect), dialect
        for place, rule in enumerate(operations):
            yield from _listed(("operations", dialect, place, "use"), rule.use)


def _in_sources(rules: Rules) -> Iterator[Mention]:
    for at, attribute in enumerate(rules.attributes):
        for place, source in enumerate(attribute.sources):
            path = ("attributes", at, "sources", place)
            yield from _listed((*path, "dialects"), source.dialects)
            if source.when is not None:
                yield from _listed((*path, "when", "dialect"), source.when.dialect)


def _listed(path: Path, names: list[str] | str | None) -> Iterator[Mention]:
    if isinstance(names, str):
        yield path, names
    elif names is not None:
        yield from (((*path, place), name) for place, name in enumerate(names))
