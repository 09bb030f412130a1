"""What tail sampling has on disk goes on after a kill, by a clock that is told."""

from typing import Any

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from spansieve.pdata import LogBatch, Span, TraceBatch
from spansieve.processors.tail_sampling import TailSampling, TailSamplingConfig
from spansieve.testing import FakeClock
from tests.disk import Disk, DiskHost

from .spans import batch, trace_id

ALWAYS: dict[str, Any] = {"name": "all", "type": "always_sample"}
WANTED: dict[str, Any] = {"name": "w", "type": "string_attribute", "string_attribute": {"key": "k", "values": ["yes"]}}
DECIDED = "spansieve.sampling.decided"


class Life:
    """A processor from its start to a kill, on a disk and a clock that go on."""

    def __init__(self, disk: Disk, clock: FakeClock, **keys: Any) -> None:  # noqa: ANN401
        self.host = DiskHost(disk)
        self.host.clock = clock
        self.processor = TailSampling(
            TailSamplingConfig.model_validate({"storage": "disk", "decision_wait": "10s", **keys}), self.host
        )
        self.processor.start()
        self.passed: list[Span] = []

    def send(self, *spans: dict[str, Any]) -> None:
        request = batch(*spans)
        self.processor.traces(request)
        self.passed += TraceBatch.parse(request.encode())

    def log(self, label: str) -> None:
        """A record of an error."""
        request = ExportLogsServiceRequest()
        record = request.resource_logs.add().scope_logs.add().log_records.add(trace_id=trace_id(label))
        record.severity_number = 17  # type: ignore[assignment]
        self.processor.logs(LogBatch.parse(request.SerializeToString()))

    def wait(self, seconds: float) -> None:
        self.host.clock.advance(seconds=seconds)
        self.processor.tick()

    def out(self) -> list[Span]:
        emitted = [span for _, one in self.host.emitted for span in TraceBatch.parse(one.encode())]
        return [*emitted, *self.passed]

    def traces(self) -> list[bytes]:
        """Those that left, in order."""
        return list(dict.fromkeys(span.trace_id for span in self.out()))


@pytest.fixture
def world() -> tuple[Disk, FakeClock]:
    return Disk(), FakeClock()


def test_what_is_due_is_decided_at_once_the_oldest_first_and_the_rest_in_its_time(
    world: tuple[Disk, FakeClock],
) -> None:
    first = Life(*world, policies=[ALWAYS])
    for label, seconds in (("b", 1), ("a", 4), ("c", 4)):
        first.send({"trace": label})
        first.wait(seconds)
    first.send({"trace": "b", "span": "2", "parent": "1"})
    world[1].advance(seconds=5)
    again = Life(*world, policies=[ALWAYS])
    assert again.processor.held("traces") == 4
    again.wait(0)
    assert again.traces() == [trace_id("b"), trace_id("a")]
    assert {span.attributes.get(DECIDED) for span in again.out()} == {"restart", None}
    again.wait(1)
    assert again.traces()[2:] == [trace_id("c")]
    assert again.out()[-1].attributes[DECIDED] == "wait"
    assert again.processor.held("traces") == 0


def test_late_spans_follow_the_decision_before_the_kill(world: tuple[Disk, FakeClock]) -> None:
    first = Life(*world, policies=[WANTED])
    first.send({"trace": "a", "attributes": {"k": "yes"}}, {"trace": "b"}, {"trace": "c"})
    first.wait(10)
    again = Life(*world, policies=[WANTED])
    late = {"span": "2", "parent": "1"}
    again.send({"trace": "a", **late}, {"trace": "b", **late}, {"trace": "c", **late, "error": True})
    assert again.traces() == [trace_id("c"), trace_id("a")]
    assert {span.attributes.get("spansieve.sampling.partial") for span in again.out()} == {True, None}


@pytest.mark.parametrize("early", [True, False])
def test_an_error_that_a_record_told_of_is_known_after_the_kill(world: tuple[Disk, FakeClock], early: bool) -> None:
    errors = {"early": early}
    first = Life(*world, policies=[WANTED], errors=errors)
    first.send({"trace": "seen"})
    for label in ("seen", "unseen", "unseen"):
        first.log(label)
    again = Life(*world, policies=[WANTED], errors=errors)
    again.send({"trace": "unseen"}, {"trace": "other"})
    again.wait(10)
    kept = {*first.traces(), *again.traces()}
    assert kept == {trace_id("seen"), trace_id("unseen")}
    assert [key for key in world[0].kept if key.startswith("told/")] == []


def test_an_error_of_a_trace_that_never_comes_is_forgotten_on_disk_too(world: tuple[Disk, FakeClock]) -> None:
    first = Life(*world, policies=[WANTED])
    first.log("a")
    first.wait(50)
    again = Life(*world, policies=[WANTED])
    again.wait(9)
    assert [key for key in world[0].kept if key.startswith("told/")] != []
    again.wait(1)
    assert [key for key in world[0].kept if key.startswith("told/")] == []


def test_an_error_that_was_kept_but_found_no_room_says_so_after_the_kill(world: tuple[Disk, FakeClock]) -> None:
    first = Life(*world, policies=[WANTED])
    first.host.full = True
    first.send({"trace": "a", "error": True})
    again = Life(*world, policies=[WANTED])
    again.wait(0)
    assert [span.attributes["spansieve.sampling.reason"] for span in again.out()] == ["error"]


def test_what_was_decided_but_found_no_room_leaves_after_the_kill(world: tuple[Disk, FakeClock]) -> None:
    first = Life(*world, policies=[ALWAYS])
    first.send({"trace": "a"})
    first.host.full = True
    first.wait(10)
    assert first.processor.held("traces") == 1
    again = Life(*world, policies=[ALWAYS])
    again.wait(0)
    assert again.traces() == [trace_id("a")]
    assert again.processor.held("traces") == 0
    third = Life(*world, policies=[ALWAYS])
    assert third.processor.held("traces") == 0


def test_flagged_conversations_outlast_a_kill(world: tuple[Disk, FakeClock]) -> None:
    policies = [{"name": "s", "type": "session", "session": {}}]
    first = Life(*world, policies=policies)
    first.send({"trace": "a", "attributes": {"session.id": "1"}, "error": True})
    first.wait(10)
    again = Life(*world, policies=policies)
    again.send({"trace": "b", "attributes": {"session.id": "1"}}, {"trace": "c", "attributes": {"session.id": "2"}})
    again.wait(10)
    assert again.traces() == [trace_id("b")]


def test_a_budget_goes_on_after_a_kill_where_it_was(world: tuple[Disk, FakeClock]) -> None:
    keys: dict[str, Any] = {"policies": [ALWAYS], "budget": {"spans_per_second": 1}}
    first = Life(*world, **keys)
    for number in range(20):
        first.send(*({"trace": f"{number}/{one}"} for one in range(50)))
        first.wait(10)
    again = Life(*world, **keys)
    again.wait(0)
    before, after = (life.host.counts["spansieve_tail_sampling_budget_probability",] for life in (first, again))
    assert after == before < 0.3


def test_what_a_stop_drops_is_not_there_after_it(world: tuple[Disk, FakeClock]) -> None:
    first = Life(*world, policies=[ALWAYS], drop_pending_traces_on_shutdown=True)
    first.send({"trace": "a"})
    first.processor.shutdown()
    again = Life(*world, policies=[ALWAYS])
    assert again.processor.held("traces") == 0
