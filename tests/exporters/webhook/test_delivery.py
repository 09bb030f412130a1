"""webhook: what an endpoint's answers mean, and what it gets when it comes back."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from spansieve.exporters.webhook.delivery import outcome_of
from spansieve.exporters.webhook.signing import key_of, signed_headers
from tests.exporters.webhook.receiving import Bench, Received, Receiver, alert_of, ended, told

Make = Callable[..., Bench]
BASH, GREP = "TimeoutError:bash", "KeyError:grep"
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OLD_SECRET = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_heal_is_tried_again_under_the_same_id(status: int, bench: Make, receiver: Receiver) -> None:
    receiver.say(status)
    webhook = bench(group_wait="0s")
    webhook.take(alert_of())
    webhook.after()
    webhook.after(0.9)
    assert len(receiver.requests) == 1
    webhook.after(0.1)
    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == second.headers["idempotency-key"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 1
    webhook.after(3600)
    assert len(receiver.requests) == 2
    assert webhook.count("spansieve_webhook_notifications", receiver_label(receiver), "sent") == 1


def receiver_label(receiver: Receiver) -> str:
    """What an endpoint without a name is called."""
    return f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 405, 413, 422])
def test_what_will_not_heal_is_given_up(status: int, bench: Make, receiver: Receiver) -> None:
    receiver.say(status, Location=receiver.url)
    webhook = bench(group_wait="0s", group_interval="10s")
    alert = alert_of()
    webhook.take(alert)
    webhook.after()
    webhook.after(3600)
    assert len(receiver.requests) == 1  # no redirect was followed either
    assert webhook.count("spansieve_webhook_notifications", receiver_label(receiver), "failed") == 1
    webhook.take(ended(alert))
    webhook.after(10)
    assert told(receiver.requests)[1] == [(BASH, "resolved")]


def test_waits_grow_to_their_limit(bench: Make, receiver: Receiver) -> None:
    receiver.say(*[503] * 6)
    retry = {"initial_interval": "1s", "multiplier": 3.0, "max_interval": "10s", "randomization_factor": 0.0}
    webhook = bench(group_wait="0s", retry_on_failure=retry)
    webhook.take(alert_of())
    webhook.after()
    for wait in (1, 3, 9, 10, 10):
        before = len(receiver.requests)
        webhook.after(wait - 0.01)
        assert len(receiver.requests) == before
        webhook.after(0.01)
        assert len(receiver.requests) == before + 1


@pytest.mark.parametrize(
    ("asked", "wait"),
    [("30", 30), ("Tue, 14 Nov 2023 22:13:50 GMT", 30), ("100000", 300)],
)
def test_what_the_endpoint_asks_for_is_obeyed_up_to_the_longest_wait_and_pauses_all_of_it(
    asked: str, wait: float, bench: Make, receiver: Receiver
) -> None:
    receiver.say(429, Retry_After=asked)
    webhook = bench(group_wait="0s")
    webhook.take(alert_of(about=BASH))
    webhook.after()
    webhook.take(alert_of(about=GREP))
    webhook.after(wait - 0.1)
    assert len(receiver.requests) == 1
    assert webhook.rows()[0]["state"] == "paused"
    webhook.after(0.1)
    assert sorted(told(receiver.requests)[1:]) == [[(GREP, "firing")], [(BASH, "firing")]]


@pytest.mark.parametrize("asked", ["0", "Tue, 14 Nov 2023 22:00:00 GMT", "soon", "-5"])
def test_an_endpoint_that_asks_for_no_wait_is_not_asked_without_end(
    asked: str, bench: Make, receiver: Receiver
) -> None:
    receiver.say(*[503] * 4, Retry_After=asked)
    webhook = bench(group_wait="0s")
    webhook.take(alert_of())
    webhook.after()
    for wait in (1, 2, 4):
        before = len(receiver.requests)
        webhook.after(wait - 0.1)
        assert len(receiver.requests) == before
        webhook.after(0.1)
        assert len(receiver.requests) == before + 1


def test_that_an_endpoint_is_down_and_back_is_said_once_each(
    bench: Make, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    receiver.say(503, 503, 503)
    webhook = bench(group_wait="0s")
    webhook.take(alert_of())
    for seconds in (0, 1, 2, 4):
        webhook.after(seconds)
    where = receiver_label(receiver)
    assert [record.getMessage() for record in caplog.records if where in record.getMessage()] == [
        f"{where} did not take a notification: HTTP 503; trying again",
        f"{where} takes notifications again",
    ]


def test_410_of_several_under_way_is_one_error_in_the_log(
    bench: Make, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.say(410, 410)
    webhook = bench(group_wait="0s")
    webhook.take(alert_of(about=BASH), alert_of(about=GREP))
    webhook.after()
    assert len(receiver.requests) == 2
    assert [record.levelname for record in caplog.records].count("ERROR") == 1


def test_after_410_nothing_is_sent_until_the_restart(
    bench: Make, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.say(410)
    webhook = bench(group_wait="0s")
    webhook.take(alert_of(about=BASH))
    webhook.after()
    webhook.take(alert_of(about=GREP))
    webhook.after(100_000)
    assert len(receiver.requests) == 1
    assert [record.levelname for record in caplog.records].count("ERROR") == 1
    assert webhook.count("spansieve_alerts_suppressed", "endpoint_off") == 1
    assert webhook.rows()[0]["state"] == "off"
    again = bench(group_wait="0s")
    again.take(alert_of())
    again.after()
    assert len(receiver.requests) == 2


def test_an_endpoint_that_hangs_closes_or_is_not_there_is_tried_again(bench: Make, receiver: Receiver) -> None:
    receiver.hold = asyncio.Event()
    webhook = bench(group_wait="0s", timeout="200ms")
    webhook.take(alert_of())
    webhook.after()
    receiver.hold = None
    webhook.after(1)
    assert len(receiver.requests) == 2

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gone = bench(url=f"http://127.0.0.1:{port}/", group_wait="0s")
    gone.take(alert_of())
    gone.after()
    assert gone.count("spansieve_webhook_notifications", f"127.0.0.1:{port}", "retry") == 1


def test_an_answer_that_never_ends_is_not_read(bench: Make, receiver: Receiver) -> None:
    receiver.answers.append(lambda: web.Response(body=b"x" * 10_000_000))
    webhook = bench(group_wait="0s")
    webhook.take(alert_of())
    webhook.after()
    assert webhook.count("spansieve_webhook_notifications", receiver_label(receiver), "sent") == 1


def test_an_endpoint_that_was_away_gets_the_state_and_not_the_history(bench: Make, receiver: Receiver) -> None:
    receiver.say(503, 503, 503)
    webhook = bench(group_by=["service"], group_wait="0s", group_interval="1s")
    first, second = alert_of(about=BASH), alert_of(about=GREP)
    webhook.take(first)
    webhook.after()
    webhook.take(second)
    webhook.after(1)
    webhook.take(ended(first), ended(second), replace(second, id="al_2", updated_at_ns=second.updated_at_ns + 10**12))
    webhook.after(2)
    webhook.after(4)
    assert told(receiver.requests[-1:]) == [[(GREP, "firing"), (BASH, "resolved")]]
    webhook.after(3600)
    assert len(receiver.requests) == 4


def test_a_notification_is_given_up_in_the_end_and_written_down(
    bench: Make, receiver: Receiver, tmp_path: Path
) -> None:
    receiver.say(*[503] * 20)
    letters = tmp_path / "dead.jsonl"
    retry = {"max_elapsed_time": "10s", "randomization_factor": 0.0}
    webhook = bench(
        group_wait="0s", secret=SECRET, format="alertmanager", dead_letter=str(letters), retry_on_failure=retry
    )
    webhook.take(alert_of())
    webhook.after()
    for _ in range(10):
        webhook.after(10)
    [line] = map(json.loads, letters.read_text().splitlines())
    assert list(line) == ["time", "endpoint", "reason", "webhook_id", "notification"]
    assert line["reason"] == "HTTP 503, retries_exhausted"
    assert line["notification"]["alerts"][0]["pattern"]["key"] == BASH
    assert line["webhook_id"] == receiver.requests[0].headers["webhook-id"]
    assert letters.stat().st_mode & 0o777 == 0o600
    assert webhook.count("spansieve_webhook_dead_letter", receiver_label(receiver)) == 1


def test_with_one_try_alone_it_is_given_up_at_once(bench: Make, receiver: Receiver) -> None:
    receiver.say(503)
    webhook = bench(group_wait="0s", retry_on_failure={"enabled": False})
    webhook.take(alert_of())
    webhook.after()
    webhook.after(1000)
    assert len(receiver.requests) == 1


def test_when_too_many_wait_the_oldest_update_that_tells_of_no_end_goes_first(
    bench: Make, receiver: Receiver, tmp_path: Path
) -> None:
    letters = tmp_path / "dead.jsonl"
    webhook = bench(
        group_wait="0s",
        group_interval="1s",
        repeat_interval="1h",
        sending_queue={"queue_size": 2},
        dead_letter=str(letters),
    )
    ending, lasting = alert_of(about="A:a"), alert_of(about="B:b")
    webhook.take(ending, lasting)
    webhook.after()
    receiver.say(*[503] * 3, Retry_After="60")
    webhook.take(ended(ending))
    webhook.after(10)  # its end waits
    webhook.after(3600)  # B is due once more
    webhook.take(alert_of(about="C:c"))
    webhook.after()
    lost = [
        json.loads(line)["notification"]["alerts"][0]["pattern"]["key"] for line in letters.read_text().splitlines()
    ]
    assert lost == ["B:b"]
    webhook.after(1000)
    webhook.after(1000)
    webhook.after(1000)
    assert [pair for one in told(receiver.requests[-2:]) for pair in one] == [("A:a", "resolved"), ("C:c", "firing")]


def reads_as_standard_webhook(request: Received, secret: str) -> bool:
    """What the specification tells a receiver to do, written from its text alone."""
    key = base64.b64decode(secret[len("whsec_") :])
    signed = b".".join(
        [request.headers["webhook-id"].encode(), request.headers["webhook-timestamp"].encode(), request.body]
    )
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    for one in request.headers["webhook-signature"].split(" "):
        version, _, signature = one.partition(",")
        if version == "v1" and hmac.compare_digest(signature.encode(), wanted):
            return True
    return False


def test_a_request_is_signed_with_each_secret(bench: Make, receiver: Receiver) -> None:
    webhook = bench(group_wait="0s", secret=[SECRET, OLD_SECRET])
    webhook.take(alert_of(summary="größer"))
    webhook.after()
    [request] = receiver.requests
    assert reads_as_standard_webhook(request, SECRET)
    assert reads_as_standard_webhook(request, OLD_SECRET)
    assert not reads_as_standard_webhook(request._replace(body=request.body + b" "), SECRET)
    assert request.headers["webhook-timestamp"] == "1700000000"


def test_each_try_is_signed_anew(bench: Make, receiver: Receiver) -> None:
    receiver.say(503)
    webhook = bench(group_wait="0s", secret=SECRET)
    webhook.take(alert_of())
    webhook.after()
    webhook.after(1)
    assert all(reads_as_standard_webhook(request, SECRET) for request in receiver.requests)
    assert len({request.headers["webhook-signature"] for request in receiver.requests}) == 2


def test_the_specifications_own_example_is_signed_as_it_says() -> None:
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = signed_headers([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_headers_and_users_of_urls(bench: Make, receiver: Receiver) -> None:
    url = receiver.url.replace("127.0.0.1", "jane:s%40cret@127.0.0.1")
    webhook = bench(url=url, group_wait="0s", headers={"x-team": "desk"})
    webhook.take(alert_of())
    webhook.after()
    headers = receiver.requests[0].headers
    assert headers["x-team"] == "desk"
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("spansieve/")
    assert "content-encoding" not in headers
    assert base64.b64decode(headers["authorization"].removeprefix("Basic ")) == b"jane:s@cret"
    assert "webhook-signature" not in headers
    assert webhook.rows()[0]["endpoint"] == receiver_label(receiver)


@pytest.mark.parametrize(
    ("status", "result"), [(200, "sent"), (202, "sent"), (410, "off"), (304, "failed"), (500, "retry")]
)
def test_outcomes(status: int, result: str) -> None:
    assert outcome_of(status, None).result == result
