"""Errors through the real program: some of the streams, told to a webhook, and a kill after which nobody hears of the
same again.
"""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml

from .error_streams import Case, cases
from .program import Program, eventually, export, running
from .sampling_cases import body
from .test_webhook import Hook, reader

STREAMS = {case["id"]: case for case in [*cases("dev_streams.jsonl"), *cases("streams.jsonl")]}


@pytest.fixture
def hook() -> Iterator[Hook]:
    one = Hook()
    yield one
    one.close()


def configuration(hook: Hook, aggregation: Mapping[str, Any]) -> str:
    told = yaml.safe_dump(
        {
            "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": "localhost:{grpc}"}}}},
            "processors": {"error_aggregation": dict(aggregation)},
            "exporters": {
                "debug": {},
                "webhook": {"url": hook.url, "group_by": ["..."], "group_wait": "0s", "group_interval": "200ms"},
            },
            "extensions": {"storage": {"directory": "kept"}},
            "service": {
                "extensions": ["storage"],
                "telemetry": {"metrics": {"readers": [reader()]}},
                "pipelines": {
                    "traces": {"receivers": ["otlp"], "processors": ["error_aggregation"], "exporters": ["debug"]},
                    "alerts": {"receivers": ["error_aggregation"], "exporters": ["webhook"]},
                },
            },
        }
    )
    return told.replace("'{metrics}'", "{metrics}")


def send(program: Program, case: Case) -> None:
    base_ns, begin = time.time_ns(), time.monotonic()
    with grpc.insecure_channel(f"localhost:{program.ports['grpc']}") as channel:
        for batch in case["batches"]:
            time.sleep(max(0.0, begin + batch["at_s"] - time.monotonic()))
            export(channel, "traces", body(batch["spans"], base_ns))


def told(hook: Hook) -> set[tuple[str, str, str]]:
    """Type, status and key of the alerts that came."""
    return {(one["type"], one["status"], (one["pattern"] or {}).get("key", "")) for one in hook.taken}


@pytest.mark.parametrize("name", ["spike-at-eleven", "dev-cascade", "retry-in-another-request", "dev-resolved"])
def test_a_stream_is_told_as_it_should(tmp_path: Path, hook: Hook, name: str) -> None:
    case = STREAMS[name]
    wanted = {(one["type"], one["status"], one["pattern"]) for one in case["expect"]["alerts"]}
    with running(tmp_path, configuration(hook, case["config"])) as program:
        send(program, case)
        eventually(lambda: told(hook) >= wanted, "all alerts come")
        eventually(lambda: 'spansieve_error_pending{processor="error_aggregation"} 0' in text(program), "none waits")
        program.check_books()
        assert program.stop() == 0
    assert told(hook) == wanted


def text(program: Program) -> str:
    """The program's metrics, one a line."""
    return "\n".join(f"{name} {value:g}" for name, value in program.metrics().items())


def test_a_kill_and_a_start_tell_nobody_of_what_is_known(tmp_path: Path, hook: Hook) -> None:
    case = STREAMS["spike-at-eleven"]
    config = configuration(hook, case["config"] | {"storage": "storage"})
    with running(tmp_path, config) as program:
        send(program, case)
        eventually(lambda: len(told(hook)) == 2, "both alerts come")
        program.process.kill()
        program.process.wait(10)
        before = {one["id"] for one in hook.taken}
        program.start()
        program.wait_ready()
        again = [{**one, "trace": f"again-{one['trace']}"} for one in case["batches"][0]["spans"]]
        send(program, {"batches": [{"at_s": 0, "spans": again}]})
        name = (
            'spansieve_errors_total{processor="error_aggregation",recovered="false",tool="fetch",type="TimeoutError"}'
        )
        eventually(lambda: program.metrics().get(name, 0) == 11, "they are counted")
        assert program.stop() == 0
    assert {one["id"] for one in hook.taken} == before
