"""The section `hash`: the keys that hashes and placeholders are made with."""

import re
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from spansieve.plugin import Config, Gives, Secret

from .secret import HOW_TO_MAKE, decoded

MADE = "tmp-"
"""How the ids of keys begin that end with the process."""
_KEY_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


def _checked_id(key_id: str) -> str:
    if not _KEY_ID.fullmatch(key_id):
        raise ValueError("a key id is 1 to 32 letters, digits, - and _, such as k2")
    if key_id.startswith(MADE):
        raise ValueError(f"{MADE} is how the ids of keys begin that were made for one run: take another id, such as k2")
    return key_id


class _KeyConfig(Config):
    key: Secret | None = Field(
        default=None, description="The key: at least 32 random bytes as hex or base64. Empty: none."
    )
    key_file: str = Field(default="", description="File that holds the key, likewise; read at the start. Empty: none.")

    @field_validator("key")
    @classmethod
    def _long_enough(cls, key: Secret | None) -> Secret | None:
        if key is None or not key.get_secret_value().strip():
            return None
        decoded(key.get_secret_value())
        return key

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if self.key is not None and self.key_file:
            raise ValueError("there is a key and a key_file: keep one of them")
        return self

    @property
    def given(self) -> bool:
        """Whether there is a key."""
        return self.key is not None or bool(self.key_file)


class PreviousKey(_KeyConfig):
    """A key that was in use before: nothing is written with it, and what was can be verified."""

    key_id: str = Field(description="Id that its hashes begin with.")

    @field_validator("key_id")
    @classmethod
    def _an_id(cls, key_id: str) -> str:
        return _checked_id(key_id)

    @model_validator(mode="after")
    def _a_key(self) -> Self:
        if not self.given:
            raise ValueError("has no key: set key or key_file, or take the entry out")
        return self


class HashConfig(_KeyConfig):
    """`hash`: without a key, one is made, and kept where a storage extension runs."""

    key_id: str = Field(default="k1", description="Id that hashes begin with; a new key needs a new one.")
    previous: list[PreviousKey] = Field(
        default=[], description="Keys that were in use before: hashes made with them can be verified."
    )
    require_key: bool = Field(
        default=False, description="true: no start without a configured key, as several nodes need the same one."
    )
    storage: Annotated[str, Gives("storage")] | None = Field(
        default=None,
        description="Id of the storage extension that keeps a key that was made; left out: the first one that runs.",
    )
    template: bool = Field(
        default=False,
        description="Write `spansieve.ai.prompt.template_hash`: equal for prompts that differ in dates, UUIDs, numbers "
        "and paths alone.",
    )
    simhash: bool = Field(
        default=False,
        description="Write `spansieve.ai.prompt.simhash`, by which anybody can tell how alike two prompts are.",
    )

    @field_validator("key_id")
    @classmethod
    def _an_id(cls, key_id: str) -> str:
        return _checked_id(key_id)

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        ids = [self.key_id, *(one.key_id for one in self.previous)]
        twice = next((one for at, one in enumerate(ids) if one in ids[:at]), None)
        if twice is not None:
            raise ValueError(
                f"two keys have the id {twice}: each key needs an id of its own, the current one a new one"
            )
        return self

    @model_validator(mode="after")
    def _required(self) -> Self:
        if self.require_key and not self.given:
            raise ValueError(f"require_key is true and there is no key: set key or key_file. {HOW_TO_MAKE}")
        return self
