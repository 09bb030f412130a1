"""Model spans that repeat what those below them report: two instrumentations of one call, one around the other.

Source: `operations.structural_rollup` in `spansieve/semconv/mapping.yaml`: the outer span is a roll-up if a descendant
of the same kind carries token counts, whether it carries any itself or not.
"""

from collections.abc import Iterator, Sequence

from .step import Found, Places, Step, parent_of

ROLLUP = "spansieve.ai.rollup"


def rollups(models: Sequence[int], steps: Sequence[Step], places: Places) -> Iterator[Found]:
    """Marks of the outer spans; `models` are of kind model and embedding. No stretch is climbed twice for one kind."""
    for kind in ("model", "embedding"):
        climbed: set[int] = set()
        for place in models:
            if steps[place].kind == kind and steps[place].usage:
                yield from _above(place, steps, places, climbed)


def _above(place: int, steps: Sequence[Step], places: Places, climbed: set[int]) -> Iterator[Found]:
    kind = steps[place].kind
    at = places.get(parent_of(steps[place]))
    while at is not None and at not in climbed:
        climbed.add(at)
        if steps[at].kind == kind:
            yield at, ROLLUP, True
        at = places.get(steps[at].parent_span_id)
