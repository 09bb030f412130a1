"""CPU a span of conditions and statements beside an empty processor. Run: python -m bench.ottl. Compare the ratios.

Spans are those of `bench.pdata`: 10 attributes, 512 a request. No row drops anything, so what it costs is asking.
"""

from collections.abc import Callable

from bench.cpu import compare
from bench.pdata import request
from spansieve.pdata import TraceBatch
from spansieve.processors.filter import Filter, FilterConfig
from spansieve.processors.transform import Transform, TransformConfig
from spansieve.testing import FakeHost

CONDITIONS = {
    "filter_name": ['span.name == "GET /health"'],
    "filter_is_match": ['IsMatch(span.name, "^(GET|HEAD) /health")'],
    "filter_attribute": ['span.attributes["http.route"] == "/health"'],
    "filter_typical": [
        'span.kind == SPAN_KIND_SERVER and span.attributes["url.path"] == "/health"',
        'resource.attributes["service.name"] == "probe"',
        'IsMatch(span.name, "^codex_|append_items$") and span.attributes["gen_ai.operation.name"] == nil',
    ],
}
STATEMENTS = {
    "transform_set": ['set(span.attributes["team"], "desk")'],
    "transform_typical": [
        'set(span.attributes["model"], span.attributes["gen_ai.request.model"]) where span.kind == SPAN_KIND_CLIENT',
        'delete_key(span.attributes, "thread.id")',
        "truncate_all(span.attributes, 4096)",
    ],
}


def _filter(conditions: list[str]) -> Callable[[TraceBatch], object]:
    return Filter(FilterConfig.model_validate({"trace_conditions": conditions}), FakeHost()).traces


def _transform(statements: list[str]) -> Callable[[TraceBatch], object]:
    return Transform(TransformConfig.model_validate({"trace_statements": statements}), FakeHost()).traces


if __name__ == "__main__":
    compare(
        {"empty": lambda batch: batch.retain(lambda _: True)}
        | {name: _filter(conditions) for name, conditions in CONDITIONS.items()}
        | {name: _transform(statements) for name, statements in STATEMENTS.items()},
        request(0),
    )
