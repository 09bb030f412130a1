"""What exporters over gRPC and over HTTP share in their configuration: the Go Collector's client keys, its defaults.

Source: `config/configgrpc`, `config/confighttp` and `config/configcompression` of the Go Collector.
"""

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from spansieve.config.model import Config, Duration, Secret
from spansieve.plugin import CredentialsOf
from spansieve.tls import ClientTls

from .targets import base_url, grpc_target

_HTTP_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_GRPC_NAME = re.compile(r"[0-9a-z_.\-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def _as_map(value: object) -> object:
    """A list of `{name, value}` is a map too."""
    if not isinstance(value, list):
        return value
    pairs: dict[str, object] = {}
    for item in value:
        if not isinstance(item, dict) or set(item) != {"name", "value"} or not isinstance(item["name"], str):
            raise ValueError("a list of headers holds maps of two texts, name and value: [{name: x-team, value: desk}]")
        pairs[item["name"]] = item["value"]
    return pairs


def _checked(headers: dict[str, Secret]) -> dict[str, Secret]:
    for name, value in headers.items():
        if not _HTTP_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no header name: letters, digits and - _ . alone.")
        if _CONTROL.search(value.get_secret_value()):
            raise ValueError(f"the value of {name} holds a line break or another control character. Take it out.")
    return headers


Headers = Annotated[dict[str, Secret], BeforeValidator(_as_map), AfterValidator(_checked)]
"""Header names to values, as a map or as a list of `{name, value}`; the values are never shown."""


def _not_yet(_: object) -> None:
    raise ValueError("not available yet. Take the key out.")


NotYet = Annotated[None, BeforeValidator(_not_yet)]
"""A key of the Go Collector that is known, and refused with what to do instead."""


class ClientAuth(Config):
    """Where a client's credentials come from."""

    authenticator: CredentialsOf = Field(description="Id of the extension that gives them, such as `bearertokenauth`.")


class Keepalive(Config):
    """Pings on a quiet gRPC connection."""

    time: Duration = Field(default=10.0, gt=0, description="Ping after this long without traffic.")
    timeout: Duration = Field(default=10.0, gt=0, description="Close the connection if no answer came by then.")
    permit_without_stream: bool = Field(default=False, description="Ping also while no request is under way.")


class GrpcClientSettings(Config):
    """How a gRPC client connects, and what it sends with each request."""

    tunes_go: ClassVar[dict[str, str]] = {
        "read_buffer_size": "gRPC for Python sizes its buffers itself",
        "write_buffer_size": "gRPC for Python sizes its buffers itself",
    }

    endpoint: str = Field(
        default="", description="`host:port`, `http(s)://host:port`, `dns:///host:port` or `unix://path`."
    )
    tls: ClientTls = Field(default=ClientTls(), description="TLS, which is on unless `tls.insecure` is true.")
    timeout: Duration = Field(default=5.0, description="Longest time of one attempt; 0 = no limit.")
    compression: Literal["gzip", "none", ""] = Field(default="gzip", description="`gzip` or `none`.")
    headers: Headers = Field(default={}, description="Headers of each request; the values are never shown.")
    keepalive: Keepalive | None = Field(default=None, description="Pings that keep a quiet connection open.")
    balancer_name: Literal["round_robin", "pick_first"] = Field(
        default="round_robin", description="How requests are spread over the addresses of the name."
    )
    wait_for_ready: bool = Field(
        default=False, description="Wait for a connection, up to `timeout`, instead of failing."
    )
    authority: str = Field(default="", description="The `:authority` to send instead of the endpoint's host.")
    user_agent: str = Field(default="", description="What to send as User-Agent, before gRPC's own part.")
    auth: ClientAuth | None = Field(default=None, description="Credentials that an extension gives.")
    middlewares: NotYet = Field(default=None, exclude=True, description="Not available yet.")

    @field_validator("compression", mode="before")
    @classmethod
    def _over_grpc(cls, name: object) -> object:
        if name in {"zstd", "snappy", "zlib", "deflate", "lz4", "x-snappy-framed"}:
            raise ValueError(f"{name} is not available over gRPC. Take gzip or none, or the exporter otlp_http.")
        return name

    @field_validator("headers")
    @classmethod
    def _metadata(cls, headers: dict[str, Secret]) -> dict[str, Secret]:
        for name, value in headers.items():
            key = name.lower()
            if not _GRPC_NAME.fullmatch(key) or key.startswith("grpc-"):
                raise ValueError(
                    f"{name!r} is no name that gRPC sends: letters, digits and - _ . alone, and not grpc-*."
                )
            if not key.endswith("-bin") and not value.get_secret_value().isascii():
                raise ValueError(
                    f"the value of {name} holds more than ASCII, which gRPC sends only under names in -bin."
                )
        return headers

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.endpoint:
            grpc_target(self.endpoint)
        return self


class CompressionParams(Config):
    """How hard to compress."""

    level: int | None = Field(
        default=None, description="1 (fast) to 9 (small), zstd to 22; none = the method's default."
    )


class Cookies(Config):
    """Whether answers may set cookies."""

    enabled: bool = Field(default=True, description="Keep cookies that the server sets, and send them back.")


class HttpClientSettings(Config):
    """How an HTTP client connects, and what it sends with each request."""

    tunes_go: ClassVar[dict[str, str]] = {
        "read_buffer_size": "aiohttp sizes its buffers itself",
        "write_buffer_size": "aiohttp sizes its buffers itself",
        "max_idle_conns_per_host": "an exporter talks to one host; max_idle_conns and max_conns_per_host bound it",
        "http2_read_idle_timeout": "requests are sent over HTTP/1.1",
        "http2_ping_timeout": "requests are sent over HTTP/1.1",
        "force_attempt_http2": "requests are sent over HTTP/1.1",
    }

    endpoint: str = Field(default="", description="Base URL, `http://` or `https://`.")
    tls: ClientTls = Field(default=ClientTls(), description="TLS for `https://` URLs.")
    timeout: Duration = Field(default=30.0, description="Longest time of one attempt; 0 = no limit.")
    compression: Literal["gzip", "zstd", "zlib", "deflate", "none", ""] = Field(
        default="gzip", description="`gzip`, `zstd`, `zlib`, `deflate` or `none`."
    )
    compression_params: CompressionParams = Field(default=CompressionParams(), description="How hard to compress.")
    headers: Headers = Field(default={}, description="Headers of each request; the values are never shown.")
    proxy_url: Secret | None = Field(
        default=None, description="Proxy; without it HTTP_PROXY, HTTPS_PROXY, NO_PROXY count."
    )
    idle_conn_timeout: Duration = Field(default=90.0, description="Close a connection unused for this long; 0 = never.")
    max_idle_conns: int = Field(default=100, ge=0, description="Connections kept open at most; 0 = no limit.")
    max_conns_per_host: int = Field(default=0, ge=0, description="Connections to one host at most; 0 = no limit.")
    disable_keep_alives: bool = Field(default=False, description="A new connection for each request.")
    cookies: Cookies | None = Field(default=None, description="Cookies; without this section they are ignored.")
    auth: ClientAuth | None = Field(default=None, description="Credentials that an extension gives.")
    middlewares: NotYet = Field(default=None, exclude=True, description="Not available yet.")

    @field_validator("compression", mode="before")
    @classmethod
    def _known(cls, name: object) -> object:
        if name in {"snappy", "x-snappy-framed", "lz4"}:
            raise ValueError(f"{name} is not available. Take gzip, zstd, zlib, deflate or none.")
        return name

    @field_validator("endpoint")
    @classmethod
    def _url(cls, url: str) -> str:
        return base_url(url) if url else url

    @field_validator("proxy_url")
    @classmethod
    def _proxy(cls, url: Secret | None) -> Secret | None:
        if url is not None and not url.get_secret_value().lower().startswith(("http://", "https://")):
            raise ValueError("the proxy's URL begins with neither http:// nor https://.")
        return url

    @model_validator(mode="after")
    def _level_exists(self) -> Self:
        level, most = self.compression_params.level, 22 if self.compression == "zstd" else 9
        if level is not None and not (level == -1 or 0 <= level <= most):
            raise ValueError(
                f"compression_params.level is {level}: {self.compression or 'none'} takes -1 (default) to {most}."
            )
        return self
