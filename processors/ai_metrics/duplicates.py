"""Requests that were made before: the same prompt to the same model with the same tools, within ten minutes.

Source: METRICS.md section 6, `duplicateRequestRate`.
"""

from collections.abc import Iterable
from typing import Final

from spansieve.watching import AiSpan

MAX_AGE: Final = 600.0
"""Seconds after which a request is new again."""
MAX_HASHES: Final = 50_000
"""Requests that are remembered, 8 bytes of each; the longest unseen is forgotten."""


class Duplicates:
    """The requests of the last ten minutes; seconds are monotonic."""

    def __init__(self) -> None:
        """None was made."""
        self._seen: dict[int, float] = {}
        self.forgotten = 0
        """Requests that went for want of room before their time."""

    def __len__(self) -> int:
        return len(self._seen)

    def count(self, calls: Iterable[AiSpan], model: str, now: float) -> int:
        """How many of `calls` to `model` were made before; they are remembered. One whose prompt nobody hashed was
        not.
        """
        seen, found = self._seen, 0
        said = [one.said for one in calls if "prompt_hash" in one.said]
        for key in [hash((one["prompt_hash"], model, one.get("tools_hash"))) for one in said if one["prompt_hash"]]:
            last = seen.pop(key, None)
            seen[key] = now
            if last is not None and now <= last + MAX_AGE:
                found += 1
        while len(seen) > MAX_HASHES:
            del seen[next(iter(seen))]
            self.forgotten += 1
        return found

    def expire(self, now: float) -> None:
        """Forget what is too old to matter."""
        while self._seen:
            oldest = next(iter(self._seen))
            if self._seen[oldest] + MAX_AGE >= now:
                return
            del self._seen[oldest]
