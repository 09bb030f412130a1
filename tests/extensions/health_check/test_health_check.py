"""health_check: what an orchestrator hears, from before the start to after the end."""

import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spansieve.extensions.health_check import HealthCheck, HealthCheckConfig
from spansieve.extensions.health_check.answer import duration, timestamp
from spansieve.testing import LoopHost

CERTS = Path(__file__).parents[2] / "fixtures" / "certs"
DOWN = {"status": "Server not available", "upSince": "0001-01-01T00:00:00Z", "uptime": ""}


@pytest.fixture
def host() -> Iterator[LoopHost]:
    one = LoopHost("health_check")
    yield one
    one.close()


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def ask(port: int, path: str = "/", method: str = "GET") -> tuple[int, str, bytes]:
    """Status, content type and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    found = answer.status, answer.getheader("Content-Type", ""), answer.read()
    connection.close()
    return found


def health_check(host: LoopHost, port: int, **config: Any) -> HealthCheck:  # noqa: ANN401
    return HealthCheck(HealthCheckConfig.model_validate({"endpoint": f"127.0.0.1:{port}", **config}), host)


def test_from_start_to_end(host: LoopHost, port: int) -> None:
    check = health_check(host, port)
    check.start()
    status, kind, body = ask(port)
    assert (status, kind, json.loads(body)) == (503, "application/json", DOWN)

    check.ready()
    host.clock.advance(seconds=3723.5)
    check.ready()  # told again after a reload
    status, kind, body = ask(port)
    assert (status, kind) == (200, "application/json")
    assert body == b'{"status":"Server available","upSince":"2023-11-14T22:13:20Z","uptime":"1h2m3.5s"}'

    check.not_ready()
    status, _, body = ask(port)
    assert (status, json.loads(body)) == (503, DOWN)

    check.shutdown()
    with pytest.raises(ConnectionRefusedError):
        ask(port)


def test_any_method_and_any_path_below_the_default(host: LoopHost, port: int) -> None:
    check = health_check(host, port)
    check.start()
    check.ready()
    assert [ask(port, "/a/b?c", method)[0] for method in ("GET", "POST", "HEAD", "DELETE")] == [200] * 4
    check.shutdown()


def test_a_path_without_a_final_slash_answers_alone(host: LoopHost, port: int) -> None:
    check = health_check(host, port, path="/health")
    check.start()
    check.ready()
    assert [ask(port, path)[0] for path in ("/health", "/health?a=b", "/", "/health/a", "/healthy")] == [
        200,
        200,
        404,
        404,
        404,
    ]
    check.shutdown()


def test_own_texts_take_the_place_of_json(host: LoopHost, port: int) -> None:
    check = health_check(host, port, response_body={"healthy": "fein"})
    check.start()
    assert ask(port) == (503, "text/plain; charset=utf-8", b"")
    check.ready()
    assert ask(port) == (200, "text/plain; charset=utf-8", b"fein")
    check.shutdown()


def test_an_endpoint_that_is_taken_is_told_and_can_be_shut_down(host: LoopHost) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        check = health_check(host, port)
        with pytest.raises(OSError, match=rf"health_check\.endpoint: can't listen on 127\.0\.0\.1:{port}: .*in use"):
            check.start()
        check.shutdown()


def test_localhost_listens_on_the_loopback(host: LoopHost, port: int) -> None:
    check = health_check(host, port, endpoint=f"localhost:{port}")
    check.start()
    assert ask(port)[0] == 503
    check.shutdown()


def test_with_tls_it_is_asked_over_https(host: LoopHost, port: int) -> None:
    tls = {"cert_file": str(CERTS / "server.pem"), "key_file": str(CERTS / "server.key")}
    check = health_check(host, port, tls=tls)
    check.start()
    trusting = ssl.create_default_context(cafile=CERTS / "ca.pem")
    connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=trusting)
    connection.request("GET", "/")
    assert connection.getresponse().status == 503
    connection.close()
    check.shutdown()


def test_a_certificate_that_cannot_be_read_is_told(host: LoopHost, port: int) -> None:
    check = health_check(host, port, tls={"cert_file": "gone.pem", "key_file": "gone.key"})
    with pytest.raises(ValueError, match=r"gone\.pem can't be read"):
        check.start()
    check.shutdown()


def test_the_defaults_are_the_collector_s_and_its_endpoint_is_known() -> None:
    config = HealthCheckConfig()
    assert (config.endpoint, config.path, config.response_body) == ("localhost:13133", "/", None)
    assert HealthCheck.endpoints(config) == ["localhost:13133"]


@pytest.mark.parametrize(
    ("config", "problem"),
    [
        ({"endpoint": "localhost"}, "has no port"),
        ({"endpoint": ""}, "has no port"),
        ({"path": "health"}, "path"),
        ({"port": 13133}, "Extra inputs"),
        ({"tls": {}}, "needs a certificate"),
    ],
)
def test_a_mistake_is_explained(config: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        HealthCheckConfig.model_validate(config)


def test_what_has_no_effect_in_go_is_accepted() -> None:
    HealthCheckConfig.model_validate({"check_collector_pipeline": {"enabled": True}, "read_timeout": "5s"})


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (-5, "0s"),
        (7, "7ns"),
        (1_500, "1.5µs"),
        (350_000_000, "350ms"),
        (1_000_000_001, "1.000000001s"),
        (60_000_000_000, "1m0s"),
        (3_600_000_000_000, "1h0m0s"),
        (100 * 3_600_000_000_000, "100h0m0s"),
    ],
)
def test_durations_are_written_as_go_writes_them(nanoseconds: int, text: str) -> None:
    assert duration(nanoseconds) == text


def test_timestamps_have_as_many_digits_as_needed() -> None:
    assert timestamp(1_700_000_000_120_000_000) == "2023-11-14T22:13:20.12Z"
    assert timestamp(1_700_000_000_000_000_001) == "2023-11-14T22:13:20.000000001Z"
