"""Steps for tests: ids and times are small numbers, 0 stands for no parent."""

from collections.abc import Hashable, Sequence

from spansieve.structure import Mark, Step, marks


def sid(number: int) -> bytes:
    """A span's id; none for 0."""
    return number.to_bytes(8, "big") if number else b""


def step(
    number: int,
    parent: int,
    time: tuple[int, int],
    kind: str = "",
    name: str = "",
    *,
    arguments: Hashable | None = None,
    failed: bool = False,
    usage: bool = False,
    parallel: bool = False,
) -> Step:
    return Step(sid(number), sid(parent), *time, kind, name, arguments, failed, usage, parallel)


def tool(
    number: int,
    parent: int,
    time: tuple[int, int],
    name: str = "search",
    *,
    arguments: Hashable | None = None,
    failed: bool = False,
    parallel: bool = False,
) -> Step:
    return step(number, parent, time, "tool", name, arguments=arguments, failed=failed, parallel=parallel)


def model(
    number: int, parent: int, time: tuple[int, int], name: str = "gpt-4o", *, failed: bool = False, usage: bool = False
) -> Step:
    return step(number, parent, time, "model", name, failed=failed, usage=usage)


def agent(number: int, parent: int = 0, time: tuple[int, int] = (0, 1000), name: str = "desk") -> Step:
    return step(number, parent, time, "agent", name)


def marked(steps: Sequence[Step], **limits: int) -> dict[int, Mark]:
    """The marks by the number of the span."""
    return {int.from_bytes(steps[place].span_id, "big"): mark for place, mark in marks(steps, **limits).items()}


def of(key: str, steps: Sequence[Step], **limits: int) -> dict[int, object]:
    """The values of `spansieve.ai.<key>` by the number of the span."""
    name = f"spansieve.ai.{key}"
    return {number: mark[name] for number, mark in sorted(marked(steps, **limits).items()) if name in mark}
