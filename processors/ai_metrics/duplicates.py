"""Requests that were made before: the same prompt to the same model with the same tools, within ten minutes.

Source: METRICS.md section 6, `duplicateRequestRate`.
"""

from hashlib import blake2b
from typing import Final

MAX_AGE: Final = 600.0
"""Seconds after which a request is new again."""
MAX_HASHES: Final = 50_000
"""Requests that are remembered, 8 bytes of each; the longest unseen is forgotten."""


class Duplicates:
    """The requests of the last ten minutes; seconds are monotonic."""

    def __init__(self) -> None:
        """None was made."""
        self._seen: dict[bytes, float] = {}
        self.forgotten = 0
        """Requests that went for want of room before their time."""

    def __len__(self) -> int:
        return len(self._seen)

    def is_one(self, prompt_hash: str, model: str, tools_hash: str, now: float) -> bool:
        """Whether the request was made before, and remember it. One whose prompt nobody hashed is none."""
        if not prompt_hash:
            return False
        key = blake2b(f"{prompt_hash}\0{model}\0{tools_hash}".encode(), digest_size=8).digest()
        last = self._seen.pop(key, None)
        self._seen[key] = now
        if len(self._seen) > MAX_HASHES:
            del self._seen[next(iter(self._seen))]
            self.forgotten += 1
        return last is not None and now <= last + MAX_AGE

    def expire(self, now: float) -> None:
        """Forget what is too old to matter."""
        while self._seen:
            oldest = next(iter(self._seen))
            if self._seen[oldest] + MAX_AGE >= now:
                return
            del self._seen[oldest]
