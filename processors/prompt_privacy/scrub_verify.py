"""Which key made a hash: after a rotation those of former keys are still told apart from any others."""

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from spansieve.messages.calls import conversation
from spansieve.messages.chain import hash_of, hashes
from spansieve.pseudonyms import Key, Keyring, Pseudonyms, derived

HASH: Final = re.compile(r"<[A-Z][A-Z0-9_]*:[A-Za-z0-9_-]{1,32}:[0-9a-f]{32}>|[A-Za-z0-9_-]{1,32}:[0-9a-f]{32}")
"""A hash, or the tag that the action `hmac` writes."""

_READ_AS: Final[Mapping[str, tuple[str, ...]]] = {
    "model": ("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions"),
    "tool": ("gen_ai.tool.call.arguments", "gen_ai.tool.call.result"),
}
"""What the text may have been, by the kind of span that says it."""


class Made(NamedTuple):
    """How a hash was made: the id of the key, and the attribute that has it."""

    key_id: str
    attribute: str


def made_by(found: str, content: bytes, keyring: Keyring) -> Made | None:
    """How `found` was made of `content`: a prompt or answer as a text or as JSON messages, a tool's arguments or
    result, or a value that was replaced by a tag. None where no key of the ring gives it.
    """
    text = content.decode(errors="replace")
    if found.startswith("<"):
        key_id = Pseudonyms(keyring).verify(text.strip(), found)
        return Made(key_id, "tag") if key_id else None
    wanted = found.rpartition(":")[2]
    for key in keyring.keys:
        for attribute, value in _all_hashes(text, key):
            if value.rpartition(":")[2] == wanted:
                return Made(key.id, attribute)
    return None


def _all_hashes(text: str, key: Key) -> Iterator[tuple[str, str]]:
    secret = derived(key, "prompt")
    for kind, names in _READ_AS.items():
        for name in names:
            said = conversation({name: text}, kind=kind)
            for attribute, value in hashes(said, secret, key.id, template=True).items():
                yield from ((attribute, one) for one in _texts(value))
    yield "content", hash_of(text, secret, key.id)


def _texts(value: object) -> list[str]:
    several = value if isinstance(value, (list, tuple)) else [value]
    return [one for one in several if isinstance(one, str)]
