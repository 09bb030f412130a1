"""CPU a span of the error predicate. Run: python -m bench.failures. Compare to `index`, in the same run.

Spans have ten attributes. `index` is the index of these, which whoever looks at them needs, and which is there already
when the predicate comes. Then spans that are no error (`plain`, with an HTTP status, with an event), and two that are.
"""

import json
from collections.abc import Callable

from bench.cpu import measure
from spansieve.failures import Rules, failure_of
from spansieve.pdata import Span, StatusCode, TraceBatch, Value
from spansieve.testing import OK, SpanSpec, otlp_request

SPANS = 512
TEN: dict[str, Value] = {f"gen_ai.key.{number}": f"value {number}" for number in range(10)}
RULES = Rules()


def _spans(spec: SpanSpec = OK, event: str = "", **more: Value) -> list[Span]:
    attributes = TEN | {key.replace("__", "."): value for key, value in more.items()}
    spans = list(TraceBatch.parse(otlp_request("agent", *[spec.with_(attributes=attributes)] * SPANS)))
    for span in spans:
        if event:
            span.add_event(event, 1, {"exception.type": "ValueError", "text": "x" * 200})
        span.attributes.raws()
    return spans


def _judge(spans: list[Span]) -> Callable[[object], object]:
    return lambda _: [failure_of(span, RULES) for span in spans]


if __name__ == "__main__":
    request = otlp_request("agent", *[OK.with_(attributes=TEN)] * SPANS)
    us = measure(
        {
            "parse": lambda _: list(TraceBatch.parse(request)),
            "parse_index": lambda _: [span.attributes.raws() for span in TraceBatch.parse(request)],
            "plain": _judge(_spans()),
            "http": _judge(_spans(http__response__status_code=200)),
            "event": _judge(_spans(event="gen_ai.choice")),
            "status": _judge(_spans(OK.with_(status=StatusCode.ERROR))),
            "exception": _judge(_spans(event="exception")),
        },
        None,
        SPANS,
    )
    index = us.pop("parse_index") - us.pop("parse")
    print(json.dumps({"us": {name: round(value, 2) for name, value in {"index": index, **us}.items()}}))
