"""Conversations: which request repeats the one before it, and how long people stay."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from .kept import Kept
from .times import MINUTE_NS, SECOND_NS
from .told import Prompt, Request, Whom

SESSION_GAP_NS: Final = 30 * MINUTE_NS
"""A session is over after such a time without a request."""
_MAX_BYTES: Final = 16 << 20
"""Of the prompts of former requests; the oldest go."""


class Session(NamedTuple):
    """A session that is over."""

    service: str
    seconds: float
    weight: float


class Talk(Kept):
    """One conversation. Times are nanoseconds since the Unix epoch."""

    __slots__ = ("end_ns", "last_start_ns", "name", "prompt", "service", "session_ns", "task", "trace_id", "weight")

    prefix = "thread/"

    def __init__(self, name: str) -> None:
        """Nothing was said."""
        super().__init__()
        self.name = name
        self.session_ns: int | None = None
        """When the session began."""
        self.end_ns = 0
        """When the last request was over."""
        self.last_start_ns = 0
        self.trace_id = b""
        self.prompt = Prompt()
        self.task = 0
        """The task that the last request belongs to."""
        self.service = ""
        self.weight = 1.0

    @property
    def key(self) -> str:
        """What it is saved under."""
        return self.prefix + self.name

    def is_followed(self, request: Request, within_ns: int) -> bool:
        """Whether `request` comes soon enough after the last one that it may repeat it."""
        if self.session_ns is None or request.start_ns < self.last_start_ns:
            return False
        if request.trace_id == self.trace_id and request.start_ns < self.end_ns:
            return False  # they run side by side
        return request.start_ns - self.end_ns <= within_ns

    def take(self, request: Request, prompt: Prompt, task: int) -> Session | None:
        """`request` is the last one now, unless it is out of order; returns the session that was over before it."""
        over = None
        if self.session_ns is not None and request.start_ns - self.end_ns >= SESSION_GAP_NS:
            over = self.end()
        if self.session_ns is None:
            self.session_ns, self.end_ns = request.start_ns, request.end_ns
        self.session_ns = min(self.session_ns, request.start_ns)
        self.end_ns = max(self.end_ns, request.end_ns)
        if request.start_ns >= self.last_start_ns:
            self.last_start_ns, self.trace_id = request.start_ns, request.trace_id
            self.prompt, self.task = prompt, task
            self.service, self.weight = request.whom.service, request.weight
        return over

    def end(self) -> Session:
        """The session is over."""
        length = (self.end_ns - (self.session_ns or self.end_ns)) / SECOND_NS
        self.session_ns = None
        return Session(self.service, length, self.weight)

    def state(self) -> Mapping[str, Any]:
        """What to save, fit for JSON: no text."""
        said = {name: getattr(self, name) for name in Talk.__slots__}
        return said | {"trace_id": self.trace_id.hex(), "prompt": [*self.prompt[:3]]}

    @classmethod
    def loaded(cls, state: Mapping[str, Any]) -> "Talk":
        """The one that gave `state`."""
        talk = cls(state["name"])
        for name in cls.__slots__:
            setattr(talk, name, state[name])
        talk.trace_id, talk.prompt = bytes.fromhex(state["trace_id"]), Prompt(*state["prompt"])
        return talk


class Talks:
    """At most so many conversations; the longest unseen is forgotten, and its session is over by that."""

    def __init__(self, most: int, changed: Callable[[Kept], None], forgotten: Callable[[], None]) -> None:
        """Know none; `changed` is told of what is to be saved anew, `forgotten` that one was."""
        self._most = most
        self._changed = changed
        self._forgotten = forgotten
        self._texts: deque[tuple[Talk, Prompt, int]] = deque()
        """Prompts that are kept, and the end of their requests."""
        self._bytes = 0
        self.known: OrderedDict[str, Talk] = OrderedDict()
        """The longest unseen first."""

    def of(self, whom: Whom) -> Talk:
        """A conversation; something new is said in it."""
        name = whom.talk
        talk = self.known.get(name)
        if talk is None:
            talk = self.known[name] = Talk(name)
        else:
            self.known.move_to_end(name)
        self._changed(talk)
        return talk

    def put(self, talk: Talk) -> None:
        """Know a conversation."""
        self.known[talk.name] = talk

    def crowded_out(self) -> list[Session]:
        """The sessions of conversations that are more than may be."""
        over: list[Session] = []
        while len(self.known) > self._most:
            _, gone = self.known.popitem(last=False)
            gone.is_gone = True
            self._changed(gone)
            self._forgotten()
            if gone.session_ns is not None:
                over.append(gone.end())
        return over

    def took(self, talk: Talk, end_ns: int) -> None:
        """The last request of `talk`, which ended at `end_ns`, is a new one: its text is kept, while there is room."""
        if talk.prompt.asked is not None:
            self._texts.append((talk, talk.prompt, end_ns))
            self._bytes += talk.prompt.asked.size_bytes
            while self._bytes > _MAX_BYTES:
                self._drop_text()

    def forget_texts(self, until_ns: int) -> None:
        """Nothing can repeat any more what ended before `until_ns`: texts that old go."""
        while self._texts and self._texts[0][2] < until_ns:
            self._drop_text()

    def _drop_text(self) -> None:
        talk, prompt, _ = self._texts.popleft()
        self._bytes -= prompt.asked.size_bytes if prompt.asked else 0
        if talk.prompt is prompt:
            talk.prompt = prompt._replace(asked=None)

    def over(self, now_ns: int) -> Iterator[Session]:
        """The sessions that are over at `now_ns`; with its session a conversation is forgotten."""
        for talk in list(self.known.values()):
            if now_ns - talk.end_ns >= SESSION_GAP_NS:
                del self.known[talk.name]
                talk.is_gone = True
                self._changed(talk)
                if talk.session_ns is not None:
                    yield talk.end()
