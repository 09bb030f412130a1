"""What becomes of an item that could not be scrubbed: it stays, and says little."""

from spansieve.pdata import encode_text_pair, encode_value, key_of

from .people import People
from .policy import Policy
from .scrubber import Scrubber

WITHHELD = "<WITHHELD:error>"
_ALWAYS = frozenset({"event", "status", "body"})


class Withholder:
    """A `Rewriter`: content, events, the status message, the body, and all that a detector's core hits in."""

    def __init__(self, scrubber: Scrubber, policy: Policy, people: People, event: str = "") -> None:
        """For an item of a request that names `people`; a log record may be an `event`."""
        self._event = policy.event(event)
        self._scrubber = scrubber
        self._policy = policy
        self._people = people

    def text(self, raw: bytes, where: str) -> bytes | None:
        """Source: `spansieve.pdata.Rewriter`."""
        return WITHHELD.encode() if where in _ALWAYS or self._scrubber.suspicious(raw, self._people) else None

    def pair(self, raw: bytes, where: str) -> bytes | None:
        """Source: `spansieve.pdata.Rewriter`."""
        key = key_of(raw)
        facts = self._policy.in_event(self._event, key)
        if where in _ALWAYS or facts.kind or facts.identity or self._scrubber.suspicious(raw, self._people):
            shown = "" if self._scrubber.suspicious(key.encode(), self._people) else key
            return encode_text_pair(shown.encode(), WITHHELD.encode())
        return None

    def hidden(self, raw: bytes) -> bool:
        """Source: `spansieve.pdata.Rewriter`. Nobody knows what it says."""
        return True

    def value(self, raw: bytes, where: str) -> bytes | None:
        """Source: `spansieve.pdata.Rewriter`."""
        return encode_value(WITHHELD)
