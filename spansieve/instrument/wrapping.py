"""Functions that run inside a step: plain, async, generators, async generators. The step lasts as long as they run."""

from collections.abc import AsyncGenerator, Callable, Generator
from functools import wraps
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import Any, TypeAlias, TypeVar, cast

from .step import Step, silent

F = TypeVar("F", bound=Callable[..., Any])
NewStep: TypeAlias = Callable[[tuple[Any, ...], dict[str, Any]], Step]
"""Makes the step of one call from its arguments."""


def wrapped(function: F, new_step: NewStep) -> F:
    """`function` with a step around each call; what it is called with, gives and raises stays."""
    if isasyncgenfunction(function):
        around = _async_generator(function, new_step)
    elif isgeneratorfunction(function):
        around = _generator(function, new_step)
    elif iscoroutinefunction(function):
        around = _coroutine(function, new_step)
    else:
        around = _plain(function, new_step)
    return cast("F", wraps(function)(around))


def _plain(function: Callable[..., Any], new_step: NewStep) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        if silent():
            return function(*args, **kwargs)
        with new_step(args, kwargs) as step:
            value = function(*args, **kwargs)
            step.returned(value)
            return value

    return call


def _coroutine(function: Callable[..., Any], new_step: NewStep) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        if silent():
            return await function(*args, **kwargs)
        with new_step(args, kwargs) as step:
            value = await function(*args, **kwargs)
            step.returned(value)
            return value

    return call


# The span is current only while the generator itself runs: between two items its consumer has the floor.


def _generator(function: Callable[..., Any], new_step: NewStep) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:  # noqa: ANN401
        if silent():
            return (yield from function(*args, **kwargs))
        step = new_step(args, kwargs)
        step.begin()
        try:
            value = yield from _driven(step, function(*args, **kwargs))
        except BaseException as error:
            step.end(error)
            raise
        step.end()
        return value

    return call


def _driven(step: Step, generator: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
    move: Callable[[Any], Any] = generator.send
    given: Any = None
    while True:
        token = step.attach()
        try:
            item = move(given)
        except StopIteration as stop:
            return stop.value
        finally:
            step.detach(token)
        try:
            given, move = (yield item), generator.send
        except BaseException as error:  # GeneratorExit too: the generator decides what becomes of it
            given, move = error, generator.throw


def _async_generator(function: Callable[..., Any], new_step: NewStep) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:  # noqa: ANN401
        step = new_step(args, kwargs)
        step.begin()
        try:
            generator = function(*args, **kwargs)
            move, given = generator.asend, None
            while True:
                token = step.attach()
                try:
                    item = await move(given)
                except StopAsyncIteration:
                    break
                finally:
                    step.detach(token)
                try:
                    given, move = (yield item), generator.asend
                except BaseException as error:
                    given, move = error, generator.athrow
        except BaseException as error:
            step.end(error)
            raise
        step.end()

    return call
