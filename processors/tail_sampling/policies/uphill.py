"""The spans of a trace from the leaves up, so that each comes after all that are below it."""

from collections.abc import Iterator, Sequence

from spansieve.pdata import NO_SPAN, Span


def uphill(spans: Sequence[Span]) -> Iterator[tuple[int, int | None]]:
    """Each span's place once, with its parent's, after all of its children; None: it is a root, or the parent is not
    there. A span sent twice is one, the last to end; spans in a circle are roots. Linear.
    """
    ids = [span.span_id for span in spans]
    places = _places(ids, spans)
    standing = (place for place, span_id in enumerate(ids) if places.get(span_id, place) == place)
    parents = {place: places.get(spans[place].parent_span_id) for place in standing}
    waiting = dict.fromkeys(parents, 0)
    for parent in parents.values():
        if parent is not None:
            waiting[parent] += 1
    ready = [place for place, children in waiting.items() if not children]
    for place in ready:  # grows on the way
        parent = parents[place]
        del waiting[place]
        yield place, parent
        if parent is not None:
            waiting[parent] -= 1
            if not waiting[parent]:
                ready.append(parent)
    for place in waiting:
        yield place, None


def _places(ids: Sequence[bytes], spans: Sequence[Span]) -> dict[bytes, int]:
    places = {span_id: place for place, span_id in enumerate(ids)}
    if len(places) < len(ids):
        for place, span_id in enumerate(ids):
            if spans[place].end_time_unix_nano > spans[places[span_id]].end_time_unix_nano:
                places[span_id] = place
    for nobody in NO_SPAN:
        places.pop(nobody, None)
    return places
