"""From statements as they are written to passes over a batch.

A pass has one context and runs all its statements on each item. Statements that stand one after another without a
section of their own and are of one context make one pass, so that they share the item's `cache`.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from spansieve.config.mistakes import Mistake, Mistakes
from spansieve.config.problems import Path, dotted
from spansieve.ottl import OF_SIGNAL, ContextName, Environment, ErrorMode, Group, Guards, Test, compile_group
from spansieve.plugin import Signal

Run = Callable[[Any], None]


class Source(NamedTuple):
    """Statements that belong together, as they were written; without `context` their paths name it."""

    signal: Signal
    path: Path
    context: ContextName | None
    conditions: Sequence[tuple[Path, str]]
    statements: Sequence[tuple[Path, str]]
    mode: ErrorMode

    @property
    def is_plain(self) -> bool:
        """Whether it is a statement without a section of its own."""
        return len(self.path) == 2 and self.statements[0][0] == self.path


class Pass(NamedTuple):
    """What is run on each item of one context."""

    signal: Signal
    context: ContextName
    run: Run


def _compiled(source: Source, environment: Environment) -> Group:
    allowed = OF_SIGNAL[source.signal]
    if source.context is not None and source.context not in allowed:
        text = f"{source.signal} have no {source.context}; they have {', '.join(allowed)}"
        raise Mistakes([Mistake(text, path=(*source.path, "context"))])
    return compile_group(source.conditions, source.statements, allowed, source.context, environment)


def check(sources: Sequence[Source]) -> None:
    """Raise Mistakes, one for each expression that can't be compiled."""
    mistakes: list[Mistake] = []
    for source in sources:
        try:
            _compiled(source, Environment(lambda: 0))
        except Mistakes as error:
            mistakes += error.mistakes
    if mistakes:
        raise Mistakes(mistakes)


def passes(sources: Sequence[Source], guards: Guards, time_ns: Callable[[], int]) -> list[Pass]:
    """What to run, in order. Raises Mistakes."""
    made: list[Pass] = []
    for source in _joined(sources):
        environment = Environment(time_ns)
        group = _compiled(source, environment)
        made.append(Pass(source.signal, group.context, _runner(group, source.mode, guards, environment)))
    return made


def _joined(sources: Sequence[Source]) -> list[Source]:
    """Neighbours that are plain, of one signal and one context, as one."""
    joined: list[Source] = []
    kind: tuple[Signal, ContextName] | None = None  # of the last one, if it is plain
    for source in sources:
        before = kind
        kind = (source.signal, _compiled(source, Environment(lambda: 0)).context) if source.is_plain else None
        if kind is not None and kind == before:
            joined[-1] = joined[-1]._replace(statements=[*joined[-1].statements, *source.statements])
        else:
            joined.append(source)
    return joined


def _runner(group: Group, mode: ErrorMode, guards: Guards, environment: Environment) -> Run:
    tests = [guards.test(test, mode, dotted(path)) for path, test in group.conditions]
    runs = [guards.run(run, mode, dotted(path)) for path, run in group.statements]
    run = runs[0] if len(runs) == 1 else _all(runs)
    if tests:
        run = _where(tests, run)
    return _with_cache(run, environment.cache) if environment.uses_cache else run


def _all(runs: Sequence[Run]) -> Run:
    def run(item: Any) -> None:  # noqa: ANN401 (an item of any context)
        for one in runs:
            one(item)

    return run


def _where(tests: Sequence[Test], inner: Run) -> Run:
    def run(item: Any) -> None:  # noqa: ANN401 (an item of any context)
        if any(test(item) for test in tests):
            inner(item)

    return run


def _with_cache(inner: Run, cache: dict[str, Any]) -> Run:
    def run(item: Any) -> None:  # noqa: ANN401 (an item of any context)
        cache.clear()
        inner(item)
        cache.clear()

    return run
