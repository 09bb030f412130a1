"""zpages: what a browser and a program are answered, over HTTP."""

import http.client
import json
import socket
import ssl
import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydantic import ValidationError

from spansieve.dashboard.testing import status as dashboard_status
from spansieve.extensions.zpages import Zpages, ZpagesConfig
from spansieve.extensions.zpages.extension import MAX_WAITING
from spansieve.testing import LoopHost

CERTS = Path(__file__).parents[2] / "fixtures" / "certs"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str


Ask = Callable[..., Answer]


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def served(host: LoopHost, port: int, **config: Any) -> Zpages:  # noqa: ANN401
    zpages = Zpages(ZpagesConfig.model_validate({"endpoint": f"127.0.0.1:{port}", **config}), host)
    zpages.start()
    return zpages


@pytest.fixture
def ask(host: LoopHost, port: int) -> Iterator[Ask]:
    """Ask a page that listens with its defaults; `name` is what stands in the `Host` header."""
    zpages = served(host, port)

    def get(path: str = "/", method: str = "GET", name: str = "") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request(method, path, headers={"Host": name} if name else {})
        answer = connection.getresponse()
        found = Answer(answer.status, dict(answer.getheaders()), answer.read().decode())
        connection.close()
        return found

    yield get
    zpages.shutdown()


def test_the_page_forbids_everything_from_elsewhere_and_is_never_kept(ask: Ask) -> None:
    status, headers, text = ask()
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["style-src"].startswith("'sha256-")
    assert policy["frame-ancestors"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "<script" not in text
    assert " style=" not in text  # the policy would not let it through


def test_it_is_asked_to_come_again_only_on_demand(ask: Ask) -> None:
    assert 'http-equiv="refresh"' not in ask("/").text
    assert '<meta http-equiv="refresh" content="5">' in ask("/?refresh").text


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/debug/servicez", "/#service"),
        ("/debug/pipelinez", "/#pipelines"),
        ("/debug/extensionz", "/#extensions"),
        ("/debug", "/"),
    ],
)
def test_the_go_collector_s_paths_lead_to_the_same_things(ask: Ask, path: str, where: str) -> None:
    answer = ask(path)
    assert (answer.status, answer.headers["Location"]) == (302, where)
    anchor = where.removeprefix("/#")
    assert anchor == "/" or f'id="{anchor}"' in ask("/").text


@pytest.mark.parametrize(
    ("path", "word"),
    [("/debug/tracez", "no spans of itself"), ("/debug/featurez", "feature gates"), ("/x", "No such page")],
)
def test_what_is_not_here_says_so(ask: Ask, path: str, word: str) -> None:
    status, _, text = ask(path)
    assert status == 404
    assert word in text
    assert 'href="/"' in text


def test_json_has_what_the_page_has(ask: Ask, host: LoopHost) -> None:
    host.status("jaeger/eu", lambda: {"patterns": 3})
    host.inspection = replace(host.inspection, tables=("jaeger/eu",))

    assert json.loads(ask("/api/v1/").text) == ["spansieve", "jaeger/eu"]
    whole = json.loads(ask("/api/v1/spansieve").text)
    assert whole["process"]["version"] == "1.2.3"
    assert whole["queues"][0]["size"] == 3
    assert whole["books"][0]["reasons"]["accepted"] == {"": 1005}
    one = ask("/api/v1/jaeger/eu")
    assert (one.headers["Content-Type"], json.loads(one.text)) == ("application/json", {"patterns": 3})
    missing = ask("/api/v1/gone")
    assert (missing.status, json.loads(missing.text)["names"]) == (404, ["spansieve", "jaeger/eu"])


@pytest.mark.parametrize("shows", [False, True])
def test_tables_about_users_leave_only_where_that_is_asked_for(host: LoopHost, port: int, shows: bool) -> None:
    host.status("costs", lambda: dashboard_status(private={"costs by user": [{"user": "PERSON_x"}]}))
    host.inspection = replace(host.inspection, tables=("costs",))
    zpages = served(host, port, show_users=shows)
    answers = [urllib.request.urlopen(f"http://127.0.0.1:{port}{path}").read() for path in ("/", "/api/v1/costs")]
    zpages.shutdown()
    assert [b"PERSON_x" in answer for answer in answers] == [shows, shows]


def test_a_component_that_cannot_be_shown_costs_neither_the_page_nor_the_others(ask: Ask, host: LoopHost) -> None:
    def failing() -> object:
        raise RuntimeError("the plugin failed: KeyError at x.py:1")

    host.status("bad", failing)
    host.status("good", lambda: {"rows": 5})
    host.inspection = replace(host.inspection, tables=("bad", "good"))
    text = ask().text
    assert "the plugin failed: KeyError at x.py:1" in text
    assert '<td class="text">rows</td>' in text
    assert ask("/api/v1/bad").status == 503


def test_after_one_wait_in_vain_for_the_chain_no_other_component_is_asked(ask: Ask, host: LoopHost) -> None:
    asked = []

    def busy() -> object:
        asked.append(1)
        raise TimeoutError("the chain thread is busy")

    for name in ("a", "b", "c"):
        host.status(name, busy)
    host.inspection = replace(host.inspection, tables=("a", "b", "c"))
    assert ask().text.count("the chain thread is busy") == 3
    assert len(asked) == 1


def test_what_a_component_shows_and_json_cannot_say_is_no_traceback(ask: Ask, host: LoopHost) -> None:
    host.status("odd", lambda: {"rate": float("nan"), "own": object()})
    host.inspection = replace(host.inspection, tables=("odd",))
    assert ask("/api/v1/odd").status == 500
    assert ask().status == 200


def test_an_error_of_the_page_is_counted_and_says_nothing_of_its_text(ask: Ask, host: LoopHost) -> None:
    def secret() -> object:
        raise LookupError if not host.failure else AssertionError("sk-secret")

    host.failure = "now"
    host.status("x", secret)
    host.inspection = replace(host.inspection, tables=("x",))
    status, _, text = ask()
    assert status == 500
    assert "sk-secret" not in text
    assert host.counts["faults", "AssertionError"] == 1


@pytest.mark.parametrize(
    "name", ["evil.example", "evil.example:55679", "localhost.evil.example", "127.0.0.1.evil.example"]
)
def test_another_s_name_that_points_here_is_refused(ask: Ask, host: LoopHost, name: str) -> None:
    for path in ("/", "/api/v1/spansieve", "/debug/servicez"):
        status, _, text = ask(path, name=name)
        assert status == 403
        assert "1.2.3" not in text
    assert host.counts["refused_requests", "host"] == 3


@pytest.mark.parametrize(
    "name", ["localhost", "LOCALHOST:1", "a.localhost:5", "127.0.0.1:80", "10.1.2.3", "[::1]:55679"]
)
def test_addresses_and_localhost_are_answered(ask: Ask, name: str) -> None:
    assert ask(name=name).status == 200


def test_the_endpoint_s_host_and_further_names_are_answered(host: LoopHost, port: int) -> None:
    from spansieve.extensions.zpages.hosts import allowed  # noqa: PLC0415

    assert allowed("collector.internal:55679", "collector.internal:55679", [])
    assert allowed("Status.Example.org", "localhost:1", ["status.example.org"])
    assert not allowed("", "0.0.0.0:55679", [])
    assert not allowed("other", ":55679", ["status.example.org"])


def test_only_reading_is_possible(ask: Ask, host: LoopHost) -> None:
    answer = ask(method="POST")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert host.counts["refused_requests", "method"] == 1
    head = ask(method="HEAD")
    assert (head.status, head.text) == (200, "")


def test_when_too_many_ask_at_once_the_rest_is_asked_to_come_again(ask: Ask, host: LoopHost) -> None:
    go_on, inside = threading.Event(), threading.Event()

    def slow() -> object:
        inside.set()
        go_on.wait(30)
        return {}

    host.status("slow", slow)
    statuses: list[int] = []
    threads = [
        threading.Thread(target=lambda: statuses.append(ask("/api/v1/slow").status)) for _ in range(MAX_WAITING + 4)
    ]
    for thread in threads:
        thread.start()
    assert inside.wait(10)
    threads[0].join(0)
    while host.counts["refused_requests", "busy"] < 4:
        assert len(statuses) <= 4
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert sorted(statuses) == [200] * MAX_WAITING + [503] * 4


def test_an_endpoint_that_is_taken_is_told(host: LoopHost) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        zpages = Zpages(ZpagesConfig(endpoint=f"127.0.0.1:{taken}"), host)
        with pytest.raises(OSError, match=rf"zpages\.endpoint: can't listen on 127\.0\.0\.1:{taken}: .*in use"):
            zpages.start()
        zpages.shutdown()


def test_after_the_end_nobody_listens(host: LoopHost, port: int) -> None:
    served(host, port).shutdown()
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.1", port, timeout=10).connect()


def test_with_tls_it_is_asked_over_https(host: LoopHost, port: int) -> None:
    tls = {"cert_file": str(CERTS / "server.pem"), "key_file": str(CERTS / "server.key")}
    zpages = served(host, port, endpoint=f"localhost:{port}", tls=tls)
    trusting = ssl.create_default_context(cafile=CERTS / "ca.pem")
    connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=trusting)
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    connection.close()
    zpages.shutdown()


def test_the_defaults_are_the_collector_s_and_what_tunes_go_is_accepted() -> None:
    config = ZpagesConfig.model_validate({"expvar": {"enabled": True}, "read_timeout": "5s"})
    assert (config.endpoint, config.allowed_hosts, config.tls) == ("localhost:55679", [], None)
    assert Zpages.endpoints(config) == ["localhost:55679"]
    with pytest.raises(ValidationError, match="has no port"):
        ZpagesConfig(endpoint="localhost")
