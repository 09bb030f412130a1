"""What of an alert leaves the program: its texts are scrubbed once more, as plain text, and its stack is cut."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from spansieve.failures import ErrorContext
from spansieve.failures.details import ends

from .record import Alert

MAX_STACK_BYTES: Final = 4 * 1024
WITHHELD: Final = "<withheld>"
"""What takes the place of a text that can't be scrubbed."""

Scrub = Callable[[str, bytes], str]
"""What `Host.scrub` does: a text of a trace (its id), scrubbed."""


def shown(alert: Alert, scrub: Scrub | None = None) -> Alert:
    """`alert` as it may leave: message, stack and template went through `scrub`, and the stack is at most 4 KiB. A text
    for which `scrub` raises is withheld.
    """
    pattern, example = alert.pattern, alert.example
    trace_id = example.trace_id if example is not None else b""
    if pattern is not None and scrub is not None:
        pattern = replace(pattern, template=scrubbed(pattern.template, trace_id, scrub))
    if example is not None:
        example = _example(example, scrub)
    return replace(alert, pattern=pattern, example=example)


def _example(example: ErrorContext, scrub: Scrub | None) -> ErrorContext:
    message, stack = example.message, example.stack
    if scrub is not None:
        message = scrubbed(message, example.trace_id, scrub)
        stack = scrubbed(stack, example.trace_id, scrub)  # before it is cut: half a secret is not recognised
    return example._replace(message=message, stack=ends(stack, MAX_STACK_BYTES))


def scrubbed(text: str, trace_id: bytes, scrub: Scrub) -> str:
    """`text` of a trace as it may leave; withheld if `scrub` raises."""
    if not text:
        return text
    try:
        return scrub(text, trace_id)
    except Exception:  # whatever it is, the text does not leave
        return WITHHELD
