"""All marks of one trace, or of the part of it that is at hand."""

from collections.abc import Iterator, Sequence
from itertools import chain

from .parallel import PARALLEL, parallel
from .repeats import loops, model_retries, tool_retries
from .rollups import rollups
from .siblings import siblings
from .step import Found, Mark, Places, Step, in_order, parent_of, places_by_id

_MODELS = frozenset({"model", "embedding"})
_MARKED = frozenset({"tool", "agent"}) | _MODELS


def marks(steps: Sequence[Step], *, max_siblings: int = 64, max_tools: int = 32) -> dict[int, Mark]:
    """What is to be written on the spans of one trace: place in `steps` to attribute to value.

    A parallel group has at most `max_siblings` calls, and at most `max_tools` of them are named on their parent. The
    answer does not depend on the order of the steps, and nothing raises, whatever they are: parents in a circle, ids
    used twice (such steps are one span, and get the same marks), no ids (nothing is said of these), any depth.
    Linear in the steps but for sorting the calls.
    """
    several = [place for place, step in enumerate(steps) if step.kind in _MARKED]
    models = [place for place in several if steps[place].kind in _MODELS]
    calls = [place for place in several if _may_be_call(steps[place])]
    found: dict[int, Mark] = {place: {PARALLEL: True} for place in calls if steps[place].parallel}
    if len(calls) < 2 and len(models) < 2:
        return found
    places = places_by_id(steps)
    whole = len(places) == len(steps)
    if not whole:
        calls, models = _standing(calls, steps, places), _standing(models, steps, places)
    together = _of_calls(calls, steps, places, max_siblings, max_tools), _of_models(models, steps, places)
    for place, key, value in chain.from_iterable(together):
        found.setdefault(place, {})[key] = value
    if not whole:
        _copy_to_twins(found, steps, places)
    return found


def _of_calls(
    calls: list[int], steps: Sequence[Step], places: Places, max_siblings: int, max_tools: int
) -> Iterator[Found]:
    calls = in_order(calls, steps)
    if _overlap(calls, steps) or len(calls) > 2:  # else there is neither a batch nor a loop
        together = {parent: members for parent, members in siblings(calls, steps, places).items() if len(members) > 1}
        yield from parallel(together, steps, places, max_siblings=max_siblings, max_tools=max_tools)
        for members in together.values():
            if len(members) > 2:
                yield from loops(members, steps)
    tools = [place for place in calls if steps[place].kind == "tool"]
    if _any_failed(tools, steps):
        yield from tool_retries(tools, steps)


def _may_be_call(step: Step) -> bool:
    """An agent without a parent was invoked by nobody."""
    return step.kind == "tool" or (step.kind == "agent" and parent_of(step) != b"")


def _overlap(calls: list[int], steps: Sequence[Step]) -> bool:
    """Whether a call, in order of start, begins before one before it has ended."""
    reach = 0
    for place in calls:
        if steps[place].start < reach:
            return True
        reach = max(reach, steps[place].end)
    return False


def _of_models(models: list[int], steps: Sequence[Step], places: Places) -> Iterator[Found]:
    yield from rollups(models, steps, places)
    if _any_failed(models, steps):
        yield from model_retries(in_order(models, steps), steps)


def _any_failed(some: Sequence[int], steps: Sequence[Step]) -> bool:
    return any(steps[place].failed for place in some)


def _standing(some: list[int], steps: Sequence[Step], places: Places) -> list[int]:
    """Those that stand for their id."""
    return [place for place in some if places.get(steps[place].span_id) == place]


def _copy_to_twins(found: dict[int, Mark], steps: Sequence[Step], places: Places) -> None:
    for place, step in enumerate(steps):
        stands = places.get(step.span_id, place)
        if stands != place and stands in found:
            found.setdefault(place, {}).update(found[stands])
