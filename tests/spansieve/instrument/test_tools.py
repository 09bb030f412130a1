"""tool and parallel_tools: what a recording SDK sees."""

import asyncio
import inspect
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from spansieve.instrument import agent, parallel_tools, tool

from .conftest import Spans, attributes, digest, events


@tool
def weather(city: str, days: int = 1) -> dict[str, object]:
    """Tell the weather."""
    return {"city": city, "days": days}


@tool("search")
async def look_up(query: str) -> list[str]:
    await asyncio.sleep(0)
    return [query]


@tool(tool_type="datastore", description="Reads lines.")
def lines(count: int) -> Iterator[int]:
    yield from range(count)


# What mypy is asked: a decorated function keeps its signature.
_weather: Callable[[str, int], dict[str, object]] = weather
_look_up: Callable[[str], Coroutine[Any, Any, list[str]]] = look_up
_lines: Callable[[int], Iterator[int]] = lines


def test_a_decorated_function_is_a_tool_call_by_its_own_name(spans: Spans) -> None:
    assert weather("Paris", days=2) == {"city": "Paris", "days": 2}

    span = spans.one()
    assert (span.name, span.kind, span.status.status_code) == (
        "execute_tool weather",
        SpanKind.INTERNAL,
        StatusCode.UNSET,
    )
    assert attributes(span) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "weather",
        "gen_ai.tool.type": "function",
        "spansieve.ai.tool.args_hash": digest('{"city":"Paris","days":2}'),
    }
    assert events(span) == {
        "tool.start": {"paramsLength": 25},
        "tool.complete": {"resultLength": 25, "resultHash": digest('{"city":"Paris","days":2}')},
    }


def test_equal_calls_have_equal_hashes_however_they_are_written(spans: Spans) -> None:
    weather("Paris", 1)
    weather(days=1, city="Paris")
    weather("Rome", 1)
    first, second, third = (attributes(span)["spansieve.ai.tool.args_hash"] for span in spans.all())
    assert first == second != third


def test_a_coroutine_stays_one_and_its_span_is_current_inside(spans: Spans) -> None:
    @tool(name="nested")
    async def nested() -> str:
        await look_up("x")
        return "y"

    assert inspect.iscoroutinefunction(nested)
    assert asyncio.run(nested()) == "y"
    assert spans.parent("execute_tool search") == "execute_tool nested"


def test_what_it_was_before_stays_readable() -> None:
    assert weather.__doc__ == "Tell the weather."
    assert list(inspect.signature(weather).parameters) == ["city", "days"]


def test_a_method_is_called_without_saying_who_it_belongs_to(spans: Spans) -> None:
    class Desk:
        @tool(capture_content=True)
        def open(self, ticket: int) -> None: ...

    Desk().open(7)
    assert attributes(spans.one())["gen_ai.tool.call.arguments"] == '{"ticket":7}'


def test_a_call_that_python_refuses_and_a_function_without_signature_are_tools_too(spans: Spans) -> None:
    with pytest.raises(TypeError, match="unexpected keyword"):
        weather("Paris", nights=2)  # type: ignore[call-arg]
    assert tool(max)(1, 2) == 2

    refused, biggest = spans.all()
    assert attributes(refused)["error.type"] == "TypeError"
    assert attributes(biggest)["spansieve.ai.tool.args_hash"] == digest("[1,2,{}]")


def test_an_exception_is_recorded_and_goes_on(spans: Spans) -> None:
    @tool
    def broken() -> None:
        raise ValueError("no such city")

    with pytest.raises(ValueError, match="no such city"):
        broken()

    span = spans.one()
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "no such city")
    assert attributes(span)["error.type"] == "ValueError"
    assert list(events(span)) == ["tool.start", "exception", "tool.error"]
    assert events(span)["tool.error"] == {"error": "no such city"}


def test_a_cancelled_tool_is_an_error_of_that_type(spans: Spans) -> None:
    @tool
    async def slow() -> None:
        await asyncio.Event().wait()

    async def main() -> None:
        task = asyncio.ensure_future(slow())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert attributes(spans.one())["error.type"] == "CancelledError"


def test_a_block_says_what_it_is_called_with_what_it_gave_and_how_it_failed(spans: Spans) -> None:
    with tool("search", arguments={"query": "x"}, call_id="call_1") as good:
        assert good.result(["a"]) == ["a"]
        good.span.set_attribute("mine", 1)
    with tool("search", arguments={"query": "x"}) as bad:
        bad.fail("nothing found")

    first, second = spans.all()
    assert attributes(first)["gen_ai.tool.call.id"] == "call_1"
    assert attributes(first)["mine"] == 1
    assert attributes(first)["spansieve.ai.tool.args_hash"] == attributes(second)["spansieve.ai.tool.args_hash"]
    assert list(events(first)) == ["tool.start", "tool.complete"]
    assert list(events(second)) == ["tool.start", "tool.error"]
    assert attributes(second)["error.type"] == "tool_error"
    assert second.status.status_code is StatusCode.ERROR


def test_an_error_that_was_told_and_then_raised_is_recorded_once(spans: Spans) -> None:
    error = KeyError("x")
    with suppress(KeyError), tool("search") as call:
        call.fail(error)
        raise error
    assert list(events(spans.one())) == ["tool.start", "exception", "tool.error"]


def test_async_with_does_the_same(spans: Spans) -> None:
    async def main() -> None:
        async with tool("search"):
            await look_up("x")

    asyncio.run(main())
    assert len(spans.all()) == 2


# --- generators


def test_a_generator_is_open_while_it_runs_and_its_consumer_is_outside(spans: Spans) -> None:
    @tool
    def stream() -> Iterator[str]:
        weather("Paris")
        yield "a"
        weather("Rome")

    for _ in stream():
        assert not trace.get_current_span().is_recording()
        assert spans.names() == ["execute_tool weather"]

    assert sorted(spans.names()) == ["execute_tool stream", "execute_tool weather", "execute_tool weather"]
    assert len({span.context.trace_id for span in spans.all() if span.context}) == 1


def test_a_generator_keeps_what_send_throw_and_return_do(spans: Spans) -> None:
    said: list[object] = []

    @tool
    def talk() -> Any:  # noqa: ANN401
        said.append((yield 1))
        try:
            yield 2
        except KeyError as error:
            said.append(error.args)
        yield 3
        return "end"

    talking = talk()
    assert [next(talking), talking.send("hello"), talking.throw(KeyError("k"))] == [1, 2, 3]
    with pytest.raises(StopIteration) as stopped:
        next(talking)
    assert stopped.value.value == "end"
    assert said == ["hello", ("k",)]
    assert spans.one().status.status_code is StatusCode.UNSET


def test_a_consumer_that_has_enough_is_no_failure(spans: Spans) -> None:
    closed: list[bool] = []

    @tool
    def stream() -> Iterator[int]:
        try:
            yield from range(10)
        finally:
            closed.append(True)

    running = stream()
    next(running)
    running.close()  # type: ignore[attr-defined]
    assert closed == [True]
    assert list(events(spans.one())) == ["tool.start", "tool.complete"]


def test_a_generator_that_raises_is_a_failed_tool(spans: Spans) -> None:
    @tool
    def stream() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(stream())
    assert attributes(spans.one())["error.type"] == "OSError"


@pytest.mark.parametrize("enough", [False, True])
def test_an_async_generator_is_the_same(spans: Spans, enough: bool) -> None:
    @tool
    async def stream() -> AsyncIterator[int]:
        await look_up("x")
        for number in range(3):
            yield number

    async def main() -> list[int]:
        found = []
        running = stream()
        async for number in running:
            assert not trace.get_current_span().is_recording()
            found.append(number)
            if enough:
                break
        await running.aclose()  # type: ignore[attr-defined]
        return found

    assert inspect.isasyncgenfunction(stream)
    assert asyncio.run(main()) == ([0] if enough else [0, 1, 2])
    assert spans.parent("execute_tool search") == "execute_tool stream"
    assert list(events(spans.named("execute_tool stream"))) == ["tool.start", "tool.complete"]


def test_an_async_generator_that_raises_or_is_thrown_into_fails(spans: Spans) -> None:
    @tool
    async def stream() -> AsyncIterator[int]:
        yield 1

    async def main() -> None:
        running: Any = stream()
        await running.asend(None)
        with pytest.raises(KeyError):
            await running.athrow(KeyError("x"))

    asyncio.run(main())
    assert attributes(spans.one())["error.type"] == "KeyError"


# --- content


def test_content_leaves_only_where_the_environment_or_the_call_says_so(
    spans: Spans, monkeypatch: pytest.MonkeyPatch
) -> None:
    @tool(capture_content=False)
    def secret(word: str) -> str:
        return word

    weather("Paris")
    monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "True")
    weather("Paris")
    secret("s3cret")

    silent, speaking, never = (attributes(span) for span in spans.all())
    assert "Paris" not in json.dumps(silent)
    assert "s3cret" not in json.dumps(never)
    assert speaking["gen_ai.tool.call.arguments"] == '{"city":"Paris"}'
    assert speaking["gen_ai.tool.call.result"] == '{"city":"Paris","days":1}'


def test_hashes_can_be_switched_off(spans: Spans, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPANSIEVE_INSTRUMENT_HASHES", "false")
    weather("Paris")
    assert "spansieve.ai.tool.args_hash" not in attributes(spans.one())
    assert events(spans.one()) == {"tool.start": {"paramsLength": 16}, "tool.complete": {"resultLength": 25}}


@dataclass
class Place:
    name: str


class Stranger:
    def __str__(self) -> str:
        raise AssertionError("asked for its text")

    __repr__ = __str__


class Broken:
    def model_dump(self, mode: str) -> None:
        raise RuntimeError(mode)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        (Place("Rome"), '{"name":"Rome"}'),
        ({"b": 1, "a": Stranger()}, '{"a":"<Stranger>","b":1}'),
        (2 + 1j, '"(2+1j)"'),
        ("half \ud800", "half ?"),
        (Broken(), None),
        ({1: 1, "a": 2}, None),
    ],
)
def test_whatever_a_tool_gives_it_is_told_or_left_out(spans: Spans, value: object, text: str | None) -> None:
    with tool("any", capture_content=True) as call:
        assert call.result(value) is value
    assert attributes(spans.one()).get("gen_ai.tool.call.result") == text


# --- batches


def test_threads_of_a_batch_are_its_parallel_tools(spans: Spans) -> None:
    together = threading.Barrier(2, timeout=10)

    def both(city: str) -> dict[str, object]:
        together.wait()
        return weather(city)

    with agent("guide"), parallel_tools() as batch:
        found = batch.run(partial(both, "Rome"), partial(both, "Oslo"))

    assert [one["city"] for one in found] == ["Rome", "Oslo"]
    assert attributes(spans.named("tools.parallel_batch")) == {"batch.size": 2, "batch.tools": ("weather", "weather")}
    assert spans.parent("tools.parallel_batch") == "invoke_agent guide"
    calls = [span for span in spans.all() if span.name == "execute_tool weather"]
    assert [attributes(span)["tool.parallel"] for span in calls] == [True, True]


def test_tasks_of_a_batch_are_too_and_a_tool_within_a_tool_is_not(spans: Spans) -> None:
    @tool
    async def outer(city: str) -> None:
        weather(city)

    async def main() -> None:
        async with parallel_tools("outer", "search"):
            await asyncio.gather(outer("Rome"), look_up("x"))
        await look_up("y")

    asyncio.run(main())
    marked = {span.name: attributes(span).get("tool.parallel") for span in spans.all()[:-1]}
    assert marked == {
        "tools.parallel_batch": None,
        "execute_tool outer": True,
        "execute_tool search": True,
        "execute_tool weather": None,
    }
    assert attributes(spans.named("tools.parallel_batch"))["batch.tools"] == ("outer", "search")
    assert "tool.parallel" not in attributes(spans.all()[-1])


def test_a_batch_raises_what_its_first_failure_raised_once_all_have_ended(spans: Spans) -> None:
    done: list[str] = []

    @tool
    def broken() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"), parallel_tools() as batch:
        batch.run(broken, lambda: done.append("other"))
    assert done == ["other"]
    assert spans.named("tools.parallel_batch").status.status_code is StatusCode.ERROR


def test_an_empty_batch_has_size_none_at_all(spans: Spans) -> None:
    with parallel_tools() as batch:
        assert batch.run() == []
    assert attributes(spans.one()) == {"batch.size": 0, "batch.tools": ()}
