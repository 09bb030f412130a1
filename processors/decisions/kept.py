"""The traces of which something may follow."""

from collections import OrderedDict
from collections.abc import Iterator

from .story import KEPT_S, Story


class Kept:
    """At most `most` spans of them; of more, those of the traces go that were silent for the longest time."""

    def __init__(self, most: int) -> None:
        """None is known."""
        self._most = most
        self._stories: OrderedDict[bytes, tuple[float, Story]] = OrderedDict()
        """By trace, with when it is forgotten, in monotonic seconds; the most silent first."""
        self.size = 0
        self.forgotten = 0
        """Traces that were forgotten for want of room while they waited for something."""

    def take(self, trace_id: bytes) -> Story:
        """What is known of a trace."""
        found = self._stories.pop(trace_id, None)
        if found is None:
            return Story()
        self.size -= found[1].size
        return found[1]

    def keep(self, trace_id: bytes, story: Story, now: float) -> None:
        """Remember it, if something may follow."""
        if story.may_go_on:
            self._stories[trace_id] = now + KEPT_S, story
            self.size += story.size

    def gone(self, now: float) -> Iterator[Story]:
        """Take out those that are forgotten."""
        while self._stories:
            trace_id, (until, story) = next(iter(self._stories.items()))
            if until > now and self.size <= self._most:
                return
            self.forgotten += until > now and story.waits
            yield self.take(trace_id)
