"""Calls that ran at the same time: siblings whose intervals overlap.

Source: `parallel.detect` in `spansieve/semconv/mapping.yaml`: start_a < end_b and start_b < end_a. So what touches does
not overlap, and a call of no length overlaps what it lies inside of, but not what starts or ends with it. A group is
all that hangs together by overlaps. At most `max_siblings` of a group are looked at, the first by start; the rest is
not marked. Calls that overlap nobody don't count towards that, however many an agent makes.

A tool and one agent that runs wholly inside its time are no group: the tool handed over to it (Agno puts both under one
parent).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .step import Found, Places, Step

PARALLEL = "spansieve.ai.parallel"
BATCH_ID = "spansieve.ai.batch.id"
BATCH_SIZE = "spansieve.ai.batch.size"
BATCH_TOOLS = "spansieve.ai.batch.tools"

_MAX_PLUMBING = 64
"""Spans without a kind that are climbed to find one on which a batch can be written."""


class Group(NamedTuple):
    """Calls of one batch, in order of start."""

    parent: bytes
    start: int
    members: list[int]

    def rank(self) -> tuple[int, int, bytes]:
        """The least of a parent's groups is the one that is written on it: the largest, among equals the first."""
        return -len(self.members), self.start, self.parent


def parallel(
    together: Mapping[bytes, list[int]], steps: Sequence[Step], places: Places, *, max_siblings: int, max_tools: int
) -> Iterator[Found]:
    """Marks of the calls in `together` (parent to calls in order of start), and of the spans that hold them."""
    largest: dict[int, Group] = {}
    for parent, members in together.items():
        for group in _groups(parent, members, steps, max_siblings):
            yield from _of_members(group)
            holder = _holder(parent, steps, places)
            if holder is not None:
                largest[holder] = min(largest.get(holder, group), group, key=Group.rank)
    for holder, group in largest.items():
        yield from _of_holder(holder, group, steps, max_tools)


def _groups(parent: bytes, members: Sequence[int], steps: Sequence[Step], most: int) -> Iterator[Group]:
    for run in _overlapping(members, steps):
        kept = run[:most]
        if len(kept) > 1 and not _is_handover(kept, steps):
            yield Group(parent, steps[kept[0]].start, kept)


def _is_handover(members: Sequence[int], steps: Sequence[Step]) -> bool:
    if len(members) != 2:
        return False
    tool, agent = (steps[place] for place in members)
    return (tool.kind, agent.kind) == ("tool", "agent") and agent.end <= tool.end


def _overlapping(members: Sequence[int], steps: Sequence[Step]) -> Iterator[list[int]]:
    """`members` in order of start, then end, cut wherever all before have ended."""
    run: list[int] = []
    reach = 0
    for place in members:
        start, end = steps[place].start, steps[place].end
        if end < start:  # an end that was never set: it overlaps nobody
            continue
        if start >= reach:
            yield run
            run = []
        run.append(place)
        reach = max(reach, end)
    yield run


def _of_members(group: Group) -> Iterator[Found]:
    batch = f"{group.parent.hex()}:{group.start}"
    for place in group.members:
        yield place, PARALLEL, True
        yield place, BATCH_ID, batch


def _holder(parent: bytes, steps: Sequence[Step], places: Places) -> int | None:
    """The parent, or, where that is plumbing on which nothing is written, the nearest ancestor that is none."""
    at = places.get(parent)
    for _ in range(_MAX_PLUMBING):
        if at is None or steps[at].kind:
            return at
        at = places.get(steps[at].parent_span_id)
    return None


def _of_holder(holder: int, group: Group, steps: Sequence[Step], max_tools: int) -> Iterator[Found]:
    yield holder, BATCH_SIZE, len(group.members)
    names = [steps[place].name for place in group.members if steps[place].name]
    if names[:max_tools]:
        yield holder, BATCH_TOOLS, names[:max_tools]
