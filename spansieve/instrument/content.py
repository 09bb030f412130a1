"""What is said of content: its length and hash, and its text only where it was asked for.

Nothing here runs while no span records. What can't be read is left out: telemetry never fails the agent.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256
from inspect import signature

from opentelemetry.util.types import AttributeValue

CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
"""OpenTelemetry's switch for content: `true`, or the newer `span_only` and `span_and_event`; anything else is off."""

HASHES = "SPANSIEVE_INSTRUMENT_HASHES"
"""`false` leaves hashes out."""


def captures(chosen: bool | None) -> bool:
    """Whether text may be sent: as `chosen` for this call, else as the environment says."""
    if chosen is not None:
        return chosen
    return os.environ.get(CAPTURE, "").strip().lower() in {"true", "span_only", "span_and_event"}


def text_of(value: object) -> str | None:
    """A string as it is, anything else as JSON with sorted keys; valid UTF-8. None if it can't be written."""
    try:
        text = value if isinstance(value, str) else _json(value)
        return text.encode("utf-8", "replace").decode()  # one lone surrogate would cost the exporter its whole batch
    except Exception:  # an object of the agent's may raise anything
        return None


def digest(text: str) -> str | None:
    """The first 64 bits of SHA-256, in hex; None where hashes are switched off."""
    if os.environ.get(HASHES, "").strip().lower() == "false":
        return None
    return sha256(text.encode()).hexdigest()[:16]


def traces_of(name: str, text: str | None) -> dict[str, AttributeValue | None]:
    """`<name>Length`, in characters, and `<name>Hash`."""
    if text is None:
        return {}
    return {f"{name}Length": len(text), f"{name}Hash": digest(text)}


def present(values: Mapping[str, AttributeValue | None]) -> dict[str, AttributeValue]:
    """Those that have a value: OpenTelemetry has no None."""
    return {name: value for name, value in values.items() if value is not None}


def arguments_by_name(function: Callable[..., object]) -> Callable[[tuple[object, ...], dict[str, object]], object]:
    """What gives the arguments of a call of `function` by parameter, so that equal calls are equal however written."""
    try:
        bind = signature(function).bind
    except (TypeError, ValueError):  # some builtins have no signature
        return lambda args, kwargs: [*args, kwargs]

    def arguments(args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        try:
            named = bind(*args, **kwargs).arguments
        except TypeError:  # the call itself is about to say so
            return [*args, kwargs]
        return {name: value for name, value in named.items() if name not in {"self", "cls"}}

    return arguments


def _json(value: object) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _plain(value: object) -> object:
    """What JSON shows of an object: its fields, or only its class, since `str()` of a stranger may do anything."""
    dump = getattr(value, "model_dump", None)  # pydantic, and so what the model vendors' SDKs give
    if callable(dump):
        return dump(mode="json")
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    kind = type(value)
    return str(value) if kind.__module__.partition(".")[0] in sys.stdlib_module_names else f"<{kind.__qualname__}>"
