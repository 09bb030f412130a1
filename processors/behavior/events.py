"""What users do as OTLP log records, one for each thing they did."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from spansieve.pdata import Writable
from spansieve.plugin import Host
from spansieve.watching import AiSpan

from . import records
from .config import Action
from .people import Following, Switch
from .similarity import Likeness
from .tasks import Settled
from .times import SECOND_NS
from .told import Prompt, Request, Whom
from .workflows import MAX_TOOLS, SHORTEST, ToolUsed, folded

PREFIX: Final = "spansieve.behavior."
"""Stands before the action in the event's name."""
SCOPE: Final = "spansieve.behavior"
MAX_WAITING: Final = 10_000
"""Events that wait for room; above, the oldest are lost."""
_MOST_SAID: Final = 4096
"""What is said again and again is encoded once: so many of each kind are remembered."""


class Events:
    """Makes and sends them. What was not asked for, or leads nowhere, is not made."""

    def __init__(self, host: Host, wanted: Collection[Action], lost: Callable[[int], None], *, has_spans: bool) -> None:
        """`lost` is told how many were lost; `has_spans`: tools have ids by which somebody can look them up."""
        self._host = host
        self._wanted = frozenset(wanted)
        self._lost = lost
        self._has_spans = has_spans
        self._waiting: list[tuple[str, bytes]] = []
        """Records, each with its service."""
        self.leads = True
        """Whether anybody takes them."""

    def _is_wanted(self, action: Action) -> bool:
        return self.leads and action in self._wanted

    def used(self, known: Iterable[Following]) -> None:
        """Tools were used, and perhaps others after them."""
        if not self._is_wanted("tool_used"):
            return
        now = self._host.clock.time_ns()
        self._put(
            [
                self._record(
                    whom, use, now, _used(use.traits.tool, use.outcome == "success", by.traits.tool if by else "none")
                )
                for whom, use, by in known
            ]
        )

    def retried(self, request: Request, prompt: Prompt, former: Prompt, likeness: Likeness, number: int) -> None:
        """A request repeats another, for the `number`th time in its task; what each of them asked."""
        said: dict[str, Writable] = {
            "similarity": round(likeness.similarity, 4),
            "method": likeness.method,
            "retry": number,
            "prompt_hash": prompt.hash or prompt.call_hash,
            "former_prompt_hash": former.hash or former.call_hash,
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

    def worked(self, whom: Whom, first: AiSpan, used: tuple[ToolUsed, ...]) -> None:
        """A trace is over, in which tools were `used` in this order, the `first` one by `whom`."""
        said = _worked(used[:MAX_TOOLS]) if self._is_wanted("workflow") else None
        if said is not None:
            self._say(whom, first, said)

    def settled(self, settled: Settled) -> None:
        """A task is over."""
        task = settled.task
        seconds = (task.request.end_ns - task.begin_ns) / SECOND_NS
        said: dict[str, Writable] = {"outcome": settled.outcome, "retries": task.retries, "duration": seconds}
        self._add("task", task.request, said)

    def _add(self, action: Action, of: Request, said: Mapping[str, Writable]) -> None:
        if self._is_wanted(action):
            self._say(of.whom, of, records.event(PREFIX + action, said))

    def _say(self, whom: Whom, of: Request | AiSpan, said: bytes) -> None:
        self._put([self._record(whom, of, self._host.clock.time_ns(), said)])

    def _record(self, whom: Whom, of: Request | AiSpan, now_ns: int, said: bytes) -> tuple[str, bytes]:
        trace_id, span_id = (of.trace_id, of.span_id) if self._has_spans else (b"", b"")
        said += _of(whom.user, whom.thread)
        return whom.service, records.record(of.start_ns, now_ns, trace_id, span_id, said)

    def _put(self, made: Sequence[tuple[str, bytes]]) -> None:
        self._waiting += made
        if len(self._waiting) > MAX_WAITING:
            excess = max(len(self._waiting) // 10, len(self._waiting) - MAX_WAITING)
            del self._waiting[:excess]
            self._lost(excess)

    def send(self) -> bool:
        """Send what waits; whether nothing waits any more."""
        if self._waiting and self._host.emit("logs", records.batch(SCOPE, self._waiting), holds_up=False):
            self._waiting.clear()
        return not self._waiting


@lru_cache(_MOST_SAID)
def _used(tool: str, succeeded: bool, followed_by: str) -> bytes:
    return records.event(PREFIX + "tool_used", {"tool": tool, "success": succeeded, "followed_by": followed_by})


@lru_cache(_MOST_SAID)
def _worked(used: tuple[ToolUsed, ...]) -> bytes | None:
    """None where it is no sequence."""
    tools, succeeded = folded(used)
    said: dict[str, Writable] = {"tools": tools, "success": all(succeeded)}
    return records.event(PREFIX + "workflow", said) if len(tools) >= SHORTEST else None


@lru_cache(_MOST_SAID)
def _of(user: str, thread: str) -> bytes:
    ids = {"user.id": user, "gen_ai.conversation.id": thread}
    return records.attributes({key: value for key, value in ids.items() if value})
