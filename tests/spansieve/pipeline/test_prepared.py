"""A request that an intake process prepared is held as any other, by the pipelines that are there now."""

from queue import SimpleQueue

import pytest

from spansieve.front import Front
from spansieve.pdata import DecodeError, DroppedSpan, TraceBatch
from spansieve.pipeline.intake import Mark
from spansieve.pipeline.tally import ReceiverTally
from spansieve.plugin import Answer
from spansieve.testing import ERROR, OK, otlp_request
from spansieve.workers.prepared import Part, Prepared

from .house import House, Tested

Reply = tuple[int, bool, Answer]


def hand_in(house: House, *parts: Part, fronts: dict[str, Front] | None = None, rejected: int = 0) -> Reply:
    """Hand a request of three items in; what the intake process is told."""
    replies: SimpleQueue[Reply] = SimpleQueue()
    house.core.chain.hand_in(
        Prepared(
            "otlp",
            "traces",
            b"".join(part.body for part in parts),
            ReceiverTally(house.core.instruments, "otlp", "test", "traces"),
            number=7,
            reply=lambda *reply: replies.put(reply),
            parts=parts,
            fronts={part.pipeline: () for part in parts} if fronts is None else fronts,
            items=3,
            rejected=rejected,
        )
    )
    return replies.get(timeout=10)


def part(pipeline: str = "traces", marks: tuple[Mark, ...] = ()) -> Part:
    return Part(pipeline, 3, otlp_request("agent", OK, OK, ERROR), marks)


def accepted(house: House) -> float:
    return house.count("otelcol_receiver_accepted_spans", receiver="otlp", transport="test")


def test_it_is_held_and_written_down_with_what_became_of_it_before(house: House) -> None:
    house.pipeline("traces")
    house.pipeline("traces/2", exporters=["other"])
    house.open()
    gone = Part("traces/2", 0, b"", (("filtered", 2, "errors"), ("failed", 1, "processor_error")))
    assert hand_in(house, part(), gone, rejected=1) == (
        7,
        False,
        Answer("accepted", 1, "1 items were malformed and have been left out"),
    )
    assert len(house.came_out()) == 3
    assert house.came_out("other") == []
    assert accepted(house) == 3
    assert house.count("spansieve_receiver_rejected_spans", receiver="otlp", transport="test") == 1
    assert house.outcome("filtered", "errors", "traces/2", "other") == 2
    assert house.outcome("accepted", "", "traces/2", "other") == 3


def test_what_nobody_reads_is_not_read_again(house: House) -> None:
    house.pipeline("traces")
    house.open()
    assert hand_in(house, Part("traces", 3, b"no OTLP at all", ()))[2].outcome == "accepted"
    lane = house.queues["backend", "traces"].lane("traces")
    assert [(entry.body, entry.items) for entry in lane.entries] == [(b"no OTLP at all", 3)]
    lane.entries.clear()
    assert lane.ledger
    lane.ledger.count("exported", lane.items)
    lane.items = 0


def test_only_what_is_stateful_is_run(house: House) -> None:
    class Counts(Tested):
        def __init__(self) -> None:
            super().__init__()
            self.seen = 0

        def traces(self, batch: TraceBatch) -> None:
            self.seen += len(list(batch))

    class Remembers(Counts):
        stateful = True

    before, stateful, behind = Counts(), Remembers(), Counts()
    house.pipeline("traces", {"before": before, "stateful": stateful, "behind": behind})
    house.open()
    assert hand_in(house, part())[2].outcome == "accepted"
    assert (before.seen, stateful.seen, behind.seen) == (0, 3, 3)
    assert len(house.came_out()) == 3


def test_a_stateful_processor_knows_what_was_dropped_before(house: House) -> None:
    class Sees(Tested):
        stateful = True

        def traces(self, batch: TraceBatch) -> None:
            seen.extend(batch.dropped)

    seen: list[DroppedSpan] = []
    house.pipeline("traces", {"sees": Sees()})
    house.open()
    assert hand_in(house, part()._replace(dropped=[["aa", "bb", ""]]))[2].outcome == "accepted"
    assert seen == [DroppedSpan(b"\xaa", b"\xbb", b"")]
    assert len(house.came_out()) == 3


def test_a_full_queue_refuses_and_the_parent_counts_that(house: House) -> None:
    house.exporter("backend", queue_size=1)
    house.pipeline("traces")
    house.open()
    assert hand_in(house, part())[2].outcome == "accepted"
    assert hand_in(house, part())[2].outcome == "refused"
    assert house.count("otelcol_receiver_refused_spans", receiver="otlp", transport="test") == 3
    assert house.count("otelcol_exporter_enqueue_failed_spans", exporter="backend") == 3
    assert len(house.came_out()) == 3


@pytest.mark.parametrize("fronts", [{"traces": (("scrub", object()),)}, {}])
def test_other_processors_than_those_of_now_prepared_it(house: House, fronts: dict[str, Front]) -> None:
    house.pipeline("traces")
    house.open()
    assert hand_in(house, part(), fronts=fronts)[2] == Answer("refused", message="the configuration has changed")
    assert house.came_out() == []


def test_its_pipeline_is_gone(house: House) -> None:
    house.pipeline("traces")
    house.open()
    assert hand_in(house, part("traces/former"))[2].outcome == "refused"


def test_malformed_bytes_that_a_stateful_processor_meets_are_the_intake_processs_to_mend(house: House) -> None:
    class Reads(Tested):
        stateful = True

        def traces(self, batch: TraceBatch) -> None:
            raise DecodeError("no OTLP inside")

    house.pipeline("traces", {"reads": Reads()})
    house.open()
    assert hand_in(house, part()) == (7, True, Answer("malformed", message="no OTLP inside"))
    assert house.count("spansieve_receiver_malformed_requests", receiver="otlp", transport="test") == 0
