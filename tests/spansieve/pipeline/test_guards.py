"""What guards a pipeline: asked at the door, first in it, and passed by what is in memory already."""

from queue import SimpleQueue

from spansieve.host import ComponentHost
from spansieve.pdata import Signal, TraceBatch
from spansieve.plugin import Answer, Refused, TooLarge
from spansieve.testing import OK, otlp_request

from .house import House, Tested
from .test_chain import Holds, Marks

BODY = otlp_request("agent", OK, OK)


class Watchman(Tested):
    """Refuses in the chain while `shut`, at the door while `door` is set."""

    guards = True

    def __init__(self) -> None:
        super().__init__()
        self.shut = False
        self.door: Exception | None = None
        self.ticks = 0

    def admit(self, signal: Signal, request_bytes: int, in_flight_bytes: int) -> None:
        if self.door is not None:
            raise self.door

    def tick(self) -> None:
        self.ticks += 1

    def traces(self, batch: TraceBatch) -> None:
        if self.shut:
            raise Refused("shut", 2.0)


def receive(house: House, body: bytes = BODY) -> Answer:
    """As a receiver that does not ask first."""
    host = house.hosts["otlp"]
    answers: SimpleQueue[Answer] = SimpleQueue()
    host.receive("traces", body, "test", answers.put)
    return answers.get(timeout=10)


def opened(house: House) -> House:
    """`house` with its chain running, its guards at the door, and a receiver."""
    house.open()
    house.core.admission.guards = house.core.chain.graph.guards
    house.hosts["otlp"] = ComponentHost(house.core, "receivers", "otlp")
    return house


def test_the_core_asks_for_a_receiver_that_does_not(house: House) -> None:
    guard = Watchman()
    house.pipeline("traces", {"guard": guard})
    opened(house)
    assert receive(house).outcome == "accepted"
    assert house.core.admission.in_flight_bytes == 0

    guard.door = Refused("not now", 3.0)
    assert receive(house) == Answer("refused", message="not now", retry_after=3.0)
    assert house.count("spansieve_receiver_busy_requests", receiver="otlp", transport="test") == 1
    guard.door = TooLarge("never")
    assert receive(house) == Answer("malformed", message="never")
    assert house.core.admission.in_flight_bytes == 0
    assert len(house.came_out()) == 2


def test_a_request_is_in_flight_while_it_waits_for_the_chain(house: House) -> None:
    house.pipeline("traces")
    opened(house)
    answers: SimpleQueue[Answer] = SimpleQueue()

    def hand_in() -> int:
        house.hosts["otlp"].receive("traces", BODY, "test", answers.put)
        return house.core.admission.in_flight_bytes

    assert house.core.chain.call(hand_in) == len(BODY)
    assert answers.get(timeout=10).outcome == "accepted"
    assert house.core.admission.in_flight_bytes == 0
    house.came_out()


def test_a_guard_works_first_wherever_it_stands_and_is_ticked(house: House) -> None:
    guard, holds = Watchman(), Holds()
    house.pipeline("traces", {"marks": Marks(), "holds": holds, "guard": guard})
    opened(house)
    guard.shut = True
    assert house.send(BODY) == Answer("refused", message="shut", retry_after=2.0)
    assert holds.kept == []
    house.tick()
    assert guard.ticks == 1


def test_what_is_emitted_passes_guards_by_because_it_is_in_memory_already(house: House) -> None:
    first, second, holds = Watchman(), Watchman(), Holds()
    house.pipeline("traces", {"guard": first, "holds": holds})
    house.pipeline("traces/2", {"guard/2": second}, exporters=["other"], receivers=["holds"])
    opened(house)
    assert house.send(BODY).outcome == "accepted"
    first.shut = second.shut = True
    house.tick()
    assert len(house.came_out()) == len(house.came_out("other")) == 2
