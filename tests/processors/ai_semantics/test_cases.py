"""ai_semantics: the cases of `tests/fixtures/semantics`, each read off the document, and the laws that hold for all."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from spansieve.pdata import LogBatch, TraceBatch
from spansieve.processors.ai_semantics import AiSemantics, AiSemanticsConfig
from spansieve.testing import FakeHost

from .cases import Case, cases, plain
from .laws import broken

CASES = list(cases())


@cache
def processor_of(config: str) -> AiSemantics:
    """A processor of this configuration (JSON); one for all cases that want it, since it is stateless."""
    return AiSemantics(AiSemanticsConfig.model_validate_json(config), FakeHost())


def through(case: Case, body: bytes) -> bytes:
    """What leaves when `body` comes in."""
    processor = processor_of(json.dumps(case.config, sort_keys=True))
    if case.signal == "traces":
        spans = TraceBatch.parse(body)
        processor.traces(spans)
        return spans.encode()
    records = LogBatch.parse(body)
    processor.logs(records)
    return records.encode()


def scope_of(request: Any) -> Any:  # noqa: ANN401 (a generated request)
    """Its only ScopeSpans or ScopeLogs."""
    [part] = getattr(request, "resource_spans", None) or request.resource_logs
    [scope] = getattr(part, "scope_spans", None) or part.scope_logs
    return scope


def items(request: Any) -> list[Any]:  # noqa: ANN401 (a generated request)
    """Its spans or log records."""
    scope = scope_of(request)
    return list(getattr(scope, "spans", None) or scope.log_records)


def differences(expected: Mapping[str, Any], before: Any, after: Any) -> list[str]:  # noqa: ANN401 (generated items)
    """Where an item is not as expected: null is for absent, "*" for present with any value."""
    found = []
    left = {pair.key: plain(pair.value) for pair in after.attributes}
    for key, value in expected.items():
        if key == "unchanged":
            found += ["it was changed"] if before != after else []
        elif value is None:
            found += [f"{key} is {left[key]!r}, not absent"] if key in left else []
        elif key not in left:
            found.append(f"{key} is absent, not {value!r}")
        elif value != "*" and not same(value, left[key]):
            found.append(f"{key} is {left[key]!r}, not {value!r}")
    return found


def same(expected: Any, actual: Any) -> bool:  # noqa: ANN401 (as YAML has it)
    """Of one type and equal; a structure may stand as its JSON text."""
    if isinstance(expected, list | dict) and isinstance(actual, str):
        actual = json.loads(actual)
    return type(expected) is type(actual) and bool(expected == actual)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_what_leaves_is_what_the_document_says_within_its_laws_and_stays_as_it_is(case: Case) -> None:
    arrived = case.request()
    body = through(case, arrived.SerializeToString())
    left = type(arrived).FromString(body)

    assert unexpected(case, arrived, left) == []
    assert [
        f"{name}: {what}"
        for name, before, after in zip(case.items, items(arrived), items(left), strict=True)
        for what in broken(case, before, after)
    ] == []
    assert arrived != left or arrived.SerializeToString() == body
    assert without_items(case, arrived) == without_items(case, left), "the resource or the scope was changed"
    assert through(case, body) == body, "a second time it is changed again"


def unexpected(case: Case, arrived: Any, left: Any) -> list[str]:  # noqa: ANN401 (generated requests)
    """Where what left is not what the case expects."""
    found = [f"scope: {what}" for what in differences(case.scope_out, scope_of(arrived).scope, scope_of(left).scope)]
    for name, before, after in zip(case.items, items(arrived), items(left), strict=True):
        found += [f"{name}: {what}" for what in differences(case.expect.get(name, {}), before, after)]
        if name in case.status and Status.StatusCode.Name(after.status.code) != f"STATUS_CODE_{case.status[name]}":
            found.append(f"{name}: its status is {after.status.code}, not {case.status[name]}")
        if name in case.status and after.status.message != before.status.message:
            found.append(f"{name}: its status has another message")
        if name in case.names and after.name != case.names[name]:
            found.append(f"{name}: its name is {after.name!r}, not {case.names[name]!r}")
    return found


def without_items(case: Case, request: Any) -> Any:  # noqa: ANN401 (a generated request)
    """The request without its spans or records, and without what the case expects of its scope."""
    rest = type(request).FromString(request.SerializeToString())
    scope_of(rest).ClearField("spans" if case.signal == "traces" else "log_records")
    if case.scope_out:
        scope_of(rest).scope.ClearField("attributes")
    return rest


def test_titles_tell_the_cases_apart() -> None:
    titles = [case.title for case in CASES]
    assert sorted(titles) == sorted(set(titles))
