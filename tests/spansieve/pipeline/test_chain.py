"""From a receiver's request to the exporters' queues: what is taken, refused, changed, held, and written down."""

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from spansieve.pdata import DecodeError, DroppedSpan, LogBatch, Span, TraceBatch
from spansieve.pipeline.intake import copies
from spansieve.plugin import Refused
from spansieve.testing import ERROR, OK, otlp_request

from .house import House, Tested


class Marks(Tested):
    """Writes an attribute."""

    def __init__(self, value: str = "seen") -> None:
        super().__init__()
        self.value = value

    def traces(self, batch: TraceBatch) -> None:
        for span in batch:
            span.attributes["mark"] = self.value


class OnlyErrors(Tested):
    """Drops what is no error."""

    def traces(self, batch: TraceBatch) -> None:
        batch.retain(lambda span: span.is_error)


class Fails(Tested):
    """Raises something with content in it."""

    def traces(self, batch: TraceBatch) -> None:
        raise KeyError("the user's secret prompt")


class FailsAndDrops(Fails):
    on_error = "drop"


class FailsAndPasses(Fails):
    on_error = "pass"


class Holds(Tested):
    """Holds what comes and emits it at a tick, as a sampler does."""

    stateful = True
    emits = frozenset({"traces"})

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[tuple[bytes, int]] = []

    def traces(self, batch: TraceBatch) -> None:
        self.kept.append((batch.encode(), len(batch)))
        batch.retain(lambda _: False)

    def held(self, signal: str) -> int:
        return sum(items for _, items in self.kept)

    def tick(self) -> None:
        while self.kept and self.host.emit("traces", TraceBatch.parse(self.kept[0][0])):
            self.kept.pop(0)


def names(spans: list[Span]) -> list[str]:
    return [span.name for span in spans]


def test_a_request_passes_as_the_bytes_that_came(house: House) -> None:
    house.pipeline("traces")
    house.open()
    body = otlp_request("agent", OK, ERROR)
    assert house.send(body).outcome == "accepted"
    house.clock.advance(seconds=1)
    taken = house.queues["backend", "traces"].take_now()
    assert taken is not None
    assert taken.body == body
    house.queues["backend", "traces"].settle(taken)
    assert taken.lane.ledger
    taken.lane.ledger.count("exported", 2)
    assert house.outcome("accepted") == 2
    assert house.count("otelcol_receiver_accepted_spans", receiver="otlp", transport="test") == 2


def test_processors_run_in_order_and_what_they_drop_is_on_the_books(house: House) -> None:
    house.pipeline("traces", {"errors": OnlyErrors(), "mark": Marks()})
    house.open()
    assert house.send(otlp_request("agent", OK, OK, ERROR)).outcome == "accepted"
    (span,) = house.came_out()
    assert span.attributes["mark"] == "seen"
    assert house.outcome("filtered", "errors") == 2
    assert house.count("otelcol_processor_incoming_items", processor="mark", otel_signal="traces") == 1


def test_two_pipelines_do_not_see_each_others_changes(house: House) -> None:
    house.pipeline("traces", {"mark": Marks("one")}, ["a"])
    house.pipeline("traces/2", {"mark/2": Marks("two")}, ["b"])
    house.pipeline("traces/3", {}, ["c"])
    house.open()
    house.send(otlp_request("agent", OK))
    seen = [house.came_out(exporter)[0].attributes.get("mark") for exporter in ("a", "b", "c")]
    assert seen == ["one", "two", None]


def test_copies_for_several_pipelines_remember_dropped_spans_each_for_itself() -> None:
    batch = TraceBatch.parse(otlp_request("agent", OK))
    batch.dropped.append(DroppedSpan(b"t" * 16, b"s" * 8, b""))
    made = [one for one in copies("traces", batch, 3) if isinstance(one, TraceBatch)]
    assert made[0] is batch
    made[1].dropped.clear()
    assert [len(one.dropped) for one in made] == [1, 0, 1]
    assert all(one.encode() == batch.encode() for one in made)


def test_what_is_not_otlp_is_malformed(house: House) -> None:
    house.pipeline("traces")
    house.open()
    assert house.send(b"\x0a\xff").outcome == "malformed"


def test_an_empty_request_is_accepted_and_goes_nowhere(house: House) -> None:
    house.pipeline("traces")
    house.open()
    assert house.send(b"").outcome == "accepted"
    assert house.came_out() == []


def test_spans_with_ids_of_a_wrong_length_are_left_out_and_told(house: House) -> None:
    house.pipeline("traces")
    house.open()
    batch = TraceBatch.parse(otlp_request("agent", OK, OK.with_(name="good")))
    next(iter(batch)).trace_id = b"short"
    answer = house.send(batch.encode())
    assert (answer.outcome, answer.rejected) == ("accepted", 1)
    assert names(house.came_out()) == ["good"]


def test_a_full_queue_refuses_and_nothing_is_put_anywhere(house: House) -> None:
    house.exporter("full", queue_size=1)
    house.pipeline("traces", exporters=["empty", "full"])
    house.open()
    assert house.send(otlp_request("agent", OK)).outcome == "accepted"
    answer = house.send(otlp_request("agent", OK))
    assert (answer.outcome, answer.retry_after) == ("refused", 1.0)
    assert len(house.came_out("empty")) == 1
    assert len(house.came_out("full")) == 1
    assert house.count("otelcol_exporter_enqueue_failed_spans", exporter="full") == 1
    assert house.count("otelcol_receiver_refused_spans", receiver="otlp", transport="test") == 1
    assert house.send(otlp_request("agent", OK)).outcome == "accepted"


def test_with_block_on_overflow_the_sender_waits_for_room(house: House) -> None:
    house.exporter("backend", queue_size=1, block_on_overflow=True)
    house.pipeline("traces")
    house.open()
    house.send(otlp_request("agent", OK.with_(name="first")))
    waiting = house.hand_in(otlp_request("agent", OK.with_(name="second")))
    house.core.chain.call(lambda: None)
    assert waiting.empty()
    assert names(house.came_out()) == ["first"]
    assert waiting.get(timeout=10).outcome == "accepted"
    assert names(house.came_out()) == ["second"]


def test_who_waited_five_seconds_for_room_is_refused(house: House) -> None:
    house.exporter("backend", queue_size=1, block_on_overflow=True)
    house.pipeline("traces")
    house.open()
    house.send(otlp_request("agent", OK))
    waiting = house.hand_in(otlp_request("agent", OK))
    house.core.chain.call(lambda: None)
    house.clock.advance(seconds=5)
    assert waiting.get(timeout=10).outcome == "refused"


class Narrow(Tested):
    """Has room for one batch at a time."""

    stateful = True
    full = False

    def traces(self, batch: TraceBatch) -> None:
        self.full = True

    def room(self, signal: str, size_bytes: int) -> bool:
        return not self.full


def test_a_sender_waits_for_the_room_of_a_processor_too(house: House) -> None:
    processor = Narrow()
    house.pipeline("traces", {"narrow": processor})
    house.open()
    house.send(otlp_request("agent", OK.with_(name="first")))
    waiting = house.hand_in(otlp_request("agent", OK.with_(name="second")))
    house.core.chain.call(lambda: None)
    assert waiting.empty()
    processor.full = False
    house.clock.advance(seconds=0.1)
    assert waiting.get(timeout=10).outcome == "accepted"
    assert names(house.came_out()) == ["first", "second"]


def test_who_waited_five_seconds_for_a_processor_is_refused(house: House) -> None:
    house.pipeline("traces", {"narrow": Narrow()})
    house.open()
    house.send(otlp_request("agent", OK))
    waiting = house.hand_in(otlp_request("agent", OK))
    house.core.chain.call(lambda: None)
    house.clock.advance(seconds=5)
    answer = waiting.get(timeout=10)
    assert (answer.outcome, answer.message) == ("refused", "processor narrow has no room")
    house.came_out()


def test_a_request_that_could_never_fit_is_refused_for_good(house: House) -> None:
    house.exporter("backend", queue_size=2, sizer="items")
    house.pipeline("traces")
    house.open()
    answer = house.send(otlp_request("agent", OK, OK, OK))
    assert answer.outcome == "malformed"
    assert "3 items" in answer.message


@pytest.mark.parametrize(
    ("processor", "costs"),
    [(Fails(), ("refused", 0, 0)), (FailsAndDrops(), ("accepted", 0, 1)), (FailsAndPasses(), ("accepted", 1, 0))],
)
def test_a_processor_that_raises_costs_what_it_declared(
    house: House, caplog: pytest.LogCaptureFixture, processor: Tested, costs: tuple[str, int, int]
) -> None:
    outcome, left, failed = costs
    house.pipeline("traces", {"faulty": processor})
    house.open()
    with caplog.at_level("DEBUG", "spansieve"):
        assert house.send(otlp_request("agent", OK)).outcome == outcome
        assert house.send(otlp_request("agent", OK)).outcome == outcome
    assert len(house.came_out()) == 2 * left
    assert house.outcome("failed", "processor_error") == 2 * failed
    assert house.count("spansieve_component_errors", component="processors/faulty", error="KeyError") == 2
    (line,) = [record.getMessage() for record in caplog.records]
    assert "KeyError at " in line
    assert "secret" not in line


def test_a_processor_may_refuse_on_purpose(house: House) -> None:
    class Refuses(Tested):
        def traces(self, batch: TraceBatch) -> None:
            raise Refused("come again", after=7)

    house.pipeline("traces", {"refuses": Refuses()})
    house.open()
    answer = house.send(otlp_request("agent", OK))
    assert (answer.outcome, answer.message, answer.retry_after) == ("refused", "come again", 7)


def test_malformed_bytes_that_a_processor_meets_cost_that_span_alone(house: House) -> None:
    class Reads(Tested):
        def traces(self, batch: TraceBatch) -> None:
            for span in batch:
                dict(span.attributes)

    body = otlp_request("agent", OK.with_(name="good"), OK.with_(name="bad", attributes={"key": "x"}))
    broken = body.replace(b"\x0a\x03key", b"\x0a\x7fkey")
    assert broken != body
    house.pipeline("traces", {"reads": Reads()})
    house.open()
    answer = house.send(broken)
    assert (answer.outcome, answer.rejected) == ("accepted", 1)
    assert names(house.came_out()) == ["good"]


def test_a_decode_error_that_no_mending_explains_is_malformed(house: House) -> None:
    class Reads(Tested):
        def traces(self, batch: TraceBatch) -> None:
            raise DecodeError("no")

    house.pipeline("traces", {"reads": Reads()})
    house.open()
    assert house.send(otlp_request("agent", OK)).outcome == "malformed"


def test_what_a_stateful_processor_holds_is_on_the_books_until_it_emits(house: House) -> None:
    holder = Holds()
    house.pipeline("traces", {"holds": holder, "mark": Marks()})
    house.open()
    house.send(otlp_request("agent", OK, OK))
    house.check_books()
    assert house.came_out() == [] or holder.held("traces") == 0
    house.tick()
    house.check_books()
    assert [span.attributes["mark"] for span in house.came_out()] == ["seen", "seen"]


def test_spans_that_a_log_record_brings_back_are_on_the_books_again(house: House) -> None:
    """As an error record does with a trace that was dropped."""

    class Aside(Tested):
        stateful = True
        sheds = "sampled_out"
        emits = frozenset({"traces"})
        dropped = b""

        def traces(self, batch: TraceBatch) -> None:
            self.dropped = batch.encode()
            batch.retain(lambda _: False)

        def logs(self, batch: LogBatch) -> None:
            self.host.emit("traces", TraceBatch.parse(self.dropped))

    aside = Aside()
    house.pipeline("traces", {"aside": aside})
    house.pipeline("logs", {"aside": aside})
    house.open()
    house.send(otlp_request("agent", OK, OK))
    assert house.outcome("sampled_out", "aside") == 2
    records = ExportLogsServiceRequest()
    records.resource_logs.add().scope_logs.add().log_records.add(severity_text="ERROR")
    assert house.send(records.SerializeToString(), "logs").outcome == "accepted"
    assert len(house.came_out()) == 2
    house.came_out(signal="logs")
    house.check_books()
    assert house.outcome("accepted", "aside") == 2


def test_a_stateful_processor_that_refuses_behind_one_that_took_leaves_the_books_right(house: House) -> None:
    class Refuses(Tested):
        stateful = True

        def traces(self, batch: TraceBatch) -> None:
            raise Refused("come again")

    class HoldsHalf(Holds):
        def traces(self, batch: TraceBatch) -> None:
            half = TraceBatch.parse(batch.encode())
            half.retain(lambda span: span.is_error)
            super().traces(half)
            batch.retain(lambda span: not span.is_error)

        def tick(self) -> None:
            self.kept.clear()  # sheds what it holds

    house.pipeline("traces", {"holds": HoldsHalf(), "refuses": Refuses()})
    house.open()
    assert house.send(otlp_request("agent", OK, ERROR)).outcome == "accepted"  # else the held one would come twice
    house.check_books()
    house.tick()
    house.check_books()
    assert house.outcome("filtered", "holds") == 1
    assert house.outcome("failed", "processor_error") == 1


def test_a_refusal_while_waiting_for_room_is_an_answer_too(house: House) -> None:
    class Full(Tested):
        stateful = True
        full = False

        def traces(self, batch: TraceBatch) -> None:
            if self.full:
                raise Refused("its storage takes nothing")

    processor = Full()
    house.exporter("backend", queue_size=1, block_on_overflow=True)
    house.pipeline("traces", {"full": processor})
    house.open()
    house.send(otlp_request("agent", OK))
    waiting = house.hand_in(otlp_request("agent", OK))
    house.core.chain.call(lambda: None)
    processor.full = True
    house.came_out()
    assert waiting.get(timeout=10).outcome == "refused"
    processor.full = False
    assert house.send(otlp_request("agent", OK)).outcome == "accepted"
    house.came_out()


def test_a_tick_that_raises_is_survived_and_the_others_go_on(house: House) -> None:
    class Broken(Tested):
        stateful = True

        def traces(self, batch: TraceBatch) -> None:
            pass

        def tick(self) -> None:
            raise ZeroDivisionError

    house.pipeline("traces", {"broken": Broken()})
    house.open()
    house.tick()
    assert house.count("spansieve_component_errors", component="processors/broken", error="ZeroDivisionError") >= 1
    assert house.send(otlp_request("agent", OK)).outcome == "accepted"
    house.came_out()


def test_an_emission_that_finds_no_room_stays_with_its_emitter_and_intake_refuses(house: House) -> None:
    class Late(Holds):
        open = False

        def tick(self) -> None:
            if self.open:
                super().tick()

    holder = Late()
    house.exporter("backend", queue_size=1)
    house.pipeline("traces", {"holds": holder})
    house.open()
    house.send(otlp_request("agent", OK.with_(name="first")))
    house.send(otlp_request("agent", OK.with_(name="second")))
    holder.open = True
    house.tick()
    assert holder.held("traces") == 1
    assert house.send(otlp_request("agent", OK)).outcome == "refused"
    assert names(house.came_out()) == ["first"]
    house.tick()
    assert names(house.came_out()) == ["second"]
    assert house.send(otlp_request("agent", OK)).outcome == "accepted"
    house.tick()
    house.came_out()


@pytest.mark.parametrize("holds_up", [True, False])
def test_who_emits_says_whether_others_are_held_up_while_there_is_no_room(house: House, holds_up: bool) -> None:
    class Reports(Tested):
        stateful = True
        emits = frozenset({"traces"})
        sent = 0

        def logs(self, batch: LogBatch) -> None:
            pass

        def tick(self) -> None:
            self.sent += self.host.emit("traces", TraceBatch.parse(otlp_request("made", OK)), holds_up=holds_up)

    reports = Reports()
    house.exporter("full", queue_size=1)
    house.pipeline("logs", {"reports": reports}, ["a"])
    house.pipeline("traces", {}, ["full"], receivers=["reports"])
    house.open()
    house.tick()
    house.tick()
    records = ExportLogsServiceRequest()
    records.resource_logs.add().scope_logs.add().log_records.add()
    assert reports.sent == 1
    assert house.send(records.SerializeToString(), "logs").outcome == ("refused" if holds_up else "accepted")
    house.came_out("full")
    house.came_out("a", signal="logs")
    house.check_books()


class Repeats(Tested):
    """Emits one span a tick, as what is made anew."""

    stateful = True
    emits = frozenset({"traces"})

    def traces(self, batch: TraceBatch) -> None:
        pass

    def logs(self, batch: LogBatch) -> None:
        pass

    def tick(self) -> None:
        assert self.host.emit("traces", TraceBatch.parse(otlp_request("made", OK)), repeatable=True)


class Sees(Tested):
    """Counts what passes, and has room for it or not."""

    stateful = True
    has_room = True
    seen = 0

    def traces(self, batch: TraceBatch) -> None:
        self.seen += len(batch)

    def room(self, signal: str, size_bytes: int) -> bool:
        return self.has_room


def test_what_is_made_anew_goes_to_all_but_the_exporter_that_has_no_room(house: House) -> None:
    sees = Sees()
    house.exporter("full", queue_size=1)
    house.pipeline("logs", {"repeats": Repeats()}, ["a"])
    house.pipeline("traces", {"sees": sees}, ["full", "free"], receivers=["repeats"])
    house.pipeline("traces/other", {}, ["full", "other"], receivers=["repeats"])
    house.open()
    for _ in range(3):
        house.tick()

    assert sees.seen == 3
    assert [len(house.came_out(exporter)) for exporter in ("full", "free", "other")] == [1, 3, 3]
    assert house.outcome("failed", "missed_round", exporter="full") == 2
    assert house.outcome("failed", "missed_round", "traces/other", "full") == 3
    assert house.outcome("failed", "missed_round", exporter="free") == 0
    assert house.count("otelcol_exporter_enqueue_failed_spans", exporter="full") == 5
    house.check_books()
    house.tick()
    assert len(house.came_out("full")) == 1
    house.came_out("free")
    house.came_out("other")


def test_what_is_made_anew_behind_its_emitter_balances_as_well(house: House) -> None:
    house.exporter("full", queue_size=1)
    house.pipeline("traces", {"repeats": Repeats()}, ["full", "free"])
    house.open()
    for _ in range(3):
        house.tick()
    house.check_books()
    assert house.outcome("failed", "missed_round", exporter="full") == 2
    assert len(house.came_out("full")) == 1
    assert len(house.came_out("free")) == 3


def test_what_is_made_anew_passes_by_a_pipeline_whose_processor_has_no_room(house: House) -> None:
    sees = Sees()
    sees.has_room = False
    house.pipeline("logs", {"repeats": Repeats()}, ["a"])
    house.pipeline("traces", {"sees": sees}, ["a"], receivers=["repeats"])
    house.pipeline("traces/other", {}, ["b"], receivers=["repeats"])
    house.open()
    house.tick()
    assert sees.seen == 0
    assert house.outcome("failed", "missed_round", exporter="a") == 1
    assert len(house.came_out("b")) == 1
    house.check_books()


def test_at_the_end_what_is_made_anew_is_held_even_without_room(house: House) -> None:
    repeats = Repeats()
    house.exporter("full", queue_size=1)
    house.pipeline("traces", {"repeats": repeats}, ["full"])
    house.open()
    house.tick()
    house.core.chain.call(lambda: house.core.chain.graph.finish("repeats", repeats.tick))
    assert house.outcome("failed", "missed_round", exporter="full") == 0
    assert len(house.came_out("full")) == 2


def test_who_waits_for_room_is_not_let_go_by_what_is_made_anew(house: House) -> None:
    class Both(Repeats):
        def tick(self) -> None:
            self.host.emit("traces", TraceBatch.parse(otlp_request("event", OK)))
            super().tick()

    house.exporter("full", queue_size=1)
    house.pipeline("logs", {"both": Both()}, ["a"])
    house.pipeline("traces", {}, ["full"], receivers=["both"])
    house.open()
    house.tick()
    house.tick()
    records = ExportLogsServiceRequest()
    records.resource_logs.add().scope_logs.add().log_records.add()
    assert house.send(records.SerializeToString(), "logs").outcome == "refused"
    assert len(house.came_out("full")) == 1


def test_an_emitter_named_as_receiver_feeds_that_pipeline(house: House) -> None:
    class Reports(Tested):
        stateful = True
        emits = frozenset({"traces"})
        due = True

        def traces(self, batch: TraceBatch) -> None:
            pass

        def tick(self) -> None:
            if self.due:
                self.due = not self.host.emit("traces", TraceBatch.parse(otlp_request("made", ERROR)))

    house.pipeline("traces", {"reports": Reports()}, ["a"])
    house.pipeline("traces/errors", {"mark": Marks()}, ["b"], receivers=["reports"])
    house.open()
    house.tick()
    assert names(house.came_out("b")) == ["chat"]
    assert house.outcome("accepted", pipeline="traces/errors", exporter="b") == 1
    assert names(house.came_out("a")) == ["chat"]  # behind itself as well, as a new item of that pipeline
    assert house.outcome("accepted", "reports", exporter="a") == 1


def test_what_nobody_is_connected_to_is_counted(house: House) -> None:
    holder = Holds()
    house.pipeline("traces", {"holds": holder})
    house.open()
    batch = TraceBatch.parse(otlp_request("made", OK, OK))
    assert house.core.chain.call(lambda: holder.host.emit("alerts", batch))
    assert house.count("spansieve_pipeline_unconnected_items", component="holds", signal="alerts") == 2


def test_with_wait_for_result_the_answer_is_the_backends(house: House) -> None:
    house.exporter("backend", wait_for_result=True)
    house.pipeline("traces")
    house.open()
    answers = house.hand_in(otlp_request("agent", OK))
    house.core.chain.call(lambda: None)
    assert answers.empty()
    house.came_out()
    assert answers.get(timeout=10).outcome == "accepted"


@pytest.mark.parametrize(("reason", "outcome"), [("permanent", "malformed"), ("retries_exhausted", "refused")])
def test_with_wait_for_result_a_failure_is_the_senders_too(house: House, reason: str, outcome: str) -> None:
    house.exporter("backend", enabled=False)
    house.pipeline("traces")
    house.open()
    answers = house.hand_in(otlp_request("agent", OK))
    house.core.chain.call(lambda: None)
    house.came_out(given_up=reason)
    assert answers.get(timeout=10).outcome == outcome


def test_a_receiver_that_no_pipeline_names_is_asked_to_come_again(house: House) -> None:
    house.pipeline("traces")
    house.open()
    assert house.send(otlp_request("agent", OK), receiver="other").outcome == "refused"
