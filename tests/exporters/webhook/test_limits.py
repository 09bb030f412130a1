"""webhook: silences, storms, restarts, ends."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from spansieve.alerts import to_batch
from spansieve.clock import SystemClock
from spansieve.exporters.webhook import Webhook, WebhookConfig
from spansieve.exporters.webhook.groups import Group
from spansieve.exporters.webhook.timetable import TIDY_ABOVE, Timetable
from spansieve.extensions.storage import SqliteStorage, StorageConfig
from spansieve.plugin import Retry, StorageError
from spansieve.testing import FakeHost
from tests.exporters.webhook.receiving import Bench, Receiver, StoringHost, alert_of, ended, told
from tests.spansieve.alerts.samples import NOW_NS

Make = Callable[..., Bench]
BASH, GREP = "TimeoutError:bash", "KeyError:grep"


def at(seconds: float) -> str:
    """So long after the clock's beginning."""
    return (datetime.fromtimestamp(NOW_NS / 1e9, UTC) + timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def storage(host: StoringHost, tmp_path: Path) -> Iterator[SqliteStorage]:
    made = SqliteStorage(StorageConfig(directory=str(tmp_path / "storage"), min_free_bytes=0), FakeHost("storage"))
    made.start()
    host.kept = made.storage("exporter_webhook")
    yield made
    made.shutdown()


def test_a_silence_keeps_quiet_and_what_lasts_is_told_after_it(bench: Make, receiver: Receiver) -> None:
    silence = {"matchers": ['tool=~"ba.*"'], "ends": at(600)}
    webhook = bench(group_wait="0s", group_interval="10s", silences=[silence])
    lasting, passing = alert_of(about=BASH), alert_of(about="A:bat")
    webhook.take(lasting, passing, alert_of(about=GREP))
    webhook.after()
    webhook.take(ended(passing))
    webhook.after(590)
    assert told(receiver.requests) == [[(GREP, "firing")]]
    assert webhook.count("spansieve_alerts_suppressed", "silenced") == 2
    webhook.after(10)
    assert told(receiver.requests)[1:] == [[(BASH, "firing")]]


def test_a_silence_that_begins_later_does_not_hide_the_end_for_good(bench: Make, receiver: Receiver) -> None:
    silence = {"matchers": ['type="new_error_type"'], "starts": at(60), "ends": at(120)}
    webhook = bench(group_wait="0s", group_interval="10s", silences=[silence])
    alert = alert_of()
    webhook.take(alert)
    webhook.after()
    webhook.after(60)
    webhook.take(ended(alert))
    webhook.after(30)
    assert told(receiver.requests) == [[(BASH, "firing")]]
    webhook.after(30)
    assert told(receiver.requests)[1:] == [[(BASH, "resolved")]]


def test_a_silence_that_is_over_is_named_once(bench: Make, caplog: pytest.LogCaptureFixture) -> None:
    bench(silences=[{"matchers": ["tool=bash"], "ends": at(-1), "comment": "old one"}])
    assert [record.getMessage() for record in caplog.records if "old one" in record.getMessage()] == [
        "the silence 'old one' has ended, and silences nothing any more: take it out"
    ]


def test_what_is_over_the_limit_becomes_one_summary_a_minute(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_by=["..."], group_wait="0s", group_interval="10s", rate_limit={"per_minute": 2})
    first = [alert_of(about=f"E:{number}") for number in range(20)]
    webhook.take(*first, *(alert_of("error_regression", f"E:{number}") for number in range(5)))
    webhook.after()
    assert len(receiver.requests) == 2
    webhook.after(10)
    [summary] = [one for request in receiver.requests[2:] for one in request.json["alerts"]]
    assert (summary["type"], summary["status"], summary["count"]) == ("alert_storm", "firing", 23)
    assert "18 new_error_type, 5 error_regression" in summary["summary"]
    webhook.take(*(alert_of(about=f"F:{number}") for number in range(4)))
    webhook.after(1)
    assert len(receiver.requests) == 3
    webhook.after(59)
    kinds = [(one["type"], one["count"]) for request in receiver.requests[3:] for one in request.json["alerts"]]
    assert kinds == [("alert_storm", 4)]
    webhook.after(60)
    over = receiver.requests[-1].json["alerts"][0]
    assert (over["type"], over["status"], over["id"]) == ("alert_storm", "resolved", summary["id"])
    assert webhook.count("spansieve_alerts_suppressed", "rate_limit") == 27
    webhook.take(ended(first[7]))
    webhook.after(10)
    assert told(receiver.requests[-1:]) == [[("E:7", "resolved")]]  # what was merged was told
    webhook.after(1000)
    assert len(receiver.requests) == 6


def test_a_minute_later_the_limit_allows_more(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_by=["..."], group_wait="0s", rate_limit={"per_minute": 1})
    for number in range(3):
        webhook.take(alert_of(about=f"E:{number}"))
        webhook.after(60)
    assert len(receiver.requests) == 3


def test_a_restart_tells_nothing_twice_and_loses_nothing(
    bench: Make, receiver: Receiver, storage: SqliteStorage, host: StoringHost
) -> None:
    kept = {
        "group_wait": "10s",
        "group_interval": "10s",
        "repeat_interval": "1h",
        "sending_queue": {"storage": "storage"},
    }
    before = bench(**kept)
    told_already, over, waiting = alert_of(about=BASH), alert_of(about="O:o"), alert_of(about=GREP)
    before.take(told_already, over)
    before.after(10)
    before.take(ended(over))
    before.after(10)
    before.take(waiting)
    assert len(receiver.requests) == 3
    host.clock.advance(seconds=1800)  # and it ends without a word

    after = bench(**kept)
    after.take(told_already)
    after.after(10)
    assert told(receiver.requests[3:]) == [[(GREP, "firing")]]
    after.after(1779)
    assert len(receiver.requests) == 4
    after.after(5)
    assert told(receiver.requests[4:]) == [[(BASH, "firing")]]
    after.take(ended(told_already))
    after.after(10)
    assert told(receiver.requests[5:]) == [[(BASH, "resolved")]]


def test_a_try_after_a_restart_has_the_same_id(bench: Make, receiver: Receiver, storage: SqliteStorage) -> None:
    kept = {"group_wait": "1s", "sending_queue": {"storage": "storage"}}
    receiver.say(503, 503)
    before = bench(**kept)
    before.take(alert_of())
    before.after(1)
    after = bench(**kept)
    after.after(1)
    first, *others = receiver.requests
    assert {one.headers["webhook-id"] for one in others} == {first.headers["webhook-id"]}


def test_after_a_restart_groups_are_made_by_the_new_configuration(
    bench: Make, receiver: Receiver, storage: SqliteStorage
) -> None:
    kept = {"group_wait": "0s", "sending_queue": {"storage": "storage"}, "group_interval": "1s"}
    before = bench(**kept)
    first, second = alert_of(about=BASH), alert_of(about=GREP)
    before.take(first, second)
    before.after()
    after = bench(**kept, group_by=["service"])
    after.after(5)
    after.take(ended(first))
    after.after(5)
    assert len(receiver.requests) == 3
    assert told(receiver.requests)[2] == [(GREP, "firing"), (BASH, "resolved")]


def test_what_is_damaged_on_disk_costs_itself_alone(bench: Make, receiver: Receiver, storage: SqliteStorage) -> None:
    kept = {"group_wait": "0s", "sending_queue": {"storage": "storage"}}
    before = bench(**kept)
    before.take(alert_of(about=BASH))
    room = storage.storage("exporter_webhook")
    [key] = room.scan()
    for number, bad in enumerate((b"", b"{}\n", b"\xff\n\xff", (room.get(key) or b"")[:-9])):
        room.put(f"group/{number}", bad)
    after = bench(**kept)
    after.after()
    assert len(receiver.requests) == 1
    assert room.scan() == [key]


def test_an_endpoint_that_is_gone_is_forgotten(bench: Make, receiver: Receiver, storage: SqliteStorage) -> None:
    kept = {"group_wait": "1h", "sending_queue": {"storage": "storage"}}
    bench(name="former", **kept).take(alert_of())
    bench(name="other", **kept)
    assert storage.storage("exporter_webhook").scan() == []


def test_what_a_full_disk_does_not_take_is_not_taken(
    bench: Make, receiver: Receiver, storage: SqliteStorage, host: StoringHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = bench(group_wait="0s", sending_queue={"storage": "storage"})

    def full(key: str, value: bytes) -> None:
        raise StorageError("full")

    alert = alert_of()
    with monkeypatch.context() as patch:
        patch.setattr(host.kept, "put", full)
        with pytest.raises(Retry, match="storage"):
            webhook.take(alert)
    webhook.take(alert)
    webhook.after()
    assert told(receiver.requests) == [[(BASH, "firing")]]


def test_at_the_end_what_waits_is_told_without_waiting(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_wait="1h")
    webhook.take(alert_of(about=BASH), alert_of(about=GREP))
    webhook.exporter.shutdown()
    assert sorted(told(receiver.requests)) == [[(GREP, "firing")], [(BASH, "firing")]]


def test_at_the_end_what_can_not_be_told_is_written_down(bench: Make, receiver: Receiver, tmp_path: Path) -> None:
    letters = tmp_path / "dead.jsonl"
    webhook = bench(group_wait="1h", dead_letter=str(letters))
    receiver.say(503)
    webhook.take(alert_of())
    webhook.exporter.shutdown()
    [line] = letters.read_text().splitlines()
    assert json.loads(line)["reason"] == "shutdown"


def test_a_dead_letter_that_can_not_be_written_is_said_at_the_start(bench: Make, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no/file"):
        bench(dead_letter=str(tmp_path / "no" / "file"))


def test_on_threads_of_its_own_a_group_has_one_request_under_way_and_others_do_not_wait_for_it(
    receiver: Receiver, host: StoringHost
) -> None:
    host.clock = SystemClock()  # type: ignore[assignment]
    receiver.hold = asyncio.Event()
    settings = {"url": receiver.url, "group_by": ["tool"], "group_wait": "0s", "group_interval": "0s"}
    webhook = Webhook(WebhookConfig.model_validate(settings), host)
    webhook.start()
    webhook.alerts(to_batch([alert_of(about=BASH)]))
    receiver.wait_for(1)
    webhook.alerts(to_batch([alert_of("error_regression", BASH), alert_of(about=GREP)]))
    receiver.wait_for(2)  # the other group
    assert [request.json["group_labels"]["tool"] for request in receiver.requests] == ["bash", "grep"]
    receiver.let_go()
    receiver.wait_for(3)
    webhook.alerts(to_batch([alert_of(about="A:late")]))
    webhook.shutdown()
    assert told(receiver.requests)[2:] == [[(BASH, "firing"), (BASH, "firing")], [("A:late", "firing")]]


def test_times_that_do_not_count_any_more_are_forgotten() -> None:
    settings = WebhookConfig.model_validate({"url": "https://a.example"})
    times, group = Timetable(), Group("{}", {}, settings, 0.0, 0, {})
    for at in range(3 * TIDY_ABOVE):
        times.put(group, float(at))
    assert len(times._times) <= TIDY_ABOVE + 1
    assert list(times.take(1e9)) == [group]
    assert list(times.take(1e9)) == []
