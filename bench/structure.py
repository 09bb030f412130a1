"""CPU a span of `spansieve.structure.marks`. Run: python -m bench.structure. Compare the ratios to `steps`.

`steps` makes the steps and nothing else. Beside the calls that its name tells, a trace has plumbing, twelve spans in
all, as agents that trace their frameworks send; `wide` is one agent with 510 tool calls, each beside the next.
"""

import json

from bench.cpu import measure
from spansieve.structure import Step, marks

PLUMBING = [("", 1, 10)] * 12
AGENT = ("agent", 0, 100)
MODEL = ("model", 1, 10)
TOOL = ("tool", 1, 10)

TRACES = {
    "plumbing": PLUMBING,
    "model_tool": [AGENT, MODEL, TOOL, *PLUMBING[3:]],
    "models": [MODEL, MODEL, *PLUMBING[2:]],
    "batch": [AGENT, TOOL, TOOL, *PLUMBING[3:]],
    "wide": [AGENT, *[TOOL] * 510],
}
"""Spans by kind, number of the parent (1 is the first, 0 none), duration in nanoseconds."""


def _steps(spans: list[tuple[str, int, int]]) -> list[Step]:
    """Each starts 5 ns after the one before."""
    return [
        Step(place.to_bytes(8, "big"), parent.to_bytes(8, "big"), place * 5, place * 5 + took, kind, "name", "digest")
        for place, (kind, parent, took) in enumerate(spans, 1)
    ]


def _measured(spans: list[tuple[str, int, int]]) -> dict[str, float]:
    steps = _steps(spans)
    return measure({"steps": lambda _: _steps(spans), "marks": lambda _: marks(steps)}, None, len(spans))


if __name__ == "__main__":
    for name, spans in TRACES.items():
        us = _measured(spans)
        rounded = {each: round(value, 3) for each, value in us.items()}
        ratio = round(us["marks"] / us["steps"], 2)
        print(json.dumps({"trace": name, "items": len(spans), "us": rounded, "ratio": ratio}))
