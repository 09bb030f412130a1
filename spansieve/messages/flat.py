"""Lists that were flattened into attribute keys: `llm.input_messages.0.message.role`."""

from collections.abc import Mapping

from spansieve.pdata import Value

_MAX_DIGITS = 9
"""A number of more digits is no index."""


def indexed(values: Mapping[str, Value], prefix: str) -> list[dict[str, Value]]:
    """The entries of the list at `prefix`, in the order of their numbers; gaps close up. An entry maps what stands
    behind its number to the value: `{"message.role": "user"}`; `""` is the number alone.
    """
    entries: dict[int, dict[str, Value]] = {}
    start = f"{prefix}."
    for key, value in values.items():
        if key.startswith(start):
            number, _, rest = key[len(start) :].partition(".")
            if number.isascii() and number.isdigit() and len(number) <= _MAX_DIGITS:
                entries.setdefault(int(number), {})[rest] = value
    return [entries[number] for number in sorted(entries)]
