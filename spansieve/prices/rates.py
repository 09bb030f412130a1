"""Unit prices as floats, and the arithmetic of one call."""

from typing import NamedTuple, TypeAlias


class Usage(NamedTuple):
    """Tokens of one call, none negative. `input` includes cached ones (read and written), `output` reasoning."""

    input: int
    output: int
    cache_read: int = 0
    cache_write: int = 0


class Rates(NamedTuple):
    """USD for a million tokens of each kind, and for the call itself, where the input is `above` so many tokens."""

    above: int
    input: float
    output: float
    cache_read: float
    cache_write: float
    call: float = 0.0


Price: TypeAlias = tuple[Rates, ...]
"""The rates of a model by size of the input, the largest first, those above -1, which is any size, last."""


def multiply(price: Price, usage: Usage) -> float:
    """USD for `usage`: the rates that its input reaches hold for all its tokens.

    Cached tokens that exceed the input, as if it left them out, are paid for all the same.
    """
    tokens, output, read, written = usage
    for above, per_input, per_output, per_read, per_written, call in price:  # noqa: B007 (the last holds for any call)
        if tokens > above:
            break
    plain = tokens - read - written
    plain = plain if plain > 0 else 0
    return (plain * per_input + output * per_output + read * per_read + written * per_written) / 1e6 + call
