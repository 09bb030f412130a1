"""What `spansieve.instrument` costs: ns a call without an SDK, beside a bare call, and with one that records (spans are
made and thrown away). Run: python -m bench.instrument. Compare within one line.
"""

import json
from collections.abc import Callable

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from bench.cpu import measure
from spansieve.instrument import decision, model_call, tool

CALLS = 100
ARGUMENTS = {"city": "Paris", "days": 2}
PROMPT = [{"role": "user", "content": "What is the weather in Paris? " * 100}]
tracer = trace.get_tracer("bench")


def _bare(city: str) -> str:
    return city


_decorated = tool(_bare)


def _api(city: str) -> str:
    with tracer.start_as_current_span("execute_tool"):
        return city


def _block(city: str) -> str:
    with tool("weather", arguments=ARGUMENTS):
        return city


def _model(_city: str) -> None:
    with model_call("gpt-4o", provider="openai", prompt=PROMPT, temperature=0.2) as call:
        call.usage(input=1200, output=30)
        call.finish("stop")


def _decision(_city: str) -> None:
    decision("tool", ["weather", "search"], "weather", confidence=0.9, reasoning="They ask for the weather.")


def _many(function: Callable[[str], object]) -> Callable[[object], None]:
    def run(_given: object) -> None:
        for _ in range(CALLS):
            function("Paris")

    return run


CANDIDATES = {
    "bare call": _many(_bare),
    "the API's own with": _many(_api),
    "@tool": _many(_decorated),
    "with tool": _many(_block),
    "with model_call, 3 kB prompt": _many(_model),
    "decision": _many(_decision),
}


def _figures() -> dict[str, int]:
    return {name: round(us * 1000) for name, us in measure(CANDIDATES, None, CALLS).items()}


if __name__ == "__main__":
    print(json.dumps({"ns a call, no SDK": _figures()}))
    trace.set_tracer_provider(TracerProvider())
    print(json.dumps({"ns a call, recording": _figures()}))
