"""What only some spans say: how each attribute is read, and under which name it is kept."""

import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

from spansieve.pdata import DecodeError, decode_pair
from spansieve.semconv.names import ARGS_HASH, CONTEXT_UTILIZATION, CONTEXT_WINDOW, PARALLEL

Read = Callable[[bytes], object]
"""What an attribute says; None where that is nothing."""


MOST: Final = 10**12
"""More tokens, bytes, seconds or dollars of one span are a slip of the sender's, and one of them would outweigh all
that others say.
"""
_NUMBER: Final = re.compile(r"\d{1,18}(\.\d{1,30})?(e-\d{1,2})?", re.ASCII | re.IGNORECASE)


def number(raw: bytes) -> float | None:
    """A number from 0 to `MOST`, or one in a text: some tracers, and older agents, write all as texts. Booleans are
    none.
    """
    try:
        value = decode_pair(raw)
    except DecodeError:
        return None
    found = value if type(value) is int or isinstance(value, float) else _in_text(value)
    return found if found is not None and 0 <= found <= MOST else None


def _in_text(value: object) -> float | None:
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


def _whole(raw: bytes) -> int | None:
    found = number(raw)
    return None if found is None else int(found)


def text(raw: bytes) -> str | None:
    """A text; None for an empty one, and for all else."""
    try:
        value = decode_pair(raw)
    except DecodeError:
        return None
    return value if isinstance(value, str) and value else None


def _as_sent(raw: bytes) -> bytes:
    return raw


def _flag(raw: bytes) -> bool | None:
    try:
        value = decode_pair(raw)
    except DecodeError:
        return None
    return value if isinstance(value, bool) else {"true": True, "false": False}.get(str(value))


def _hash(raw: bytes) -> str:
    return blake2b(raw, digest_size=8).hexdigest()


DETAILS: Final[dict[str, tuple[str, Read]]] = {
    "spansieve.ai.input.bytes": ("input_bytes", _whole),
    CONTEXT_WINDOW: ("window", _whole),
    CONTEXT_UTILIZATION: ("utilization", number),
    "gen_ai.response.time_to_first_chunk": ("first_token_s", number),
    "gen_ai.tool.call.id": ("raw_call_id", _as_sent),
    "spansieve.ai.prompt.hash": ("prompt_hash", text),
    "spansieve.ai.prompt.simhash": ("prompt_simhash", text),
    "gen_ai.tool.definitions": ("tools_hash", _hash),
    ARGS_HASH: ("args_hash", text),
    "prompt.id": ("prompt_id", text),
    "prompt_id": ("prompt_id", text),
    "tool.parallel": ("says_parallel", _flag),
    PARALLEL: ("says_parallel", _flag),
}
"""By attribute; of two with one name the last one counts."""
