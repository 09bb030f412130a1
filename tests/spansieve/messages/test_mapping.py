"""The readers are those that `mapping.yaml` names."""

from collections.abc import Iterator
from typing import Any

from spansieve.messages import READERS
from spansieve.semconv import raw_mapping


def used(rules: Any) -> Iterator[str]:  # noqa: ANN401
    """The transforms in `rules`, at any depth."""
    if isinstance(rules, dict):
        yield from ([rules["transform"]] if isinstance(rules.get("transform"), str) else [])
        rules = list(rules.values())
    for rule in rules if isinstance(rules, list) else []:
        yield from used(rule)


def test_every_reader_of_the_mapping_is_there_and_no_other() -> None:
    mapping = raw_mapping()
    named = {name for name in mapping["readers"] if name != "finish_reason_missing"}
    asked = {transform.removeprefix("messages:") for transform in used(mapping) if transform.startswith("messages:")}
    assert set(READERS) == named
    assert asked <= named
