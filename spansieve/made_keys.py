"""Random keys that the program makes for its components: one a name, the same in all its processes.

A key is kept in a storage extension, and where none runs or takes it, for as long as the process lives. With
`service.workers` the parent alone makes keys: intake processes are told them over their sockets, and never on a command
line or in the environment, which other programs can read.
"""

import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from logging import LoggerAdapter
from typing import Any

from spansieve.plugin import Extension, MadeKey, Storage, StorageError

KEY_BYTES = 32
OWNER = "keys"
"""Whose room in the storage extension the keys have."""

Told = list[list[Any]]
"""What an intake process is told, as JSON."""


class MadeKeys:
    """The keys asked for so far, by name and by the storage extension that was asked for ("": any)."""

    def __init__(self, extensions: Mapping[str, Extension[Any]]) -> None:
        """`extensions` are those that run, by id, at every moment."""
        self._extensions = extensions
        self._made: dict[tuple[str, str], MadeKey] = {}
        self._makes = True

    def get(self, name: str, storage: str | None, log: "LoggerAdapter[Any]", lost: str) -> MadeKey:
        """The key `name`, made by the first who asks. The first who gets one that is not kept hears so in `log`, with
        what is `lost` by it. Raises ValueError in an intake process that was not told of it.
        """
        asked = name, storage or ""
        made = self._made.get(asked)
        if made is None:
            if not self._makes:
                raise ValueError(f"the key {name} was not asked for in the parent's `start`")
            made, why = self._make(name, storage)
            if why:
                log.warning("a key is made anew at each start, because %s: %s", why, lost)
            self._made[asked] = made
        return made

    def _make(self, name: str, storage: str | None) -> tuple[MadeKey, str]:
        """A key, and why it is not kept."""
        why = f"the storage extension {storage} does not run" if storage else "no storage extension runs"
        try:
            room = self._room(storage)
            if room is not None:
                return MadeKey(_kept(room, name), lasting=True), ""
        except StorageError as error:
            why = f"the storage extension does not keep it ({error})"
        return MadeKey(secrets.token_bytes(KEY_BYTES), lasting=False), why

    def _room(self, storage: str | None) -> Storage | None:
        """The room of the extension `storage`, or of the first one that stores."""
        for one, extension in self._extensions.items():
            if storage is None or one == storage:
                with suppress(NotImplementedError):
                    return extension.storage(OWNER)
        return None

    def tell(self) -> Told:
        """What `hear` takes."""
        return [[*asked, made.key.hex(), made.lasting] for asked, made in list(self._made.items())]

    def hear(self, told: Iterable[list[Any]]) -> None:
        """Know the keys that another process made, and make none from now on."""
        self._makes = False
        for name, storage, key, lasting in told:
            self._made[name, storage] = MadeKey(bytes.fromhex(key), lasting)


def _kept(room: Storage, name: str) -> bytes:
    """The key that stands in `room`, put there if it has none. Raises StorageError."""
    with room.transaction():
        key = room.get(name)
        if key is None or len(key) != KEY_BYTES:
            key = secrets.token_bytes(KEY_BYTES)
            room.put(name, key)
    return key
