"""How likely it was that a trace was kept: thresholds, the hash of the Go Collector, and what trace state says of it.

Source: OTEP 235; contrib's processor/tailsamplingprocessor (`hashTraceID`, `calculateThreshold`); FNV: RFC 9923.
"""

from fractions import Fraction
from functools import lru_cache

from spansieve.sampling import DIGITS, MAX_MEMBERS, MIN_PROBABILITY, TraceState, members_of, threshold_of

DEFAULT_SALT = "default-hash-seed"
PRECISION = 4
"""Hex digits of a threshold that are written behind those that lead as f."""
_MAX_HASH = 2**64 - 1
_OFFSET, _PRIME = 0xCBF29CE484222325, 0x100000001B3


def fnv1a(content: bytes, start: int = _OFFSET) -> int:
    """FNV-1a of 64 bits, going on from `start`."""
    value = start
    for byte in content:
        value = (value ^ byte) * _PRIME & _MAX_HASH
    return value


def salted(salt: str) -> int:
    """Where the hash starts that has taken `salt` in, the default one where it is empty."""
    return fnv1a((salt or DEFAULT_SALT).encode())


def hash_bound(percentage: float) -> int:
    """The largest hash of a trace that is kept. As in Go, the product is rounded to 64 significant bits first."""
    share = Fraction(percentage / 100)
    if share <= 0:
        return 0
    numerator, denominator = share.numerator * _MAX_HASH, share.denominator  # this is a power of two
    excess = max(0, numerator.bit_length() - 64)
    return min(_MAX_HASH, (round(Fraction(numerator, 1 << excess)) << excess) // denominator)


def randomness_of_hash(value: int) -> int:
    """The randomness that decides as the hash does: small hashes are kept, and so is large randomness."""
    return (_MAX_HASH - value) >> 8


def threshold_of_share(share: float) -> int:
    """T for a share of 0 to 1, as exact as 56 bits are; none is so small that nothing would be kept."""
    return threshold_of(min(1.0, max(share, MIN_PROBABILITY)))


def rounded(threshold: int) -> int:
    """`threshold` as it is written: four hex digits behind the leading f, to the nearest."""
    digits = f"{threshold:014x}"
    leading = len(digits) - len(digits.lstrip("f"))
    shift = 4 * max(0, DIGITS - leading - PRECISION)
    return (threshold + (1 << shift >> 1)) >> shift << shift


@lru_cache(1024)  # the spans of a trace mostly have one trace state
def rewritten(tracestate: str, threshold: int, randomness: int | None = None) -> str | None:
    """`tracestate` of a span that was kept with `threshold`, `ot` first; None where it can't be read.

    A greater `th` that is there stays; `randomness` is written where there is no `rv`; all else is kept, but for the
    last member where `ot` would be one too many (W3C Trace Context, 3.3.1).
    """
    state, whole = TraceState.parse(tracestate)
    if not whole or members_of(tracestate) is None:
        return None
    if randomness is not None and not state.rvalue:
        state = state.with_randomness(randomness)
    return str(state.sampled_with(threshold)._replace(members=state.members[: MAX_MEMBERS - 1]))
