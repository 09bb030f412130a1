"""What is noted of an item while the processor works on it."""

from dataclasses import dataclass, field

from spansieve.pdata import Span

from .judge import Verdict
from .look import Item, Look
from .plans import Alike
from .records import Rule
from .sources import Source


@dataclass(eq=False)
class Notes:
    """Of one span or log record."""

    alikes: list[Alike] = field(default_factory=list)
    """What held of the span at each look that was taken at it."""
    looks: list[Look] = field(default_factory=list)
    rule: Rule | None = None
    """What the log record is."""
    inherited: set[str] = field(default_factory=set)
    """Keys of which a span above has the value."""
    of_events: set[str] = field(default_factory=set)
    """Keys of which the span's events have the value."""
    lifted: dict[str, Span] = field(default_factory=dict)
    """Keys that came from a span below, and which one."""
    verdict: Verdict | None = None
    skipped: dict[tuple[str, str], None] = field(default_factory=dict)
    """Targets and reasons of the values that could not be used, each once."""

    def source(self, key: str) -> Source | None:
        """Where the value of `key` was found, if a rule of the mapping says so."""
        found = next((look.read[key] for look in self.looks if look.read and key in look.read), None)
        if found is None and self.rule is not None:
            found = next((step.sources[0] for step in self.rule.steps if step.target.name == key), None)
        return found


class Notebook:
    """The notes of all items of one request."""

    def __init__(self) -> None:
        """Nothing is noted."""
        self._notes: dict[int, Notes] = {}
        self._open = Notes()

    def clear(self) -> None:
        """Forget the last request."""
        self._notes.clear()

    def of(self, item: Item) -> Notes:
        """The notes of `item`, which has to live until `clear`."""
        return self._notes.setdefault(id(item), Notes())

    def turn_to(self, item: Item) -> None:
        """`item` is worked on from now on."""
        self._open = self.of(item)

    def skip(self, target: str, reason: str) -> None:
        """A value could not be used."""
        self._open.skipped[target, reason] = None
