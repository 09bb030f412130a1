"""Spans that are errors are found among many by a look over their bytes, and few others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.failures import Rules, Signs, failure_of
from spansieve.pdata import Value

from .building import Made, span

RULES = Rules(soft=True)
SIGNS = Signs()
KEYS = ("http.response.status_code", "http.status_code", "rpc.grpc.status_code", "error", "error.type", "x")
VALUES = st.one_of(
    st.integers(-5, 1000), st.sampled_from(["200", "404", "429", "503", "1", "14", "", "error"]), st.booleans(),
    st.floats(0, 600),
)  # fmt: skip
SPANS = st.builds(
    Made,
    attributes=st.dictionaries(st.sampled_from((*KEYS, "spansieve.error.class")), VALUES, max_size=4),
    status=st.integers(0, 2),
    message=st.sampled_from(["", "it broke", "a" * 300]),
    exceptions=st.lists(st.just({"exception.type": "E"}), max_size=1),
)


@pytest.fixture(params=[True, False], ids=["hyperscan", "re2"])
def looker(request: pytest.FixtureRequest) -> Signs:
    """As it is here, and as where there is no wheel of Hyperscan."""
    return Signs(scanned=request.param)


@given(st.lists(SPANS, max_size=6))
def test_every_error_is_found(made: list[Made]) -> None:
    views = [span(**vars(one)) for one in made]
    errors = {place for place, view in enumerate(views) if failure_of(view, RULES)}
    wires = [view.encode() for view in views]
    assert errors <= set(SIGNS.places(wires))
    assert not errors or SIGNS.any(b"".join(wires))


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"http.response.status_code": 200, "count": 2},
        {"http.status_code": 404},
        {"http.status_code": "200"},
        {"rpc.grpc.status_code": 0},
        {"rpc.grpc.status_code": 1},
        {"gen_ai.prompt": "an error, an exception, and http.status_code 500"},
        {"steps": [2, 2]},
    ],
)
def test_healthy_spans_bear_no_sign(looker: Signs, attributes: dict[str, Value]) -> None:
    wire = span(attributes=attributes, status=1, message="fine").encode()
    assert not looker.any(wire)
    assert looker.places([wire, wire]) == []


@pytest.mark.parametrize(
    "attributes",
    [{"http.response.status_code": code} for code in (429, 500, 599, 70_000)]
    + [{"http.status_code": "429"}, {"http.status_code": "500"}, {"rpc.grpc.status_code": 14}, {"error": True}],
)
def test_those_that_may_be_errors_do(looker: Signs, attributes: dict[str, Value]) -> None:
    healthy, failed = span(status=1).encode(), span(attributes=attributes).encode()
    assert looker.any(healthy + failed + healthy)
    assert looker.places([healthy, failed, healthy, failed]) == [1, 3]


def test_a_status_is_seen_wherever_it_stands() -> None:
    with_message = span(status=2, message="no").encode()
    assert SIGNS.places([with_message, span(status=2).encode(), span(status=1).encode()]) == [0, 1]
    assert SIGNS.any(b"\x7a\x03\x18\x82\x00")  # a sender may write a number longer than it need be
