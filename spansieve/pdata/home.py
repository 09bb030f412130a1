"""Where a lazily read message lives: its bytes in the message above it, which every change writes again."""

from .schema import Wire


class Home:
    """A message that was read from `container[place]`; `save` writes it back there.

    `parts` tells how many entries from `place` on it was read from (a singular message may stand on the wire in
    several; none where it is absent); after the first save it is one.
    """

    __slots__ = ("container", "message", "parts", "place")

    def __init__(self, container: Wire, place: int, message: Wire, parts: int = 1) -> None:
        """Remember the place."""
        self.container = container
        self.place = place
        self.message = message
        self.parts = parts

    def save(self) -> None:
        """Write the message into the one above it; nothing, once it was dropped from there."""
        if self.container is None:
            return
        raw = self.message.SerializeToString()
        if self.parts == 1:
            self.container[self.place] = raw
        else:
            self.container[self.place : self.place + self.parts] = [raw]
            self.parts = 1
