"""ai_metrics: what services measure themselves."""

import pytest

from spansieve.pdata import MetricBatch
from spansieve.processors.ai_metrics import cpu, senders
from spansieve.processors.ai_metrics.cpu import AgentCpu
from spansieve.processors.ai_metrics.senders import OPERATION_DURATION, TOKEN_USAGE, Senders

from .house import sum_request

NOW_NS = 1_000_000_000_000


def said(name: str, value: float = 1, service: str = "agent", **more: object) -> MetricBatch:
    return MetricBatch.parse(sum_request(name, value, service, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [TOKEN_USAGE, OPERATION_DURATION])
def test_a_service_sends_client_metrics_for_ten_minutes_after_it_was_heard(name: str) -> None:
    heard = Senders()
    assert heard.hear(said(name), 0) == {"agent"}
    assert heard.hear(said(name), 100) == set(), "it is known"
    assert heard.sends("agent", 700)
    assert not heard.sends("agent", 701)
    assert not heard.sends("other", 0)
    assert heard.hear(said(name), 701) == {"agent"}


def test_other_metrics_tell_nothing() -> None:
    heard = Senders()
    assert heard.hear(said("gen_ai.server.request.duration"), 0) == set()
    assert not heard.sends("agent", 0)


def test_of_too_many_services_the_longest_unheard_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "MAX_SERVICES", 2)
    heard = Senders()
    for service in "abac":
        heard.hear(said(TOKEN_USAGE, service=service), 0)
    assert [heard.sends(service, 0) for service in "abc"] == [True, False, True]


def seconds(agents: AgentCpu, value: float, *, at: float = 0, **more: object) -> float:
    used = agents.hear(said("process.cpu.time", value, **more), at, NOW_NS + round(at * 1e9))  # type: ignore[arg-type]
    return used.get("agent", 0.0)


def test_cpu_counts_from_what_an_agent_says_first_and_grows_as_it_does() -> None:
    agents = AgentCpu()
    assert [seconds(agents, value, at=at) for at, value in enumerate((12.5, 14, 14, 20))] == [12.5, 1.5, 0, 6]


def test_modes_and_processes_are_series_of_their_own() -> None:
    agents = AgentCpu()
    for user, system, more in ((10, 3, 13), (11, 5, 3)):
        modes = {"user": user, "system": system}
        body = b"".join(sum_request("process.cpu.time", value, state=mode) for mode, value in modes.items())
        assert agents.hear(MetricBatch.parse(body), 0, NOW_NS) == {"agent": more}


def test_a_process_that_begins_anew_counts_whole() -> None:
    agents = AgentCpu()
    seconds(agents, 10, start_ns=1)
    assert seconds(agents, 4, at=1, start_ns=1) == 4, "it fell, so it began anew"
    assert seconds(agents, 6, at=2, start_ns=NOW_NS) == 6, "it says that it began anew"


def test_another_process_counts_from_its_start_or_from_when_it_is_seen() -> None:
    agents = AgentCpu()
    seconds(agents, 10, start_ns=1, host="a")
    assert seconds(agents, 500, at=1, start_ns=2, host="b") == 0, "it was there before anybody listened"
    assert seconds(agents, 501, at=2, start_ns=2, host="b") == 1
    assert seconds(agents, 3, at=3, start_ns=NOW_NS + 1, host="c") == 3


def test_deltas_are_added() -> None:
    agents = AgentCpu()
    assert [seconds(agents, 2, at=at, is_delta=True) for at in range(3)] == [2, 2, 2]


def test_agents_are_heard_for_ten_minutes() -> None:
    agents = AgentCpu()
    assert not agents.is_heard(0)
    seconds(agents, 1, at=5)
    assert agents.is_heard(605)
    assert not agents.is_heard(606)


def test_series_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu, "MAX_SERIES", 2)
    agents = AgentCpu()
    for host in "abc":
        seconds(agents, 1, start_ns=NOW_NS + 1, host=host)
    assert len(agents._said) == 2
