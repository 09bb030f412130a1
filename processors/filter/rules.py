"""From conditions as they are written to compiled ones, by signal and context."""

from collections.abc import Sequence
from typing import NamedTuple

from spansieve.config.mistakes import Mistake, Mistakes
from spansieve.config.problems import Path, dotted
from spansieve.ottl import OF_SIGNAL, ContextName, Environment, ErrorMode, Guards, Test, compile_group
from spansieve.plugin import Signal

Rules = dict[tuple[Signal, ContextName], list["Rule"]]


class Rule(NamedTuple):
    """One condition: where it stands in the configuration, its error mode, and its test."""

    path: Path
    mode: ErrorMode
    test: Test


class Source(NamedTuple):
    """Conditions that belong together, as they were written; without `context` their paths name it."""

    signal: Signal
    path: Path
    context: ContextName | None
    conditions: Sequence[tuple[Path, str]]
    mode: ErrorMode


def rules_of(sources: Sequence[Source], environment: Environment) -> Rules:
    """All conditions, compiled. Raises Mistakes, one for each that can't be."""
    rules: Rules = {}
    mistakes: list[Mistake] = []
    for source in sources:
        allowed = OF_SIGNAL[source.signal]
        try:
            if source.context is not None and source.context not in allowed:
                text = f"{source.signal} have no {source.context}; they have {', '.join(allowed)}"
                raise Mistakes([Mistake(text, path=(*source.path, "context"))])
            group = compile_group(source.conditions, [], allowed, source.context, environment)
        except Mistakes as error:
            mistakes += error.mistakes
            continue
        found = rules.setdefault((source.signal, group.context), [])
        found += [Rule(path, source.mode, test) for path, test in group.conditions]
    if mistakes:
        raise Mistakes(mistakes)
    return rules


def any_of(rules: Sequence[Rule], guards: Guards) -> Test | None:
    """Whether one of `rules` holds; None where there is none."""
    tests = [guards.test(rule.test, rule.mode, dotted(rule.path)) for rule in rules]
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    return lambda item: any(test(item) for test in tests)
