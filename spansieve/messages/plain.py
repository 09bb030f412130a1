"""Plain text."""

from spansieve.pdata import Value

from .given import Given, only
from .messages import for_target, said
from .parts import text


def text_reader(given: Given) -> Value:
    """One text part; one each where the attribute is an array of texts."""
    value = only(given)
    texts = value if isinstance(value, list) else [value]
    parts: list[Value] = [text(each) for each in texts if each is not None and each != ""]
    return for_target(given, [said(parts, given)] if parts else [])
