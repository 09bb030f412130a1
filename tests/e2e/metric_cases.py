"""Cases of the numbers about agents, in YAML: what is sent, and the series, events and alerts that come of it.

`tests/fixtures/metrics/README.md` says how a case is written.
"""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spansieve.pdata import Signal
from tests.captures import REQUESTS, as_protobuf, signal_of

from .metric_otlp import Case, logs, metrics, traces

FIXTURES = Path(__file__).parents[1] / "fixtures"
FOLDER = FIXTURES / "metrics"


class Request(NamedTuple):
    """What is sent `at` seconds after the start."""

    at: float
    signal: Signal
    body: bytes


def cases(*names: str) -> list[Case]:
    """Those of files in the folder of fixtures; each of the `ways` of a case is one, under a service of its own."""
    found: list[Case] = []
    for name in names:
        for case in yaml.safe_load((FOLDER / name).read_text()):
            ways = case.get("ways", ["as it is"])
            found += [
                {**case, "file": name, "way": way, "service": _slug(f"{name} {case['title']} {way}")} for way in ways
            ]
    return found


def _slug(text: str) -> str:
    return f"svc-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def requests(case: Case, now_ns: int) -> list[Request]:
    """What a case sends; times of spans count from `now_ns`."""
    steps = case.get("send") or [case]
    made = [one for step in steps for one in _of_step(step, case, now_ns)]
    way = case["way"]
    if way == "twice":
        made = made + made
    elif way != "as it is":
        made = [one for request in made for one in _split(request)]
        if way == "backwards":
            made.reverse()
        elif way == "shuffled":
            random.Random(case["title"]).shuffle(made)
    return sorted(made, key=lambda one: one.at)


def _of_step(step: Case, case: Case, now_ns: int) -> Iterator[Request]:
    at = float(step.get("at", 0))
    if "capture" in step:
        folder = next(path for place in ("captures", "agents") if (path := FIXTURES / place / step["capture"]).is_dir())
        for file in sorted(folder.glob("[0-9]*")):
            yield Request(at, signal_of(file), _adopted(signal_of(file), as_protobuf(file), case["service"]))
    if "spans" in step:
        yield Request(at, "traces", traces(step["spans"], case, now_ns))
    if "logs" in step:
        yield Request(at, "logs", logs(step["logs"], case, now_ns))
    if "metrics" in step:
        yield Request(at, "metrics", metrics(step["metrics"], case, now_ns))


def _adopted(signal: Signal, body: bytes, service: str) -> bytes:
    """A captured request under another service and other ids, the same ones wherever they stood."""
    request = REQUESTS[signal].FromString(body)
    part = "spans" if signal == "traces" else signal
    for group in getattr(request, f"resource_{part}"):
        kept = [pair for pair in group.resource.attributes if pair.key != "service.name"]
        del group.resource.attributes[:]
        group.resource.attributes.extend(kept)
        group.resource.attributes.add(key="service.name").value.string_value = service
        for scope in getattr(group, f"scope_{part}"):
            for item in () if signal == "metrics" else getattr(scope, "log_records" if signal == "logs" else "spans"):
                for field in ("trace_id", "span_id", "parent_span_id"):
                    if getattr(item, field, b""):
                        setattr(item, field, _other(getattr(item, field), service))
    return bytes(request.SerializeToString())


def _other(identity: bytes, service: str) -> bytes:
    return hashlib.sha256(service.encode() + identity).digest()[: len(identity)]


def _split(request: Request) -> Iterator[Request]:
    """A request for each span; others as they are."""
    if request.signal != "traces":
        yield request
        return
    whole = ExportTraceServiceRequest.FromString(request.body)
    for group in whole.resource_spans:
        for scope in group.scope_spans:
            for span in scope.spans:
                one = ExportTraceServiceRequest()
                to = one.resource_spans.add(resource=group.resource).scope_spans.add(scope=scope.scope)
                to.spans.add().CopyFrom(span)
                yield Request(request.at, "traces", one.SerializeToString())
