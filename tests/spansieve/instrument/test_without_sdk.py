"""Without an SDK: what is imported, and that nothing is done."""

import subprocess
import sys

IMPORTS = """
import sys
from opentelemetry import baggage, context, trace

before = set(sys.modules)
import spansieve.instrument

added = {name for name in set(sys.modules) - before if name.partition(".")[0] not in sys.stdlib_module_names}
print(sorted(name for name in added if not name.startswith("spansieve.instrument")))
print([name for name in ("opentelemetry.sdk", "pydantic", "grpc", "google.protobuf", "yaml") if name in sys.modules])
"""

SILENCE = """
import asyncio
import inspect

from opentelemetry import context, trace

from spansieve.instrument import agent, conversation, decision, model_call, parallel_tools, tool


class Untouchable:
    def __getattribute__(self, name):
        raise AssertionError(name)


@tool
def plain(value):
    return value


@tool("other")
async def coroutine(value):
    return value


@tool(description="x")
def generator(value):
    yield value
    return value


@agent("a")
async def stream(value):
    yield value


async def main():
    async with conversation(user="u"), agent("a"), parallel_tools() as batch:
        assert await coroutine(thing) is thing
        assert [one async for one in stream(thing)] == [thing]
        assert batch.run(lambda: 1, lambda: 2) == [1, 2]


thing = Untouchable()
start = context.get_current()
assert plain(thing) is thing
assert list(generator(thing)) == [thing]
asyncio.run(main())
with tool("x", arguments=thing) as call:
    assert context.get_current() is start
    assert call.result(thing) is thing
    call.fail("no")
with model_call("m", prompt=thing) as call:
    call.usage(input=1)
    call.first_token()
    call.response(id="x")
    call.finish("stop", output=thing)
decision("x", thing, 0, reasoning=thing)
assert not call.recording
assert not call.span.is_recording()
try:
    with tool("x"):
        raise KeyError
except KeyError:
    print("silent")
"""


def run(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_imports_the_api_package_and_nothing_else() -> None:
    added, heavy = run(IMPORTS).splitlines()
    assert added == "['spansieve']"
    assert heavy == "[]"


def test_nothing_is_read_hashed_or_made_current() -> None:
    assert run(SILENCE) == "silent\n"
