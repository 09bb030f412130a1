"""What was chosen out of what was offered, where no producer says so: inferred from the spans of one trace.

* `tool_choice`: a model call whose answer calls tools. Chosen is the first of them: one decision a call.
* `handoff`: an agent's run below another agent's, or a span that the caller knows to be a hand-off.
* `model_fallback`: a failed model call that another model takes over, under the same parent, within 60 s.

What one span tells by its own attributes (an `ai.decision` event, a finish reason, a router) needs no trace and is not
looked for here. Nothing here is certain, so whoever reports it says `inferred`, and gives no confidence.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from .siblings import WRAPPERS
from .step import Places, Step, families, in_order, parent_of, places_by_id

FALLBACK_WITHIN_NS = 60_000_000_000

_PASSED = WRAPPERS | {"batch"}


class Decision(NamedTuple):
    """One decision; places are those in the steps."""

    type: str
    """`tool_choice`, `handoff` or `model_fallback`."""
    place: int
    """Who decided: the model call; the agent that handed over; the call that failed."""
    selected: str
    """The tool, the agent or the model; empty where it has no name."""
    options: Sequence[str] = ()
    """What could be chosen; empty: not known."""
    chosen: int | None = None
    """The span of what was selected, whose outcome is the decision's; None: it is not there."""

    @property
    def selected_index(self) -> int | None:
        """Where `selected` stands among the options; None where it does not."""
        return self.options.index(self.selected) if self.selected in self.options else None


def decisions(
    steps: Sequence[Step],
    *,
    offered: Mapping[int, Sequence[str]] | None = None,
    called: Mapping[int, Sequence[str]] | None = None,
    handoffs: Collection[int] = (),
) -> list[Decision]:
    """The decisions of one trace in order of who decided, independent of the order of the steps.

    Of model calls, by place: `offered`, the names of the tools that it was given, and `called`, those in its answer,
    empty if there are none. Where `called` does not know a call, the first tool that its agent ran between it and the
    next model call counts. (Codex' model spans begin when the answer is over, and its tools before that: give them as
    empty.) `handoffs` are places of spans whose operation is a hand-off. Linear but for sorting.
    """
    places = places_by_id(steps)
    ordered = in_order(places.values(), steps)
    callers = _callers(ordered, steps, places)
    made = [
        *_tool_choices(ordered, steps, callers, offered or {}, called or {}),
        *_handed_over(ordered, steps, callers, places, handoffs),
        *_fallbacks(ordered, steps),
    ]
    rank = {place: index for index, place in enumerate(ordered)}
    return sorted(made, key=lambda decision: rank[decision.place])


def _callers(ordered: Sequence[int], steps: Sequence[Step], places: Places) -> dict[int, bytes]:
    """Place to the id of the nearest ancestor that does work of its own; no stretch is climbed twice."""
    known: dict[bytes, bytes] = {}
    callers: dict[int, bytes] = {}
    for place in ordered:
        parent = parent_of(steps[place])
        caller = known.get(parent)
        callers[place] = _climb(parent, steps, places, known) if caller is None else caller
    return callers


def _climb(at: bytes, steps: Sequence[Step], places: Places, known: dict[bytes, bytes]) -> bytes:
    start, passed = at, dict[bytes, None]()
    while at not in known and at not in passed:
        place = places.get(at)
        if place is None or steps[place].kind not in _PASSED:
            break
        passed[at] = None
        at = parent_of(steps[place])
    at = known.get(at, at)
    known.update(dict.fromkeys(passed, at))
    known[start] = at
    return at


def _tool_choices(
    ordered: Sequence[int],
    steps: Sequence[Step],
    callers: Mapping[int, bytes],
    offered: Mapping[int, Sequence[str]],
    called: Mapping[int, Sequence[str]],
) -> Iterator[Decision]:
    for model, ran in _tools_after(ordered, steps, callers).items():
        asked = called.get(model)
        if asked is None:
            chosen = next((tool for tool in ran if steps[tool].start >= steps[model].end), None)
            if chosen is None or steps[model].failed:
                continue
            selected = steps[chosen].name
        elif asked:
            selected = asked[0]
            chosen = next((tool for tool in ran if steps[tool].name == selected), None)
        else:
            continue
        yield Decision("tool_choice", model, selected, offered.get(model, ()), chosen)


def _tools_after(ordered: Sequence[int], steps: Sequence[Step], callers: Mapping[int, bytes]) -> dict[int, list[int]]:
    """Each model call, with the tool calls that its caller began before the next one."""
    latest: dict[bytes, list[int]] = {}
    after: dict[int, list[int]] = {}
    for place in ordered:
        kind = steps[place].kind
        if kind == "model":
            latest[callers[place]] = after[place] = []
        elif kind == "tool" and callers[place] in latest:
            latest[callers[place]].append(place)
    return after


def _handed_over(
    ordered: Sequence[int],
    steps: Sequence[Step],
    callers: Mapping[int, bytes],
    places: Places,
    handoffs: Collection[int],
) -> Iterator[Decision]:
    for place in ordered:
        if place in handoffs:
            yield Decision("handoff", places.get(callers[place], place), steps[place].name, (), place)
        elif steps[place].kind == "agent":
            above = places.get(callers[place])
            if above is not None and _is_other_agent(steps[place], steps[above]):
                yield Decision("handoff", above, steps[place].name, (), place)


def _is_other_agent(below: Step, above: Step) -> bool:
    """An agent below one of the same name is the same run, seen by two instrumentations."""
    return below.kind == above.kind == "agent" and (not below.name or below.name != above.name)


def _fallbacks(ordered: Sequence[int], steps: Sequence[Step]) -> Iterator[Decision]:
    models = [place for place in ordered if steps[place].kind == "model"]
    if not any(steps[place].failed for place in models):
        return
    for children in families(models, steps).values():
        for place, following in pairwise(children):
            first, second = steps[place], steps[following]
            another = first.name and second.name and first.name != second.name
            if first.failed and another and 0 <= second.start - first.end <= FALLBACK_WITHIN_NS:
                yield Decision("model_fallback", place, second.name, (first.name, second.name), following)
