"""Whose request it is: user and thread travel as baggage, so that spans of every service on the way can bear them."""

from contextvars import Token
from types import TracebackType
from typing import Self

from opentelemetry import baggage, context
from opentelemetry.context import Context
from opentelemetry.util.types import AttributeValue

from .waiting import AsyncAsWell

USER = "user.id"
THREAD = "gen_ai.conversation.id"


class Conversation(AsyncAsWell):
    """The part of a program that serves one user's thread; `with` or `async with`."""

    def __init__(self, carried: dict[str, str]) -> None:
        """`carried`: baggage by key."""
        self._carried = carried
        self._token: Token[Context] | None = None

    def __enter__(self) -> Self:
        """Put it into the baggage."""
        current = context.get_current()
        for key, value in self._carried.items():
            current = baggage.set_baggage(key, value, current)
        self._token = context.attach(current)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the former baggage back."""
        if self._token is not None:
            context.detach(self._token)


def conversation(*, user: str | None = None, thread: str | None = None) -> Conversation:
    """Give every span of these helpers inside `user.id` and `gen_ai.conversation.id`, and send both on as baggage.

    Instrumented clients write baggage into the headers of every call, calls of model vendors included: give a
    pseudonym where that matters.
    """
    return Conversation({key: value for key, value in ((USER, user), (THREAD, thread)) if value is not None})


def identity() -> dict[str, AttributeValue]:
    """The attributes that the current baggage gives."""
    carried = baggage.get_all()
    return {key: str(carried[key]) for key in (USER, THREAD) if key in carried}
