"""Cases of the numbers through processors whose clock is told what time it is."""

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spansieve import pdata
from spansieve.otlp.json_mapping import to_json
from spansieve.pdata import Signal
from spansieve.plugin import Processor
from spansieve.registry import Registry
from spansieve.testing import FakeClock, FakeHost

from .metric_cases import Request, requests
from .metric_exits import Pushed, Samples, records
from .metric_otlp import Case
from .metric_runs import WATCHERS
from .metric_wanted import Seen, differences

STEP_S = 0.5
"""How far a told clock goes at once, where a case does not say its `step`."""


class Told:
    """The processors of a pipeline and those of the metrics that they make, in this process, by a told clock."""

    def __init__(self, case: Case, folder: Path) -> None:
        self.clock = FakeClock(time.time_ns())
        self._sent = {signal: folder / f"{signal}.jsonl" for signal in ("metrics", "logs", "alerts")}
        for path in self._sent.values():
            path.unlink(missing_ok=True)
        self._registry, self._hosts = Registry(), list[FakeHost]()
        names = [*case.get("before", ["ai_semantics"]), *case.get("watchers", WATCHERS)]
        own = case.get("config", {})
        self._step_s = float(case.get("step", STEP_S))
        self._chain = [self._made(name, own.get(name, {})) for name in names]
        self._rules = self._made("alert_rules", own.get("alert_rules", {})) if "alert_rules" in own else None

    def _made(self, name: str, own: Mapping[str, Any]) -> Processor[Any]:
        kind = self._registry.load("processors", name)
        host = FakeHost(name)
        host.clock = self.clock
        self._hosts.append(host)
        made = kind(kind.config.model_validate(own), host)
        if hasattr(made, "start"):
            made.start()
        return made  # type: ignore[return-value]

    def go(self, sent: Iterable[Request], end_s: float) -> None:
        """Let the clock go to `end_s`, and take each request when its time has come."""
        left = list(sent)
        for step in range(round(end_s / self._step_s) + 1):
            while left and left[0].at <= step * self._step_s:
                self._take(left.pop(0))
            self._tick()
            self.clock.advance(seconds=self._step_s)

    def _take(self, one: Request) -> None:
        batch = pdata.parse(one.signal, one.body)
        for processor in self._chain:
            if method := getattr(processor, one.signal, None):
                method(batch)

    def _tick(self) -> None:
        for processor in (*self._chain, self._rules):
            if processor is not None and hasattr(processor, "tick"):
                processor.tick()
            self._pass_on()

    def _pass_on(self) -> None:
        for host in self._hosts:
            emitted, host.emitted = host.emitted, []
            for signal, batch in emitted:
                if signal == "metrics" and self._rules is not None:
                    self._rules.metrics(batch)  # type: ignore[attr-defined]  # a processor of metrics has it
                shape: Signal = "metrics" if signal == "metrics" else "logs"
                with self._sent[signal].open("ab") as file:
                    file.write(to_json(shape, batch.encode()) + b"\n")

    def pushed(self) -> Samples:
        """The samples that left as OTLP."""
        return Pushed(self._sent["metrics"]).samples()

    def differences(self, case: Case) -> list[str]:
        """What is wrong with `case` now."""
        logs, alerts = self._sent["logs"], self._sent["alerts"]
        return differences(case, Seen(self.pushed(), records(logs), records(alerts), self._table, {}, []))

    def _table(self, component: str) -> Any:  # noqa: ANN401
        host = next(host for host in self._hosts if host.id == component)
        return host.statuses[component]()


def told(case: Case, folder: Path) -> list[str]:
    """What is wrong with a case after its `until` seconds of a told clock."""
    one = Told(case, folder)
    one.go(requests(case, one.clock.time_ns()), case["until"])
    return one.differences(case)
