"""The configuration of `basicauth`; the README beside this file explains every key."""

from typing import Self

from pydantic import Field, model_validator

from spansieve.plugin import Config, Secret


class Htpasswd(Config):
    """Who is let in."""

    file: str = Field(default="", description="File with a line `name:password` for each, as htpasswd writes it.")
    inline: Secret | None = Field(default=None, description="The same lines as text; they win over those of the file.")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.file and not (self.inline and self.inline.get_secret_value().strip()):
            raise ValueError("no credential source provided: set file or inline")
        return self


class ClientAuth(Config):
    """What clients send."""

    username: str = Field(default="", description="The name.")
    username_file: str = Field(default="", description="File that holds the name; wins over `username`.")
    password: Secret | None = Field(default=None, description="The password.")
    password_file: str = Field(default="", description="File that holds the password; wins over `password`.")

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.username and not self.username_file:
            raise ValueError("whose password is it? Set username or username_file")
        if ":" in self.username:
            raise ValueError("a username can't hold a colon: it would end there (RFC 7617)")
        return self


class BasicAuthConfig(Config):
    """Keys as the Go Collector's basicauth extension: one of the two sections."""

    htpasswd: Htpasswd | None = Field(default=None, description="For receivers: who is let in.")
    client_auth: ClientAuth | None = Field(default=None, description="For exporters: what they send.")

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if self.htpasswd is not None and self.client_auth is not None:
            raise ValueError(
                "only one of htpasswd or client_auth can be specified: configure a second one, such as basicauth/client"
            )
        if self.htpasswd is None and self.client_auth is None:
            raise ValueError("no credential source provided: set htpasswd (receivers) or client_auth (exporters)")
        return self
