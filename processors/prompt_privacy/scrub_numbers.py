"""What stands in place of findings in texts that belong to no trace: counted, so that people can follow a value."""

from collections import Counter
from hashlib import blake2b

from spansieve.pseudonyms import Pseudonyms, normal

from .cuts import Slot
from .masks import mask

MAX_VALUES = 200_000
"""Values that numbers are remembered for, some 30 MB; later ones get none."""


class Numbers:
    """`<EMAIL_1>`, `<EMAIL_2>`: a number for each value, and the same one wherever it stands."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        """`pseudonyms` for what is to be hashed."""
        self._pseudonyms = pseudonyms
        self._known: dict[bytes, bytes] = {}
        self._last: Counter[str] = Counter()

    def fill(self, slot: Slot) -> bytes:
        """What takes the place of a finding. There is no attribute here to be dropped: its text is."""
        if slot.action == "placeholder":
            return self._numbered(slot.entity, slot.value)
        if slot.action == "mask":
            return mask(slot.entity, slot.value).encode()
        return self._pseudonyms.tag(slot.entity, slot.value).encode() if slot.action == "hmac" else b""

    def _numbered(self, entity: str, value: str) -> bytes:
        spelling = f"{entity}\0{normal(entity, value)}"
        mark = blake2b(spelling.encode("utf-8", "surrogatepass"), digest_size=16).digest()
        known = self._known.get(mark)
        if known is None:
            if len(self._known) >= MAX_VALUES:
                return f"<{entity}>".encode()
            self._last[entity] += 1
            known = self._known[mark] = f"<{entity}_{self._last[entity]}>".encode()
        return known
