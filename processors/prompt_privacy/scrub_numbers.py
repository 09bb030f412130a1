"""What stands in place of findings in texts that belong to no trace: counted, so that people can follow a value."""

from collections import Counter
from hashlib import blake2b

from spansieve.pseudonyms import Pseudonyms, normal

from .cuts import Slot, stand_in

MAX_VALUES = 200_000
"""Values that numbers are remembered for, some 30 MB; later ones get none."""


class Numbers:
    """`<EMAIL_1>`, `<EMAIL_2>`: a number for each value, and the same one wherever it stands."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        """`pseudonyms` for what is to be hashed."""
        self._pseudonyms = pseudonyms
        self._known: dict[bytes, str] = {}
        self._last: Counter[str] = Counter()

    def fill(self, slot: Slot) -> bytes:
        """What takes the place of a finding. There is no attribute here to be dropped: its text is."""
        return stand_in(slot, self._pseudonyms, self._numbered)

    def _numbered(self, slot: Slot) -> str:
        entity = slot.entity
        spelling = f"{entity}\0{normal(entity, slot.value)}"
        mark = blake2b(spelling.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        known = self._known.get(mark)
        if known is None:
            if len(self._known) >= MAX_VALUES:
                return f"<{entity}>"
            self._last[entity] += 1
            known = self._known[mark] = f"<{entity}_{self._last[entity]}>"
        return known
