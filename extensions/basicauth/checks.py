"""Bounds what the checking of passwords costs: hashes are slow on purpose, and strangers may send any number of them.

A verdict is remembered under a keyed digest, so that a sender's password is hashed once. What has to be hashed is
hashed one at a time, within a budget of time; who comes when it is spent is asked to come again.
"""

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict

from spansieve.plugin import Clock, Refused

from .htpasswd import check_of

REMEMBERED = 1024
"""Verdicts kept of each kind, the longest unused forgotten."""
BURST_SECONDS = 2.0
SHARE = 0.2
"""Of one core, once the burst is spent."""


class Verdicts:
    """Whether passwords are right; from any thread."""

    def __init__(self, clock: Clock) -> None:
        """Nothing is known, and the whole burst is there."""
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._hashing = threading.Lock()
        self._known: dict[bool, OrderedDict[bytes, None]] = {True: OrderedDict(), False: OrderedDict()}
        self._left = BURST_SECONDS
        self._since = clock.monotonic()

    def right(self, name: bytes, password: bytes, stored: str) -> bool:
        """Whether `stored` stands for `password`. Raises Refused when no time is left for finding out."""
        parts = b"".join(len(part).to_bytes(4, "big") + part for part in (name, password, stored.encode()))
        digest = hmac.digest(self._key, parts, hashlib.sha256)
        known = self._remembered(digest)
        if known is None:
            with self._hashing:  # held for one hash at most: the budget is looked at inside
                known = self._checked(password, stored)
            self._remember(digest, verdict=known)
        return known

    def _remembered(self, digest: bytes) -> bool | None:
        with self._lock:
            for verdict, digests in self._known.items():
                if digest in digests:
                    digests.move_to_end(digest)
                    return verdict
        return None

    def _remember(self, digest: bytes, *, verdict: bool) -> None:
        with self._lock:
            digests = self._known[verdict]
            digests[digest] = None
            if len(digests) > REMEMBERED:
                digests.popitem(last=False)

    def _checked(self, password: bytes, stored: str) -> bool:
        begun = self._clock.monotonic()
        self._left = min(BURST_SECONDS, self._left + (begun - self._since) * SHARE)
        self._since = begun
        if self._left <= 0:
            raise Refused("too many passwords to check, come again")
        try:
            return check_of(stored)(password)
        finally:
            self._left -= self._clock.monotonic() - begun
