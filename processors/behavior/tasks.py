"""Tasks: what a user wanted, in one request or in several that repeat it, and what came of it."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final, Literal, NamedTuple

from .kept import Kept
from .told import Request, Whom

MAX_TASKS: Final = 50_000
"""Above, the one that is settled next is settled at once."""
MAX_MARKS: Final = 10_000
Outcome = Literal["completed", "retried", "failed"]


class Marks:
    """What was said to be bad: traces, or all that went before in a thread. The oldest give way."""

    def __init__(self) -> None:
        """Nothing was."""
        self.lost = 0
        """How many gave way."""
        self._at: OrderedDict[str, int] = OrderedDict()

    def add(self, what: str, when_ns: int) -> None:
        """`what`, by `trace_mark` or `thread_mark`, was said to be bad at `when_ns`."""
        self._at[what] = when_ns
        self._at.move_to_end(what)
        if len(self._at) > MAX_MARKS:
            self._at.popitem(last=False)
            self.lost += 1

    def at(self, what: str) -> int | None:
        """When it was said; None: it was not."""
        return self._at.get(what)

    def state(self) -> Mapping[str, int]:
        """What to save, fit for JSON."""
        return self._at

    def load(self, state: Mapping[str, int]) -> None:
        """Take over what `state` gave."""
        self._at.update(state)


def trace_mark(trace_id: bytes) -> str:
    """A trace, as it is marked."""
    return f"trace {trace_id.hex()}"


def thread_mark(thread: str) -> str:
    """A thread, likewise."""
    return f"thread {thread}"


class Task(Kept):
    """One task, told by its last request. Times are nanoseconds since the Unix epoch."""

    __slots__ = ("begin_ns", "number", "request", "retries")

    prefix = "task/"

    def __init__(self, number: int, request: Request) -> None:
        """`number` is its own; it begins with `request`."""
        super().__init__()
        self.number = number
        self.request = request
        self.begin_ns = request.start_ns
        self.retries = 0

    @property
    def key(self) -> str:
        """What it is saved under."""
        return f"{self.prefix}{self.number}"

    def go_on(self, request: Request) -> None:
        """`request` asks for the same again."""
        self.retries += 1
        self.request = request

    def state(self) -> Mapping[str, Any]:
        """What to save, fit for JSON."""
        request = self.request
        return {
            "number": self.number,
            "begin_ns": self.begin_ns,
            "retries": self.retries,
            "whom": [*request.whom[:3]],
            "ids": [request.trace_id.hex(), request.span_id.hex()],
            "rest": [request.start_ns, request.end_ns, request.failed, request.weight],
        }

    @classmethod
    def loaded(cls, state: Mapping[str, Any]) -> "Task":
        """The one that gave `state`."""
        ids = [bytes.fromhex(one) for one in state["ids"]]
        start_ns, end_ns, failed, weight = state["rest"]
        whom = Whom.of(*state["whom"])
        task = cls(state["number"], Request(whom, ids[0], ids[1], start_ns, end_ns, failed, weight))
        task.begin_ns, task.retries = state["begin_ns"], state["retries"]
        return task


class Settled(NamedTuple):
    """A task of which no more is to come."""

    task: Task
    outcome: Outcome


class Tasks:
    """Tasks that are open, until nothing can repeat them any more."""

    def __init__(self, within_ns: int, first: int, changed: Callable[[Kept], None]) -> None:
        """A request repeats another that ended at most `within_ns` before; tasks have numbers from `first` on;
        `changed` is told what is to be saved.
        """
        self._within_ns = within_ns
        self._changed = changed
        self._numbers = count(first)
        self._due: list[tuple[int, int]] = []
        """When, and which: once each, perhaps too early."""
        self.open: dict[int, Task] = {}
        self.marks = Marks()
        self.hurried = 0
        """How many were settled before their time."""

    def begin(self, request: Request) -> Task:
        """A request for something new."""
        task = Task(next(self._numbers), request)
        self.put(task)
        self._changed(task)
        return task

    def go_on(self, number: int, request: Request) -> Task:
        """A request that repeats that of a task; where it was settled by now, a new one begins."""
        task = self.open.get(number)
        if task is None:
            task = self.begin(request)
            task.retries = 1
            return task
        task.go_on(request)
        self._changed(task)
        return task

    def put(self, task: Task) -> None:
        """Know a task."""
        self.open[task.number] = task
        heappush(self._due, (self._due_ns(task), task.number))

    def settled(self, now_ns: int) -> list[Settled]:
        """Those of which nothing more is to come at `now_ns`."""
        found = []
        while self._due and (self._due[0][0] < now_ns or len(self.open) > MAX_TASKS):
            due, number = heappop(self._due)
            task = self.open[number]
            if self._due_ns(task) > due and len(self.open) <= MAX_TASKS:
                heappush(self._due, (self._due_ns(task), number))
                continue
            del self.open[number]
            self.hurried += due >= now_ns
            task.is_gone = True
            self._changed(task)
            found.append(Settled(task, self._outcome(task)))
        return found

    def _due_ns(self, task: Task) -> int:
        return task.request.end_ns + self._within_ns

    def _outcome(self, task: Task) -> Outcome:
        """Its last request says how it ended; what was marked as bad failed."""
        request = task.request
        marked = self.marks.at(trace_mark(request.trace_id))
        talked = self.marks.at(thread_mark(request.whom.thread)) if request.whom.thread else None
        if request.failed or marked is not None or (talked is not None and talked >= request.start_ns):
            return "failed"
        return "retried" if task.retries else "completed"
