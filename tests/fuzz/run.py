"""One target under atheris, which ends the process. Run by `python -m tests.fuzz`; arguments are libFuzzer's."""

import sys
from random import Random

import atheris

with atheris.instrument_imports(include=["spansieve"]):
    from .targets import PREFIXES, TARGETS

from .wire import mutated


def mutate(data: bytes, size: int, seed: int) -> bytes:
    """`data` changed: as libFuzzer does, or as protobuf behind the target's own first bytes; at most `size` bytes."""
    chance = Random(seed)
    prefix = PREFIXES.get(sys.argv[1])
    if prefix is None or chance.random() < 0.2:
        return bytes(atheris.Mutate(data, size))
    changed = mutated(data[prefix:], chance, lambda raw: bytes(atheris.Mutate(raw, len(raw) + 8)))
    return (data[:prefix] + changed)[:size]


if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[sys.argv[1]], custom_mutator=mutate)
    atheris.Fuzz()
