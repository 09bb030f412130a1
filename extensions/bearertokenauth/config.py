"""The configuration of `bearertokenauth`; the README beside this file explains every key."""

import re
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from spansieve.plugin import Config, Secret

_NAME = re.compile(r"[A-Za-z0-9_.\-]+")
_SCHEME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]*")


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class BearerTokenAuthConfig(Config):
    """Keys and defaults as the Go Collector's bearertokenauth extension."""

    scheme: str = Field(default="Bearer", description="What stands before the token; empty = the token alone.")
    token: Secret | None = Field(default=None, description="The token.")
    tokens: Annotated[list[Secret], BeforeValidator(_split)] = Field(
        default=[], description="Several tokens: all are accepted, the first is sent."
    )
    filename: str = Field(default="", description="File with a token, or several, one a line; wins over the others.")
    header: str = Field(default="Authorization", description="Header that carries the token.")

    @field_validator("scheme")
    @classmethod
    def _a_scheme(cls, scheme: str) -> str:
        if not _SCHEME.fullmatch(scheme):
            raise ValueError("the scheme is one word, such as Bearer")
        return scheme

    @field_validator("header")
    @classmethod
    def _a_name(cls, header: str) -> str:
        if not _NAME.fullmatch(header):
            raise ValueError("a header's name holds letters, digits and - _ . alone")
        return header

    @field_validator("token", "tokens")
    @classmethod
    def _sendable(cls, value: Secret | list[Secret] | None) -> Secret | list[Secret] | None:
        for one in value if isinstance(value, list) else [value] if value is not None else []:
            check_token(one.get_secret_value())
        return value

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.token is not None and self.tokens:
            raise ValueError("either tokens or token should be provided, not both: keep tokens")
        if self.token is None and not self.tokens and not self.filename:
            raise ValueError("no bearer token provided: set token, tokens or filename")
        return self


def check_token(token: str) -> str:
    """`token` if a header can carry it. Raises ValueError, without the token."""
    if not token.strip() or not token.isascii() or not token.isprintable():
        raise ValueError("a token is a text of printable ASCII characters that is not empty")
    return token
