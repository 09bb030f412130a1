"""A processor with a clock that is told, fed with spans of a few words, which begin so long after it started."""

import json
from collections.abc import Mapping
from typing import Any

from spansieve.dashboard import Cell, is_dashboard
from spansieve.pdata import MetricBatch, TraceBatch
from spansieve.processors.decisions import Decisions, DecisionsConfig
from tests.disk import Disk, DiskHost
from tests.e2e.sampling_cases import body

Spec = dict[str, Any]
CALL = {"type": "tool_call", "id": "1", "arguments": {"q": "x"}}


def span(name: str, kind: str, start: int, parent: str | None = "root", **changes: Any) -> Spec:  # noqa: ANN401
    """A span of half a second from `start` s on, called as it is named, in the trace `t`."""
    plain = {"trace": "t", "span": name, "parent": parent, "name": name, "status": "UNSET"}
    times = {"start_ms": start * 1000, "dur_ms": 500}
    attrs = {"spansieve.ai.kind": kind, **changes.pop("attrs", {})}
    return {**plain, **times, "attrs": attrs, **changes}


def agent(name: str = "root", parent: str | None = None, **changes: Any) -> Spec:  # noqa: ANN401
    """An agent's run."""
    attrs = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name, **changes.pop("attrs", {})}
    return span(name, "agent", changes.pop("start", 0), parent, attrs=attrs, dur_ms=100_000, **changes)


def model(name: str, start: int, *, calls: tuple[str, ...] | None = None, **changes: Any) -> Spec:  # noqa: ANN401
    """A model call, with an answer if it is said which tools that `calls`."""
    attrs: dict[str, Any] = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}
    if calls is not None:
        parts = [{**CALL, "name": called} for called in calls] or [{"type": "text", "content": "Done."}]
        attrs["gen_ai.output.messages"] = json.dumps([{"role": "assistant", "parts": parts}])
    return span(name, "model", start, attrs={**attrs, **changes.pop("attrs", {})}, **changes)


def tool(name: str, start: int, **changes: Any) -> Spec:  # noqa: ANN401
    """A tool's run."""
    attrs = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, **changes.pop("attrs", {})}
    return span(f"{name}{start}", "tool", start, attrs=attrs, **changes)


class House:
    """One processor."""

    def __init__(self, disk: Disk | None = None, **config: Any) -> None:  # noqa: ANN401
        self.host = DiskHost(disk or Disk(), "decisions")
        stored = {} if disk is None else {"storage": "disk"}
        self.decisions = Decisions(DecisionsConfig.model_validate({**stored, **config}), self.host)
        self.decisions.start()
        self._began_ns = self.host.clock.time_ns()

    def send(self, *spans: Mapping[str, Any]) -> TraceBatch:
        """What leaves for what comes."""
        batch = TraceBatch.parse(body([dict(one) for one in spans], self._began_ns))
        self.decisions.traces(batch)
        return TraceBatch.parse(batch.encode())

    def pass_(self, seconds: int) -> None:
        """Let time go by: what is to be looked at is looked at, and then the rest."""
        for step in (1,) * min(seconds, 15) + (max(0, seconds - 15),):
            self.host.clock.advance(seconds=step)
            self.decisions.tick()

    def rows(self) -> dict[str, dict[str, Cell]]:
        """The table by key."""
        shown = self.host.show("decisions")
        assert is_dashboard(shown)
        return {str(row["key"]): row for row in shown["tables"]["decisions"]}

    def made(self, *spans: Mapping[str, Any]) -> dict[str, Cell]:
        """How many decisions of each key there are once these were looked at."""
        self.send(*spans)
        self.pass_(15)
        return {key: row["count"] for key, row in self.rows().items()}

    def series(self, name: str) -> dict[tuple[str, ...], tuple[float, float | None]]:
        """The points of a metric in the last batch: values, or counts and sums, by labels."""
        batch = next(batch for signal, batch in reversed(self.host.emitted) if signal == "metrics")
        assert isinstance(batch, MetricBatch)
        return {
            tuple(str(value) for _, value in point.attributes.items()): (point.value or point.count or 0, point.sum)
            for point in batch
            if point.metric.name == name
        }
