"""Cases of the numbers through the real program."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from .metric_cases import Request, requests
from .metric_exits import Pushed, Samples, of_text, records
from .metric_otlp import Case
from .metric_wanted import Seen, apart, differences
from .program import Program, eventually, post, running

WATCHERS = ("ai_metrics", "behavior", "decisions", "costs")
QUICK: Mapping[str, Mapping[str, Any]] = {
    "ai_metrics": {"settle": "1s", "interval": "1s", "lag": "4s"},
    "behavior": {"interval": "1s"},
    "decisions": {"interval": "1s"},
    "costs": {"interval": "1s"},
    "alert_rules": {"interval": "1s"},
}
"""What tests do not want to wait for."""
QUIET_S = 3.2
"""Nothing more comes so long after the last request: `settle`, and two intervals."""
COUNTED = "ai_operation_duration_seconds_count"
DEADLINE_S = 20.0


def config(own: Mapping[str, Any], before: Sequence[str], folder: Path) -> str:
    """A program with all that makes numbers, `own` keys of its processors, and `before` them other processors."""
    processors = {name: {**QUICK.get(name, {}), **own.get(name, {})} for name in (*before, *WATCHERS, "alert_rules")}
    files = {
        f"file/{name}": {"path": str(folder / f"{name}.jsonl")}
        for name in ("metrics", "events", "alerts", "traces", "sent")
    }
    chain = [*before, *WATCHERS]
    pipelines = {
        "traces": {"receivers": ["otlp"], "processors": chain, "exporters": ["file/traces"]},
        "logs": {"receivers": ["otlp"], "processors": [*before, *WATCHERS], "exporters": ["file/events"]},
        "metrics/sent": {"receivers": ["otlp"], "processors": ["ai_metrics"], "exporters": ["file/sent"]},
        "metrics/ai": {
            "receivers": list(WATCHERS),
            "processors": ["alert_rules"],
            "exporters": ["prometheus", "file/metrics"],
        },
        "alerts": {"receivers": ["behavior", "costs", "alert_rules"], "exporters": ["file/alerts"]},
    }
    return yaml.safe_dump(
        {
            "receivers": {"otlp": {"protocols": {"http": {"endpoint": "localhost:{http}"}}}},
            "processors": processors,
            "exporters": {
                **files,
                "prometheus": {"endpoint": "localhost:{health}"},
            },
            "extensions": {"zpages": {"endpoint": "localhost:{status}"}},
            "service": {
                "extensions": ["zpages"],
                "telemetry": {
                    "metrics": {
                        "readers": [{"pull": {"exporter": {"prometheus": {"host": "localhost", "port": "{metrics}"}}}}]
                    }
                },
                "pipelines": pipelines,
            },
        },
        sort_keys=False,
    ).replace("'{metrics}'", "{metrics}")


class Exits:
    """What a running program shows."""

    def __init__(self, program: Program, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._pushed = Pushed(folder / "metrics.jsonl")

    def scraped(self) -> Samples:
        """The samples of the Prometheus endpoint."""
        return of_text(self.text())

    def text(self, accept: str = "text/plain") -> str:
        """What the Prometheus endpoint answers."""
        url = f"http://localhost:{self._program.ports['health']}/metrics"
        request = urllib.request.Request(url, headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return str(answer.read().decode())

    def pushed(self) -> Samples:
        """The samples that left as OTLP."""
        return self._pushed.samples()

    def events(self) -> list[dict[str, Any]]:
        """The log records that left."""
        return records(self._folder / "events.jsonl")

    def alerts(self) -> list[dict[str, Any]]:
        """The alerts that left."""
        return records(self._folder / "alerts.jsonl")

    def own(self) -> Samples:
        """The program's metrics about itself."""
        url = f"http://localhost:{self._program.ports['metrics']}/metrics"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return of_text(answer.read().decode())

    def spans(self) -> list[dict[str, Any]]:
        """The spans that left, as attributes by name."""
        return records(self._folder / "traces.jsonl", "Spans")

    def table(self, component: str) -> Any:  # noqa: ANN401
        """What a component shows on the status page."""
        url = f"http://localhost:{self._program.ports['status']}/api/v1/{component}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.loads(answer.read())


def through_program(some: Sequence[Case], folder: Path) -> dict[str, list[str]]:
    """Send cases with one configuration to one program: what is wrong with each, by service, once nothing moves.

    What is wrong with both exits together stands under `exits`.
    """
    first = some[0]
    own, before = first.get("config", {}), first.get("before", ["ai_semantics"])
    with running(folder, config(own, before, folder)) as program:
        exits = _after(some, program, folder)
        begin = time.monotonic()
        while any((found := _compared(some, exits)).values()) and time.monotonic() - begin < DEADLINE_S:
            time.sleep(1)
        program.check_books()
        code = program.stop()
        found["exits"] += [f"exit code {code}"] if code else []
    return found


def shown_by_program(some: Sequence[Case], folder: Path) -> Samples:
    """What a program shows on both exits once all of `some` was counted."""
    patient = {"ai_metrics": {"settle": "4s"}}  # a capture's spans come within it, however busy the machine
    with running(folder, config(patient, ["ai_semantics"], folder)) as program:
        exits = _after(some, program, folder, quiet_s=6.5)
        eventually(lambda: exits.pushed() and not apart(exits.scraped(), exits.pushed()), "both exits agree")
        return exits.scraped()


def openmetrics_of_program(case: Case, folder: Path) -> str:
    """What a program answers who asks for OpenMetrics, once `case` was counted."""
    with running(folder, config({}, ["ai_semantics"], folder)) as program:
        exits = _after([case], program, folder)
        eventually(lambda: [key for key in exits.scraped() if key[0] == COUNTED], "the case was counted")
        return exits.text("application/openmetrics-text; version=1.0.0")


def _after(some: Sequence[Case], program: Program, folder: Path, quiet_s: float = QUIET_S) -> Exits:
    """The exits once all was sent and nothing more is to come."""
    _send([one for case in some for one in requests(case, time.time_ns())], program)
    time.sleep(quiet_s)
    return Exits(program, folder)


def _send(every: Sequence[Request], program: Program) -> None:
    begin = time.monotonic()
    for one in sorted(every, key=lambda request: request.at):
        time.sleep(max(0.0, begin + one.at - time.monotonic()))
        status, answer = post(f"http://localhost:{program.ports['http']}/v1/{one.signal}", one.body)
        assert status == 200, answer


def _compared(some: Sequence[Case], exits: Exits) -> dict[str, list[str]]:
    exits.pushed()  # what is old is read before both are looked at
    scraped, pushed = exits.scraped(), exits.pushed()
    seen = Seen(scraped, exits.events(), exits.alerts(), exits.table, exits.own(), exits.spans())
    return {case["service"]: differences(case, seen) for case in some} | {"exits": apart(scraped, pushed)}


def by_config(some: Iterable[Case]) -> list[list[Case]]:
    """Cases that one program can take: of one file and equal configuration; those that stand `alone` by themselves."""
    groups: dict[str, list[Case]] = {}
    key: Callable[[Case], str] = lambda case: json.dumps(  # noqa: E731
        [case["file"], case.get("config", {}), case.get("before"), case["service"] if case.get("alone") else ""]
    )
    for case in some:
        groups.setdefault(key(case), []).append(case)
    return list(groups.values())
