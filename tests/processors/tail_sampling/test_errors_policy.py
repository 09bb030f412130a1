"""error: traces with an error of some class."""

import pytest

from spansieve.processors.tail_sampling.facts import TraceFacts
from spansieve.processors.tail_sampling.policies.errors import ErrorPolicy, TraceError
from spansieve.processors.tail_sampling.policies.own_config import ErrorConfig
from tests.processors.tail_sampling.whole_traces import NOW, SAMPLE, TRACE_ID

TIMEOUT = TraceError(frozenset({"timeout", "httpx.ReadTimeout"}), frozenset({"exception"}))
BARE = TraceError(sources=frozenset({"status"}))
RECOVERED = TIMEOUT._replace(recovered=True)


def keeps(*errors: TraceError, **keys: list[str] | bool) -> bool:
    policy = ErrorPolicy("e", ErrorConfig(**keys), lambda _: errors)  # type: ignore[arg-type]
    return policy.vote(TraceFacts(TRACE_ID, 0.0), NOW).vote == SAMPLE


def test_any_error_will_do_where_no_class_is_listed() -> None:
    assert [keeps(), keeps(BARE), keeps(TIMEOUT), keeps(RECOVERED)] == [False, True, True, True]


@pytest.mark.parametrize("name", ["timeout", "TIMEOUT", "HTTPX.readtimeout"])
def test_one_class_of_the_error_is_listed_in_any_case(name: str) -> None:
    assert keeps(TIMEOUT, classes=[name])
    assert not keeps(BARE, classes=[name])
    assert not keeps(TIMEOUT, classes=["rate_limited"])


def test_none_is_excluded_but_another_error_still_counts() -> None:
    assert not keeps(TIMEOUT, exclude_classes=["Timeout"])
    assert not keeps(TIMEOUT, classes=["httpx.ReadTimeout"], exclude_classes=["timeout"])
    assert keeps(TIMEOUT, BARE, exclude_classes=["timeout"])


def test_it_is_seen_by_one_of_the_sources() -> None:
    assert keeps(TIMEOUT, sources=["status", "exception"])
    assert not keeps(TIMEOUT, sources=["status", "logs"])


def test_recovered_ones_are_left_out_on_demand() -> None:
    assert not keeps(RECOVERED, include_recovered=False)
    assert keeps(RECOVERED, BARE, include_recovered=False)
