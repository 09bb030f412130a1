"""Keyed hashes of what was said: equal content has equal ones, and nobody without the key can try what it was.

HMAC-SHA-256 over canonical bytes; the first 128 bits are written, behind the id of the key. What was said is hashed in
a chain, `h(i) = HMAC(key, h(i-1) + m(i))` over the entries of a prompt, with nothing before the first: so the hash of a
prompt of one entry is that of the entry alone. Source: FIPS 198-1 (HMAC).
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Final

from spansieve.pdata import Writable
from spansieve.semconv.names import ARGS_HASH

from .calls import Conversation
from .entry import TOOL, USER, Entry, normal, raw_value
from .jcs import jcs
from .likeness import simhash as fingerprint
from .likeness import template_of

INPUT_BYTES: Final = "spansieve.ai.input.bytes"
PROMPT_HASH: Final = "spansieve.ai.prompt.hash"
MOST_MESSAGE_HASHES: Final = 32
"""Of a longer prompt the last entries have a hash of their own."""
_BLOCK_BYTES: Final = 64
_KEPT_BYTES: Final = 16


class Keyed:
    """HMAC-SHA-256 under one key, whose part is computed once.

    By hand, because most messages are short: 1.0 us for 200 bytes, where a copied object of `hmac` takes 1.6 and
    `hmac.digest` 2.3; for 8 KB 7.0, 8.1 and 8.8 (Python 3.11, OpenSSL 3). The tests hold it against `hmac`.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        """Take `key`, of any length."""
        block = (key if len(key) <= _BLOCK_BYTES else sha256(key).digest()).ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in block))

    def digest(self, message: bytes, before: bytes = b"") -> bytes:
        """The 32 bytes for `message` with `before` in front of it."""
        inner, outer = self._inner.copy(), self._outer.copy()
        if before:
            inner.update(before)
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()

    def alone(self, entry: Entry) -> str:
        """The hash of `entry` alone, without the key's id; made once."""
        if entry.alone[0] is not self:
            entry.alone = self, hexadecimal(self.digest(entry.raw))
        return entry.alone[1]

    def chain(self, entries: Sequence[Entry]) -> list[bytes]:
        """The 32 bytes after each entry. Those of a history that is repeated are not made again."""
        found: list[bytes] = []
        before = b""
        for entry in entries:
            owner, behind, digest = entry.link
            if owner is not self or behind != before:
                digest = self.digest(entry.raw, before)
                entry.link = self, before, digest
            found.append(digest)
            before = digest
        return found


def hashes(
    conversation: Conversation, key: bytes, key_id: str, *, template: bool = False, simhash: bool = False
) -> dict[str, Writable]:
    """The hashes, lengths and counts of what `conversation` holds, by the names of their attributes.

    Hashes are texts, `k1:` and 32 hexadecimal digits; the simhash has 16 digits alone. Lengths are in characters,
    `spansieve.ai.input.bytes` is in bytes of UTF-8, both of the canonical texts. Nothing for what is not there.
    """
    keyed = _keyed(key)
    out: dict[str, Writable] = {}
    prompt, completion = conversation.prompt, conversation.completion
    if prompt:
        _put_prompt(out, prompt, keyed, key_id)
        if template:
            filled = [Entry(entry.role, template_of(entry.text)) for entry in prompt]
            out["spansieve.ai.prompt.template_hash"] = written(key_id, keyed.chain(filled)[-1])
        if simhash:
            out["spansieve.ai.prompt.simhash"] = f"{fingerprint((e.text for e in prompt), keyed.digest):016x}"
    for name, entries in (("system", conversation.system), ("completion", completion)):
        if entries:
            out[f"spansieve.ai.{name}.hash"] = written(key_id, keyed.chain(entries)[-1])
            out[f"spansieve.ai.{name}.length"] = sum([entry.length for entry in entries])
    if completion:
        out["spansieve.ai.completion.message_count"] = len(completion)
    if (given := conversation.arguments) is not None:
        out[ARGS_HASH] = written(key_id, keyed.digest(raw_value(given)))
        out["spansieve.ai.tool.args_length"] = len(given if isinstance(given, str) else jcs(given).decode())
    if conversation.result:
        answer = Entry(TOOL, conversation.result)
        out["spansieve.ai.tool.result_hash"] = f"{key_id}:{keyed.alone(answer)}"
        out["spansieve.ai.tool.result_length"] = answer.length
    return out


def hash_of(text: str, key: bytes, key_id: str) -> str:
    """The hash of content that is no message: that of a prompt which is this one text."""
    return f"{key_id}:{_keyed(key).alone(Entry(USER, normal(text)))}"


def hexadecimal(digest: bytes) -> str:
    """The part of `digest` that is written."""
    return digest[:_KEPT_BYTES].hex()


def written(key_id: str, digest: bytes) -> str:
    """`digest` as attributes have it."""
    return f"{key_id}:{hexadecimal(digest)}"


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> Keyed:
    return Keyed(key)


def _put_prompt(out: dict[str, Writable], prompt: Sequence[Entry], keyed: Keyed, key_id: str) -> None:
    chain = keyed.chain(prompt)
    out[PROMPT_HASH] = written(key_id, chain[-1])
    if history := _history(prompt):
        out["spansieve.ai.prompt.prefix_hash"] = written(key_id, chain[history - 1])
    last = prompt[-MOST_MESSAGE_HASHES:]
    out["spansieve.ai.prompt.message_hashes"] = [f"{key_id}:{keyed.alone(entry)}" for entry in last]
    out["spansieve.ai.prompt.message_count"] = len(prompt)
    out["spansieve.ai.prompt.length"] = sum([entry.length for entry in prompt])
    out[INPUT_BYTES] = sum([entry.size_bytes for entry in prompt])


def _history(prompt: Sequence[Entry]) -> int:
    """How many entries stand before the last one of the user; all where there is none."""
    last = (place for place in range(len(prompt) - 1, -1, -1) if prompt[place].role == USER)
    return next(last, len(prompt))
