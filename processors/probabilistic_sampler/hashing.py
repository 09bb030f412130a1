"""Randomness by hash, as mode `hash_seed` has always made it: FNV-1a of 32 bits, of which 14 decide.

Source: the Go Collector's probabilistic_sampler (`computeHash`, `randomnessFromBytes`); FNV: RFC 9923.
"""

BUCKETS = 1 << 14
"""Values that the hash's deciding bits can take."""

_OFFSET, _PRIME, _MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF


def fnv1a(content: bytes, start: int = _OFFSET) -> int:
    """FNV-1a of 32 bits, going on from `start`."""
    value = start
    for byte in content:
        value = (value ^ byte) * _PRIME & _MASK
    return value


def seeded(seed: int) -> int:
    """Where the hash starts that has taken `seed` in."""
    return fnv1a(seed.to_bytes(4, "little"))


def hashed_randomness(content: bytes, start: int) -> int:
    """The randomness of `content`: the deciding 14 bits inverted, then the other 18, spread, and the 14 again."""
    value = fnv1a(content, start)
    decides, rest = value & (BUCKETS - 1), value >> 18
    return (BUCKETS - 1 - decides) << 42 | (rest ^ rest << 10) << 14 | decides
