"""The configuration of `zpages`; the README beside this file explains every key."""

from typing import ClassVar

from pydantic import Field, field_validator

from spansieve.endpoint import parse
from spansieve.plugin import Config, Texts
from spansieve.small_server import UNUSED_KEYS
from spansieve.tls import ServerTls

_SMALL_PAGES = "the status page takes no request body and is asked by people"


class ZpagesConfig(Config):
    """Keys and defaults as the Go Collector's zpages extension, `allowed_hosts` and `show_users` apart."""

    tunes_go: ClassVar[dict[str, str]] = {
        "expvar": "it shows variables of Go's runtime; the page and /metrics tell of the process",
        **dict.fromkeys(UNUSED_KEYS, _SMALL_PAGES),
    }

    endpoint: str = Field(default="localhost:55679", description="`host:port` to listen on.")
    allowed_hosts: Texts = Field(default=[], description="Further host names under which browsers may ask.")
    show_users: bool = Field(default=False, description="Show tables about users, under their pseudonyms.")
    tls: ServerTls | None = Field(default=None, description="Serve HTTPS.")

    @field_validator("endpoint")
    @classmethod
    def _has_a_port(cls, endpoint: str) -> str:
        parse(endpoint)
        return endpoint
