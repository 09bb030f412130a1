"""The metrics of `behavior`. Source: METRICS.md, section 3."""

from collections.abc import Iterable
from typing import Final

from spansieve.plugin import Host
from spansieve.series import Meter

from .config import BehaviorConfig
from .people import Following
from .talks import Session
from .tasks import Settled
from .told import Request

SCOPE: Final = "spansieve.behavior"
OWN: Final = "spansieve"
"""`service.name` of what belongs to no service."""
_PAIRS: Final = 500
_TOOLS: Final = 200
_RETRIES: Final = (0, 1, 2, 3, 5, 8)
_SESSION: Final = (10, 60, 300, 900, 1800, 3600, 7200)
_MOST_FEATURES: Final = 30


class Measures:
    """Counts what is told; what is asked for by window is asked of the families."""

    def __init__(self, host: Host, config: BehaviorConfig) -> None:
        """Register them."""
        self.meter = Meter(host, config, SCOPE, limits={"from": _TOOLS, "to": _TOOLS})
        count, gauge, spread = self.meter.counter, self.meter.gauge, self.meter.histogram
        self.requests = count("spansieve_user_requests_total", "Requests of users.", windowed=True)
        self._retries = count("spansieve_user_retries_total", "Requests that repeat the one before.")
        self._switches = count("spansieve_context_switches_total", "Changes of a user from one thread to another.")
        self._frustrations = count("spansieve_user_frustrations_total", "Users who asked again too often.")
        self.tasks = count("spansieve_tasks_total", "Tasks that are settled.", labels=("outcome",), windowed=True)
        self.task_retries = spread("spansieve_task_retries", "Retries within a task.", buckets=_RETRIES, windowed=True)
        self._sessions = spread("spansieve_session_seconds", "Length of sessions.", unit="s", buckets=_SESSION)
        self.transitions = count(
            "spansieve_tool_transitions_total",
            "Tools that followed another of the same user within a minute.",
            labels=("from", "to"),
            max_series=_PAIRS,
            windowed=True,
        )
        self._active = gauge("spansieve_users_active", "Users with a request in the window.", labels=("window",))
        self._returned = gauge(
            "spansieve_return_user_ratio", "Users of the week before the last who came again in the last one."
        )
        self._adoption = gauge(
            "spansieve_feature_adoption_ratio",
            "Users of a feature among the users of the last week.",
            labels=("feature",),
            max_series=_MOST_FEATURES,
        )
        self._skipped = host.counter(
            "spansieve_behavior_skipped", description="Requests and tools that belong to no user and no thread."
        )
        self._forgotten = host.counter(
            "spansieve_behavior_forgotten", description="Users and threads forgotten to make room, and the like."
        )
        self._users = host.gauge("spansieve_behavior_users", description="Users that are known.")

    def asked(self, request: Request) -> None:
        """A request."""
        self.requests.cell(request.whom.service).add(request.weight)

    def retried(self, request: Request) -> None:
        """One that repeats another."""
        self._retries.cell(request.whom.service).add(request.weight)

    def switched(self, request: Request) -> None:
        """One in another thread than the user's one before."""
        self._switches.cell(request.whom.service).add(request.weight)

    def frustrated(self, request: Request) -> None:
        """One too many."""
        self._frustrations.cell(request.whom.service).add(request.weight)

    def settled(self, settled: Settled) -> None:
        """A task is over."""
        request = settled.task.request
        self.tasks.cell(request.whom.service, settled.outcome).add(request.weight)
        self.task_retries.cell(request.whom.service).record(settled.task.retries, weight=request.weight)

    def left(self, session: Session) -> None:
        """A session is over."""
        self._sessions.cell(session.service).record(session.seconds, weight=session.weight)

    def followed(self, known: Iterable[Following]) -> None:
        """Tools were used, and others after them."""
        for whom, use, by in known:
            if by is not None:
                self.transitions.cell(whom.service, use.traits.tool, by.traits.tool).add(use.weight)

    def skipped(self, what: str, count: int) -> None:
        """`request`s or `tool`s belong to nobody."""
        if count:
            self._skipped.add(count, what=what)

    def forgotten(self, what: str, count: int = 1) -> None:
        """Something had to make room."""
        if count:
            self._forgotten.add(count, what=what)

    def show_known(self, users: int) -> None:
        """So many users are known."""
        self._users.set(users)

    def show_active(self, window: str, users: float) -> None:
        """Users of a window."""
        self._active.cell(OWN, window).set(round(users))

    def show_returned(self, ratio: float | None) -> None:
        """The share of users who came again; None: nobody can say."""
        self._returned.cell(OWN).set(ratio)

    def show_adoption(self, feature: str, ratio: float | None) -> None:
        """The share of users who use a feature."""
        self._adoption.cell(OWN, feature).set(ratio)
