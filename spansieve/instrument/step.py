"""One span while a step of the agent runs: begun, current inside, and ended with what went wrong."""

from collections.abc import Mapping
from contextvars import Token
from types import TracebackType
from typing import Self

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Status, StatusCode
from opentelemetry.util.types import AttributeValue

from spansieve import __version__

from .content import present
from .conversation import identity
from .waiting import AsyncAsWell

tracer = trace.get_tracer("spansieve.instrument", __version__)
"""It does nothing until an SDK is set up, and finds the SDK when it is."""


def silent() -> bool:
    """Whether no SDK is set up, so that nothing can record.

    Asking the API takes 1 us (it reads the environment each time), hence the private name; without it we ask the API.
    """
    return getattr(trace, "_TRACER_PROVIDER", trace) is None


class Step(AsyncAsWell):
    """A span for `with` and `async with`; each use wants an object of its own."""

    _kind = SpanKind.INTERNAL
    _other_error = "_OTHER"  # `error.type` of a failure without an exception; the conventions' word for a type unknown
    _error: BaseException | None = None
    _token: Token[Context] | None = None
    recording = False
    """Whether anybody listens; if not, every method returns at once."""
    span: Span = INVALID_SPAN
    """For attributes of your own."""

    def __init__(self, name: str, attributes: Mapping[str, AttributeValue | None]) -> None:
        """`attributes` are those that a sampler may look at."""
        self._name = name
        self._attributes = attributes

    def fail(self, error: BaseException | str) -> None:
        """Say that the step failed: status ERROR, `error.type`, and an exception's event. An exception that leaves the
        `with` block is recorded without it.
        """
        if isinstance(error, BaseException):
            self._error = error
        if not self.recording:
            return
        kind, message = self._other_error, str(error)
        if isinstance(error, BaseException):
            kind = type(error).__qualname__
            self.span.record_exception(error)
        self.span.set_attribute("error.type", kind)
        self.span.set_status(Status(StatusCode.ERROR, message))
        self._failed(message)

    def begin(self) -> None:
        """Start the span, without making it current."""
        if silent():
            return
        self.span = tracer.start_span(self._name, kind=self._kind, attributes=present(self._attributes))
        self.recording = self.span.is_recording()
        if self.recording:
            self._set(identity())
            self._begun()

    def attach(self) -> Token[Context] | None:
        """Make the span current, a sampled-out one too, or its children would start traces of their own."""
        return None if self.span is INVALID_SPAN else context.attach(self._inside())

    def detach(self, token: Token[Context] | None) -> None:
        """Make the former span current again."""
        if token is not None:
            context.detach(token)

    def end(self, error: BaseException | None = None) -> None:
        """End the span; `error` is what ended the step. A generator that its consumer closed did not fail."""
        if self.recording:
            if error is not None and error is not self._error and not isinstance(error, GeneratorExit):
                self.fail(error)
            self._ending()
        self.span.end()

    def returned(self, value: object) -> None:
        """A decorated function returned `value`."""

    def __enter__(self) -> Self:
        """Begin the span and make it current."""
        self.begin()
        self._token = self.attach()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the span; an exception goes on."""
        self.detach(self._token)
        self.end(error)

    def _inside(self) -> Context:
        return trace.set_span_in_context(self.span)

    def _set(self, values: Mapping[str, AttributeValue | None]) -> None:
        if known := present(values):
            self.span.set_attributes(known)

    def _add_event(self, name: str, values: Mapping[str, AttributeValue | None]) -> None:
        self.span.add_event(name, present(values))

    def _begun(self) -> None:
        """The span records and has begun."""

    def _failed(self, message: str) -> None:
        """The step failed."""

    def _ending(self) -> None:
        """The span records and is about to end."""
