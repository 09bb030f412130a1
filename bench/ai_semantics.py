"""CPU a span of `ai_semantics`. Run: python -m bench.ai_semantics [--profile]. Compare `added` with `generated`.

Spans of ten attributes, 512 a request, and the captured requests of real agents. `added` is what tagging costs beside
parsing, making the views and encoding; caches are warm. One JSON line a body; `generated` is the yardstick: parsing
with protobuf's own classes and touching every attribute.
"""

import cProfile
import json
import pstats
import sys
from collections.abc import Callable

from bench.bodies import capture, ten_attributes
from bench.cpu import measure
from bench.pdata import generated_touch
from bench.sink import count_spans
from spansieve.cycles import settle
from spansieve.pdata import TraceBatch
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost

CAPTURED = (
    "openai_semconv/004.traces.pb",
    "openai_traceloop/001.traces.pb",
    "pydantic_ai/002.traces.pb",
    "langchain_openinference/001.traces.pb",
    "codex/001.traces.pb",
)


def through(work: Callable[[TraceBatch], object]) -> Callable[[bytes], None]:
    """Parse, work, encode."""

    def run(body: bytes) -> None:
        batch = TraceBatch.parse(body)
        work(batch)
        batch.encode()

    return run


def views(batch: TraceBatch) -> None:
    """Make the views."""
    iter(batch)


def index(batch: TraceBatch) -> None:
    """Make the views, and the index of each span's attributes, which every processor behind has as well."""
    for span in batch:
        _ = span.attributes.raws()


def row(name: str, body: bytes, tag: Callable[[TraceBatch], None]) -> None:
    """Measure and print one body."""
    spans = count_spans(body)
    candidates = {
        "views": through(views),
        "index": through(index),
        "tagged": through(tag),
        "generated": generated_touch,
    }
    us = {key: round(value, 2) for key, value in measure(candidates, body, spans).items()}
    found = {"body": name, "spans": spans, "bytes_a_span": len(body) // spans, "us": us}
    found["added"] = round(us["tagged"] - us["views"], 2)
    found["added_to_index"] = round(us["tagged"] - us["index"], 2)
    print(json.dumps(found))


def _profile(body: bytes, tag: Callable[[TraceBatch], None]) -> None:
    batches = [TraceBatch.parse(body) for _ in range(200)]
    with cProfile.Profile() as profile:
        for batch in batches:
            tag(batch)
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def main() -> None:
    """Measure."""
    tag = AiSemantics(AiSemanticsConfig(), FakeHost()).traces
    settle()  # as the program does
    bodies = {"ten attributes": ten_attributes(512)}
    bodies |= {name: body for name in CAPTURED if (body := capture(name)) is not None}
    for name, body in bodies.items():
        row(name, body, tag)
        if "--profile" in sys.argv:
            _profile(body, tag)


if __name__ == "__main__":
    main()
