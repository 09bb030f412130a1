"""What holds for every span and log record that passes `ai_semantics`, whatever it is: laws that list what breaks
them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from spansieve.semconv import raw_mapping

from .cases import Case, plain

OWN_TYPES = {
    "spansieve.dialect": str,
    "spansieve.ai.kind": str,
    "spansieve.ai.rollup": bool,
    "spansieve.ai.input_excludes_cache": bool,
    "spansieve.ai.finish": str,
    "spansieve.ai.parallel": bool,
    "spansieve.ai.retry.attempt": int,
    "spansieve.ai.retry.recovered": bool,
    "spansieve.ai.loop.count": int,
    "spansieve.ai.batch.id": str,
    "spansieve.ai.batch.size": int,
    "spansieve.ai.batch.tools": list,
    "spansieve.ai.attempts": int,
    "spansieve.ai.approval.decision": str,
    "spansieve.ai.approval.source": str,
    "spansieve.ai.decision.type": str,
    "spansieve.ai.decision.option_count": int,
    "spansieve.ai.decision.selected_index": int,
    "spansieve.ai.decision.confidence": float,
    "spansieve.ai.decision.reasoning_hash": str,
    "spansieve.ai.decision.count": int,
    "spansieve.ai.inference.count": int,
    "spansieve.ai.prompt.producer_hash": str,
    "spansieve.ai.context.window": int,
    "spansieve.ai.context.utilization": float,
    "spansieve.cost.usd": float,
    "spansieve.error.class": str,
    "spansieve.error.source": str,
    "spansieve.error.soft": bool,
    "spansieve.original.name": str,
}
"""The attributes of our own that this processor may write, with their types (section 2)."""
STANDARD_TYPES = {
    "gen_ai.operation.name": str,
    "error.type": str,
    "http.response.status_code": int,
    "gen_ai.usage.cache_write.input_tokens": int,
    "gen_ai.retrieval.top_k": int,
}
"""Those beside the targets of the mapping."""
PYTHON_TYPES = {"string": str, "int": int, "double": float, "boolean": bool, "string[]": list, "any": object}


def broken(case: Case, before: Any, after: Any) -> Iterator[str]:  # noqa: ANN401 (a generated Span or LogRecord)
    """What of an item's laws does not hold; `before` and `after` are the item as it came and as it left."""
    yield from _lost(case, before, after)
    yield from _wrongly_added(case, before, after)
    yield from _changed_elsewhere(case, before, after)
    if case.signal == "traces" and not _carries(after, "spansieve.dialect") and before != after:
        yield "a span without dialect was changed"


def _lost(case: Case, before: Any, after: Any) -> Iterator[str]:  # noqa: ANN401
    """Values that are neither where they were nor under `spansieve.original.`."""
    left = Counter((pair.key, pair.value.SerializeToString()) for pair in after.attributes)
    for pair in before.attributes:
        value = pair.value.SerializeToString()
        kept = left[pair.key, value] or left[f"spansieve.original.{pair.key}", value]
        if not kept and not case.config.get("drop_originals"):
            yield f"lost: {pair.key}"


def _wrongly_added(case: Case, before: Any, after: Any) -> Iterator[str]:  # noqa: ANN401
    """Unknown names, wrong types, booleans that are false, content that nobody asked for, keys given twice."""
    old = Counter(pair.key for pair in before.attributes)
    added = [(pair.key, plain(pair.value)) for pair in after.attributes if pair.key not in old]
    types = _types(case)
    for key, value in added:
        wanted = types.get(key, str if key.startswith("spansieve.original.") else None)
        if wanted is None:
            yield f"not a name that may be written: {key}"
        elif wanted is not object and type(value) is not wanted:
            yield f"{key} is {value!r}, not a {wanted.__name__}"
        if key.startswith("spansieve.") and value is False:
            yield f"{key} is written though false"
        if key in _content() and not case.config.get("content"):
            yield f"{key} holds content, and `content` is off"
    for key, times in Counter(pair.key for pair in after.attributes).items():
        if times > max(1, old[key]):
            yield f"{key} stands there {times} times"


def _changed_elsewhere(case: Case, before: Any, after: Any) -> Iterator[str]:  # noqa: ANN401
    """Differences outside the attributes, but for what a case speaks of itself."""
    rest = [type(before).FromString(item.SerializeToString()) for item in (before, after)]
    for item in rest:
        item.ClearField("attributes")
        for part in ("name",) * bool(case.names) + ("status",) * bool(case.status):
            item.ClearField(part)
        for event in getattr(item, "events", ()):  # several decisions stay on their events, in names of ours
            own = [pair for pair in event.attributes if pair.key.startswith("spansieve.")]
            for pair in own:
                event.attributes.remove(pair)
    if rest[0] != rest[1]:
        yield "something beside the attributes was changed"


def _carries(item: Any, key: str) -> bool:  # noqa: ANN401
    return any(pair.key == key for pair in item.attributes)


def _types(case: Case) -> Mapping[str, type]:
    targets = {row["target"]: PYTHON_TYPES[row["type"]] for row in raw_mapping()["attributes"]}
    if case.config.get("semconv") == "dev":
        targets["gen_ai.request.top_k"] = int
    return {**targets, **STANDARD_TYPES, **OWN_TYPES}


def _content() -> set[str]:
    return {row["target"] for row in raw_mapping()["attributes"] if row.get("content")}
