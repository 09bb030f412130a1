"""The keys that a component has: the current one, which all is written with, and former ones to verify by."""

import hmac
from dataclasses import dataclass, field
from typing import Self

from spansieve.plugin import Host

from .config import MADE, HashConfig, PreviousKey
from .secret import decoded, read

NAME = "pseudonyms"
"""What the host knows a key as that it makes: all components share it."""
_LOST = (
    "hashes and placeholders will not compare with those from before a restart. Set hash.key or hash.key_file, or run "
    "a storage extension"
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key with its id. What it is made of is in no `repr`."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Keyring:
    """Keys by age: the current one, then those before it."""

    current: Key
    previous: tuple[Key, ...] = ()

    @property
    def keys(self) -> tuple[Key, ...]:
        """All of them, the current one first."""
        return (self.current, *self.previous)

    @classmethod
    def configured(cls, config: HashConfig) -> Self | None:
        """The keys that `config` gives, or None where it has no current one. For constructors: what is wrong with a
        file shows before the start. Raises ValueError.
        """
        previous = tuple(Key(one.key_id, _secret_of(one)) for one in config.previous)
        return cls(Key(config.key_id, _secret_of(config)), previous) if config.given else None

    @classmethod
    def open(cls, config: HashConfig, host: Host) -> Self:
        """The keys that `config` gives; a current one that is missing is made by `host`, so that it is the same in all
        components and processes. For `start`. Raises ValueError for what is wrong with a file.
        """
        configured = cls.configured(config)
        if configured is not None:
            return configured
        made = host.made_key(NAME, config.storage, lost=_LOST)
        key_id = config.key_id if made.lasting else MADE + _short_id(made.key)
        return cls(Key(key_id, made.key), tuple(Key(one.key_id, _secret_of(one)) for one in config.previous))


def _secret_of(config: HashConfig | PreviousKey) -> bytes:
    return read(config.key_file) if config.key is None else decoded(config.key.get_secret_value())


def _short_id(secret: bytes) -> str:
    """Something that tells keys of different runs apart and is the same in all processes of one."""
    return hmac.digest(secret, b"spansieve/key-id/v1", "sha256").hex()[:8]
