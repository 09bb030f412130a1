"""All figures beside the peers: one table in Markdown, one JSON line. Run: python -m bench [--quick].

Below it stands a yardstick, because machines differ: what generated classes need in this process to parse a request of
512 spans and touch each attribute.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from bench import pass_through, steady
from bench.bodies import ten_attributes
from bench.cpu import measure
from bench.load import generator
from bench.table import Row, markdown


def _touch(body: bytes) -> int:
    """Parse, and read each attribute's key and the kind of its value."""
    request = ExportTraceServiceRequest.FromString(body)
    return sum(
        len(pair.key) + len(pair.value.WhichOneof("value") or "")
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
        for pair in span.attributes
    )


def _rows(*, quick: bool) -> Iterator[Row]:
    yield from pass_through.rows(share=0.3 if quick else 1.0, rounds=1 if quick else pass_through.ROUNDS)
    yield from steady.rows(seconds=2 if quick else 10)


def _main(*, quick: bool) -> None:
    rows = list(_rows(quick=quick))
    yardstick = measure({"touch": _touch}, ten_attributes(512), 512)["touch"]
    setting = {"load": generator(), "cores": os.cpu_count(), "python": platform.python_version()}
    print(markdown(rows))
    print("\nA ratio is the median of the rounds' ratios, which is steadier than the ratio of two medians.")
    print("rotel compresses with gzip whatever its flags say, so a ratio to it is given with `gzip out` alone.")
    print(f"The same run's yardstick, generated classes that parse and touch: {yardstick:.1f} us a span.")
    print("Load by {load} (steady: grpcio), {cores} cores, Python {python}.\n".format(**setting))
    print(json.dumps({**setting, "yardstick_us": yardstick, "rows": [row._asdict() for row in rows]}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: under a minute, and coarse")
    given = parser.parse_args()
    if not sys.platform.startswith("linux"):
        sys.exit("CPU and memory are read as Linux gives them: the benchmarks run there alone")
    _main(quick=given.quick)
