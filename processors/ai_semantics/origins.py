"""Where a written value is from, in words."""

from collections.abc import Callable, Mapping
from typing import Final

from spansieve.semconv.names import (
    CONTEXT_UTILIZATION,
    CONTEXT_WINDOW,
    COST,
    DIALECT,
    ERROR_CLASS,
    ERROR_SOFT,
    ERROR_SOURCE,
    ERROR_TYPE,
    FINISH,
    FINISH_REASONS,
    INPUT_TOKENS,
    KIND,
    OPERATION,
    ORIGINAL,
    PROVIDER,
    ROLLUP,
)

from .notes import Notes
from .recognise import Operation, Recogniser
from .signals import Signal

_STRUCTURE: Final = (
    "spansieve.ai.parallel",
    "spansieve.ai.batch.",
    "spansieve.ai.retry.",
    "spansieve.ai.loop.",
    ROLLUP,
)
UNTOLD: Final = "not told"


class Rules:
    """The rules by which an item was recognised."""

    def __init__(self, notes: Notes, recogniser: Recogniser) -> None:
        """Ask `recogniser` again of a log record; a span's rules are in its `notes`."""
        if notes.alikes:
            found = [alike.recognised for alike in notes.alikes]
            first = next((one for one in found if one.detected), found[0])
            self.dialect, self.detected, self.operation = first.dialect, first.detected, found[-1].operation
        elif notes.looks:
            one, rule = recogniser.recognise(notes.looks[-1].facts), notes.rule
            self.dialect, self.detected = one.dialect, one.detected
            self.operation = Operation(rule.kind, rule.op, rule=rule.where) if rule else Operation()
        else:
            self.dialect, self.detected, self.operation = "", "", Operation()


def origin_of(key: str, notes: Notes, rules: Rules, *, replaced: bool) -> str:
    """Where the value of `key` is from."""
    source = notes.source(key)
    if key in notes.lifted:
        return f"a span below: {notes.lifted[key].span_id.hex()} {notes.lifted[key].name}"
    if key.startswith(ORIGINAL):
        return f"what stood in {key.removeprefix(ORIGINAL)}"
    if replaced:
        return "its standard name" if key == PROVIDER else f"{rules.operation.rule}, which puts right what stood there"
    if source is not None:
        return source.label
    if key in notes.inherited:
        return "a span above"
    told = _TOLD.get(key)
    return (told(notes, rules) if told else "") or _by_name(key, notes) or UNTOLD


def _by_name(key: str, notes: Notes) -> str:
    if key in notes.of_events:
        return "the span's events"
    return "the spans of the request, side by side" if key.startswith(_STRUCTURE) else ""


def _signs(notes: Notes, _: Rules) -> str:
    signals = notes.verdict.signals if notes.verdict else ()
    return "; ".join(dict.fromkeys(map(sign, signals)))


def sign(signal: Signal) -> str:
    """A sign of an error, in words."""
    event = signal.event.name if signal.event is not None and signal.event.name != signal.source else ""
    key = signal.key if signal.key != signal.source else ""
    return " ".join(("soft" if signal.soft else "", signal.source, event, key)).strip().replace("  ", " ")


def _kind(notes: Notes, rules: Rules) -> str:
    if notes.verdict is not None and notes.verdict.kind:
        return "control flow raised as an exception"
    return rules.operation.rule or "a sign of an error on a record that no rule names"


def _rollup(_: Notes, rules: Rules) -> str:
    return f"{rules.operation.rule}, a roll-up" if rules.operation.usage == "rollup" else ""


_TOLD: Final[Mapping[str, Callable[[Notes, Rules], str]]] = {
    DIALECT: lambda _, rules: rules.detected,
    KIND: _kind,
    OPERATION: lambda _, rules: rules.operation.rule,
    ROLLUP: _rollup,
    FINISH: lambda *_: FINISH_REASONS,
    CONTEXT_WINDOW: lambda *_: "the model's window",
    CONTEXT_UTILIZATION: lambda *_: f"{INPUT_TOKENS} and {CONTEXT_WINDOW}",
    COST: lambda *_: "the price table",
    ERROR_CLASS: _signs,
    ERROR_SOURCE: _signs,
    ERROR_SOFT: _signs,
    ERROR_TYPE: _signs,
}
