"""What users do, put together: each trace that is over is told here, and what follows from it is measured and told."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from spansieve.plugin import Host

from .active import Active, hash_of
from .config import BehaviorConfig
from .events import Events
from .features import Features
from .frustration import Frustrations
from .measures import Measures
from .people import Followers, Following, People, Person
from .recent import DaySum, Sessions
from .similarity import Likeness, likeness, ratios
from .store import Store
from .talks import Session, Talk, Talks
from .tasks import Tasks
from .times import SECOND_NS, EventClock, Skews
from .told import Prompt, Request, Told, Used, brought_back
from .workflows import SHORTEST, Workflows

_LOOK_NS: Final = 10 * SECOND_NS
"""Between two looks for sessions that are over."""


class Conduct:
    """All that is known of users, on the chain thread alone."""

    def __init__(self, config: BehaviorConfig, host: Host, store: Store) -> None:
        """Know nothing; `store` is told of what is to be saved."""
        self._config = config
        self.measures = Measures(host, config)
        self.clock = EventClock(host.clock)
        lost = partial(self.measures.forgotten, "events")
        self.events = Events(host, config.events, lost, has_spans=config.count_from == "spans")
        self.features = Features(config.features)
        self.people = People(config.max_users, store.changed, lambda: self.measures.forgotten("users"))
        self.talks = Talks(config.max_threads, store.changed, lambda: self.measures.forgotten("threads"))
        self._within_ns = round(config.retry.within * SECOND_NS)
        self.tasks = Tasks(self._within_ns, host.clock.time_ns(), store.changed)
        self.frustrations = Frustrations(config.frustration, host.clock)
        self.followers = Followers(config.max_users)
        self.workflows = Workflows()
        self.active = Active()
        self.tokens = DaySum()
        self.sessions = Sessions()
        self.ratios = ratios() if config.retry.text else None
        self._skews = Skews(host.clock)
        self._looked_ns = 0

    def tell(self, told: Told) -> None:
        """A trace is over."""
        told = brought_back(told, self._skews.of(told.whom.service, max(told.start_ns, told.end_ns)))
        self.clock.heard(told.end_ns)
        now = self.clock.now_ns()
        for request, prompt in told.requests:
            self._ask(request, prompt)
        for used in told.used:
            self.follow(self.followers.follow(used))
        self._work(told.used)
        if told.whom.person:
            self.active.add(self._hash_of(told.whom.person), told.start_ns, told.end_ns, told.features, now)

    def _hash_of(self, name: str) -> int:
        person = self.people.known.get(name)
        return hash_of(name) if person is None else person.hash

    def _ask(self, request: Request, prompt: Prompt) -> None:
        if not request.whom.person:
            self.measures.skipped("request", 1)
            return
        self.measures.asked(request)
        person = self.people.of(request.whom)
        switch = person.asks(request)
        if switch is not None:
            self.measures.switched(request)
            self.events.switched(switch)
        self._place(request, prompt, person)

    def _place(self, request: Request, prompt: Prompt, person: Person) -> None:
        """Put a request where it belongs: it goes on with a task, or begins one."""
        talk = self.talks.of(request.whom)
        alike = self._repeats(talk, request, prompt)
        former = talk.prompt
        if alike is None:
            task = self.tasks.begin(request)
        else:
            task = self.tasks.go_on(talk.task, request)
            self.measures.retried(request)
            self.events.retried(request, prompt, former, alike, task.retries)
            self._bear(request, person)
        session = talk.take(request, prompt, task.number)
        self.talks.took(talk, request.end_ns)
        if session:
            self._leave([session])
        self._leave(self.talks.crowded_out())

    def _repeats(self, talk: Talk, request: Request, prompt: Prompt) -> Likeness | None:
        """How alike it is to the one before, which it repeats; None: it does not."""
        if not talk.is_followed(request, self._within_ns):
            return None
        found = likeness(talk.prompt, prompt, self._config.retry, self.ratios)
        return found if found is not None and found.is_retry else None

    def _bear(self, request: Request, person: Person) -> None:
        """A user had to ask again: too often is frustrating."""
        count = person.retries_within(request.start_ns, self._config.frustration)
        self.frustrations.heard(request)
        if count > self._config.frustration.retries and person.may_alert(request.start_ns, self._config.frustration):
            self.measures.frustrated(request)
            self.events.frustrated(request, count, self._config.frustration.within)
            self.frustrations.raise_(request, count)

    def follow(self, known: Sequence[Following]) -> None:
        """Tools of which is known what followed them."""
        told = [one for one in known if one[0].person]
        self.measures.skipped("tool", len(known) - len(told))
        self.measures.followed(told)
        self.events.used(told)

    def _work(self, used: Sequence[Used]) -> None:
        """All that was used in a trace."""
        tools = tuple([(span.traits.tool, span.outcome == "success") for _, spans in used for span in spans])
        if len(tools) >= SHORTEST:
            whom, spans = used[0]
            self.workflows.add(tools, spans[0].start_ns)
            self.events.worked(whom, spans[0], tools)

    def _leave(self, sessions: Iterable[Session]) -> None:
        now = self.clock.now_ns()
        for session in sessions:
            self.measures.left(session)
            self.sessions.add(session.seconds, now)

    def pass_time(self) -> None:
        """What is over by now."""
        now = self.clock.now_ns()
        self.follow(self.followers.past(now))
        for settled in self.tasks.settled(now):
            self.measures.settled(settled)
            self.events.settled(settled)
        if not 0 <= now - self._looked_ns < _LOOK_NS:  # the first spans may set the clock back
            self._looked_ns = now
            self._leave(self.talks.over(now))
        self.talks.forget_texts(now - self._within_ns)
        self.frustrations.over(now)
        self._count_lost()

    def _count_lost(self) -> None:
        self.measures.forgotten("tasks", self.tasks.hurried)
        self.measures.forgotten("feedback", self.tasks.marks.lost)
        self.tasks.hurried = self.tasks.marks.lost = 0

    def show(self) -> None:
        """Set what is measured of all users together."""
        now = self.clock.now_ns()
        self.measures.show_known(len(self.people.known))
        for window, days in (("1d", 1), ("7d", 7)):
            self.measures.show_active(window, self.active.last(days * 24 * 3600 * SECOND_NS, now).size)
        self.measures.show_returned(self.active.returned(now))
        for feature, ratio in self.active.adoptions(self.features.bits, now).items():
            self.measures.show_adoption(feature, ratio)
