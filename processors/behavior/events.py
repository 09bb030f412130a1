"""What users do as OTLP log records, one for each thing they did."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple

from spansieve.pdata import LogBatch, Wire, Writable, encode_pair
from spansieve.pdata.schema import CLASSES
from spansieve.plugin import Host

from .config import ACTIONS, Action
from .people import Switch
from .similarity import Likeness
from .tasks import Settled
from .times import SECOND_NS
from .told import Request, ToolUse, Whom
from .workflows import MAX_TOOLS, SHORTEST, ToolUsed, folded

PREFIX: Final = "spansieve.behavior."
"""Stands before the action in the event's name."""
SCOPE: Final = "spansieve.behavior"
MAX_WAITING: Final = 10_000
"""Events that wait for room; above, the oldest are lost."""
_SEVERITY: Final = 9
_NAMES: Final = {action: (PREFIX + action).encode() for action in ACTIONS}


class _Event(NamedTuple):
    action: Action
    whom: Whom
    time_ns: int
    trace_id: bytes
    span_id: bytes
    said: Mapping[str, Writable]


class Events:
    """Makes and sends them. What was not asked for, or leads nowhere, is not made."""

    def __init__(self, host: Host, wanted: Collection[Action], lost: Callable[[int], None]) -> None:
        """`lost` is told how many were lost."""
        self._host = host
        self._wanted = frozenset(wanted)
        self._lost = lost
        self._waiting: list[_Event] = []
        self.leads = True
        """Whether anybody takes them."""

    def _is_wanted(self, action: Action) -> bool:
        return self.leads and action in self._wanted

    def used(self, use: ToolUse, by: ToolUse | None) -> None:
        """A tool was used, and perhaps another after it."""
        if not self._is_wanted("tool_used"):
            return
        said: dict[str, Writable] = {
            "tool": use.tool,
            "success": use.succeeded,
            "followed_by": by.tool if by else "none",
        }
        self._add("tool_used", use, said)

    def retried(self, request: Request, former_hash: str, likeness: Likeness, number: int) -> None:
        """A request repeats another, for the `number`th time in its task."""
        said: dict[str, Writable] = {
            "similarity": round(likeness.similarity, 4),
            "method": likeness.method,
            "retry": number,
            "prompt_hash": request.prompt.hash or request.prompt.call_hash,
            "former_prompt_hash": former_hash,
        }
        self._add("user_retry", request, said)

    def switched(self, switch: Switch) -> None:
        """A user went to another thread."""
        said: dict[str, Writable] = {
            "from": switch.left,
            "to": switch.request.whom.thread,
            "switch_duration": switch.stay_ns / SECOND_NS,
            "returned": switch.returned,
        }
        self._add("context_switch", switch.request, said)

    def frustrated(self, request: Request, retries: int, window_s: float) -> None:
        """A user asked again too often."""
        self._add("user_frustration", request, {"retries": retries, "window": window_s})

    def worked(self, use: ToolUse, used: Sequence[ToolUsed]) -> None:
        """A trace is over, in which tools were `used` in this order; `use` was the first."""
        if self._is_wanted("workflow"):
            tools, succeeded = folded(used[:MAX_TOOLS])
            if len(tools) >= SHORTEST:
                self._add("workflow", use, {"tools": [*tools], "success": all(succeeded)})

    def settled(self, settled: Settled) -> None:
        """A task is over."""
        task = settled.task
        seconds = (task.request.end_ns - task.begin_ns) / SECOND_NS
        said: dict[str, Writable] = {"outcome": settled.outcome, "retries": task.retries, "duration": seconds}
        self._add("task", task.request, said)

    def _add(self, action: Action, of: Request | ToolUse, said: Mapping[str, Writable]) -> None:
        if not self._is_wanted(action):
            return
        self._waiting.append(_Event(action, of.whom, of.start_ns, of.trace_id, of.span_id, said))
        if len(self._waiting) > MAX_WAITING:
            excess = len(self._waiting) // 10
            del self._waiting[:excess]
            self._lost(excess)

    def send(self) -> bool:
        """Send what waits; whether nothing waits any more."""
        if self._waiting and self._host.emit("logs", self._batch(), holds_up=False):
            self._waiting.clear()
        return not self._waiting

    def _batch(self) -> LogBatch:
        request = CLASSES["ExportLogsServiceRequest"]()
        now = self._host.clock.time_ns()
        services: dict[str, Wire] = {}
        users: dict[Whom, list[bytes]] = {}
        for event in self._waiting:
            whom = event.whom
            if whom not in users:
                users[whom] = _pairs(_ids(whom))
            if whom.service not in services:
                services[whom.service] = _records(request, whom.service)
            services[whom.service].add(
                time_unix_nano=event.time_ns,
                observed_time_unix_nano=now,
                severity_number=_SEVERITY,
                severity_text=b"INFO",
                event_name=_NAMES[event.action],
                trace_id=event.trace_id,
                span_id=event.span_id,
                attributes=_pairs(event.said) + users[whom],
            )
        return LogBatch.parse(request.SerializeToString())


def _records(request: Wire, service: str) -> Wire:
    """Where the records of a service go."""
    resource = request.resource_logs.add()
    resource.resource.attributes.append(encode_pair("service.name", service or "unknown_service"))
    scope = resource.scope_logs.add()
    scope.scope.name = SCOPE.encode()
    return scope.log_records


def _ids(whom: Whom) -> Mapping[str, str]:
    ids = {"user.id": whom.user, "gen_ai.conversation.id": whom.thread}
    return {key: value for key, value in ids.items() if value}


def _pairs(said: Mapping[str, Writable]) -> list[bytes]:
    return [encode_pair(key, value) for key, value in said.items()]
