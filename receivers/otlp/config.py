"""The configuration of the receiver `otlp`: the Go Collector's keys; the README beside this file explains every one."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from spansieve.endpoint import parse
from spansieve.plugin import Authenticator, Config, Duration, Texts
from spansieve.tls import ServerTls

MIB = 1024 * 1024
DEFAULT_LIMIT = 64 * MIB
"""Bytes of a request; OTLP's specification advises 64 MiB (Go: 4 MiB over gRPC, 20 MiB over HTTP)."""

SOCKET_MODE = 0o660
"""Of a unix socket: its owner and group may connect, others may not."""

Encoding = Literal["", "gzip", "zstd", "zlib", "deflate"]
_NOT_HERE = {"snappy", "lz4", "x-snappy-framed"}

_BUFFERS = "buffers are sized by the libraries here"
_METADATA = "no processor reads the metadata of requests yet, so none is kept"


def _unavailable(value: object) -> None:
    if value:
        raise ValueError(
            "not available in this version: take the key out, and keep the endpoint on localhost or behind mTLS"
        )


def _path(value: str) -> str:
    return value if value.startswith("/") else f"/{value}"


def _known(value: object) -> object:
    found = sorted(_NOT_HERE.intersection(value)) if isinstance(value, list) else []
    if found:
        raise ValueError(f"{', '.join(found)} can't be read here: take it out. Known: '', gzip, zstd, zlib, deflate")
    return value


Unavailable = Annotated[Any, AfterValidator(_unavailable)]
"""A key of the Go Collector's that says what must not be ignored, and that is not there yet."""

UrlPath = Annotated[str, AfterValidator(_path)]
"""The path of a URL; a missing slash in front is added."""


class Auth(Config):
    """Who is let in."""

    authenticator: Authenticator = Field(description="Id of the extension that says so, such as `bearertokenauth`.")


class HttpAuth(Auth):
    """The same over HTTP."""

    request_params: Texts = Field(
        default=[], description="Parameters of the URL that count as headers of the same name, and win over them."
    )


class _Server(Config):
    """What both protocols share."""

    endpoint: str
    transport: Literal["tcp", "tcp4", "tcp6", "unix"] = Field(
        default="tcp", description="`tcp`, `tcp4`, `tcp6`, or `unix`: `endpoint` is then the path of a socket."
    )
    tls: ServerTls | None = Field(default=None, description="Present = TLS; see the keys below.")
    max_connections: int = Field(
        default=4096, ge=0, description="Connections open at once; who comes on top is turned away; 0 = any."
    )
    middlewares: Unavailable = Field(default=None, description="Not available in this version: a configuration error.")

    @model_validator(mode="after")
    def _endpoint(self) -> Self:
        if self.transport == "unix":
            if not self.endpoint.strip():
                raise ValueError("endpoint: transport unix needs the path of a socket")
        else:
            parse(self.endpoint)
        return self


class ServerParameters(Config):
    """How long a connection lives, and when the server pings."""

    max_connection_idle: Duration = Field(default=0.0, description="Close a connection without requests; 0 = never.")
    max_connection_age: Duration = Field(
        default=0.0, description="Ask clients to connect anew after this long, for load balancers; 0 = never."
    )
    max_connection_age_grace: Duration = Field(default=0.0, description="Then close it after this long; 0 = never.")
    time: Duration = Field(default=7200.0, description="Ping a silent client after this long.")
    timeout: Duration = Field(
        default=20.0, description="Close the connection when a ping is not answered for this long."
    )


class EnforcementPolicy(Config):
    """What the clients' pings may be."""

    min_time: Duration = Field(default=300.0, description="A client that pings more often is sent away.")
    permit_without_stream: bool = Field(default=False, description="Allow pings while no request is open.")


class Keepalive(Config):
    """Pings and the life of connections."""

    server_parameters: ServerParameters = Field(default=ServerParameters(), description="The server's own side.")
    enforcement_policy: EnforcementPolicy = Field(default=EnforcementPolicy(), description="The clients' side.")


class GrpcConfig(_Server):
    """`protocols.grpc`."""

    tunes_go: ClassVar[dict[str, str]] = {
        "read_buffer_size": _BUFFERS,
        "write_buffer_size": _BUFFERS,
        "include_metadata": _METADATA,
    }

    endpoint: str = Field(default="localhost:4317", description="Address to listen on, `host:port`.")
    max_recv_msg_size_mib: int = Field(
        default=64, ge=0, description="Largest request in MiB, decompressed; 0 = the default."
    )
    max_concurrent_streams: int = Field(default=100, ge=0, description="Requests open at once, a connection; 0 = any.")
    auth: Auth | None = Field(default=None, description="Who is let in; absent = everybody.")
    keepalive: Keepalive = Field(default=Keepalive(), description="Pings and the life of connections.")

    @property
    def limit_bytes(self) -> int:
        """The largest message in bytes."""
        return self.max_recv_msg_size_mib * MIB or DEFAULT_LIMIT


class Cors(Config):
    """Which browsers' pages may send, and with what."""

    allowed_origins: Texts = Field(default=[], description="Origins that may send; `*` is a wildcard. None = no CORS.")
    allowed_headers: Texts = Field(default=[], description="Headers allowed beside the usual ones; `*` = any.")
    exposed_headers: Texts = Field(default=[], description="Headers of the answer that pages may read.")
    max_age: int = Field(default=0, ge=0, description="Seconds that browsers remember a preflight; 0 = their default.")


class HttpConfig(_Server):
    """`protocols.http`."""

    tunes_go: ClassVar[dict[str, str]] = {
        "write_timeout": "answers are a few bytes, and each is written at once",
        "include_metadata": _METADATA,
    }

    endpoint: str = Field(default="localhost:4318", description="Address to listen on, `host:port`.")
    traces_url_path: UrlPath = Field(default="/v1/traces", description="Path that takes traces.")
    metrics_url_path: UrlPath = Field(default="/v1/metrics", description="Path that takes metrics.")
    logs_url_path: UrlPath = Field(default="/v1/logs", description="Path that takes logs.")
    max_request_body_size: int = Field(
        default=DEFAULT_LIMIT,
        description="Largest request in bytes, both as it comes and decompressed; 0 or less = the default.",
    )
    compression_algorithms: Annotated[list[Encoding], BeforeValidator(_known)] = Field(
        default=["", "gzip", "zstd", "zlib", "deflate"],
        description="Encodings of the body that are taken; without `''` an uncompressed body is refused.",
    )
    auth: HttpAuth | None = Field(default=None, description="Who is let in; absent = everybody.")
    cors: Cors | None = Field(default=None, description="Which browsers' pages may send; absent = none.")
    response_headers: dict[str, str] = Field(default={}, description="Headers added to each answer.")
    read_header_timeout: Duration = Field(
        default=60.0, description="Longest wait for a new connection's first headers; 0 = no limit."
    )
    read_timeout: Duration = Field(
        default=0.0,
        description="Longest time for reading a body; 0 = 30 s, and a second more for each 64 KiB that came.",
    )
    idle_timeout: Duration = Field(default=0.0, description="Close a connection after this long without; 0 = an hour.")
    keep_alives_enabled: bool = Field(default=True, description="false: close the connection after each answer.")

    @model_validator(mode="after")
    def _one_signal_a_path(self) -> Self:
        paths = [self.traces_url_path, self.metrics_url_path, self.logs_url_path]
        if len(set(paths)) < len(paths):
            raise ValueError(f"two signals have one path ({', '.join(paths)}): give each its own url path")
        return self

    @property
    def limit_bytes(self) -> int:
        """The largest body in bytes."""
        return self.max_request_body_size if self.max_request_body_size > 0 else DEFAULT_LIMIT


class Protocols(Config):
    """Which protocols are on: an absent section is off, a present one is on, be it empty."""

    grpc: GrpcConfig | None = Field(default=None, description="OTLP over gRPC; present, even if empty = on.")
    http: HttpConfig | None = Field(default=None, description="OTLP over HTTP; present, even if empty = on.")


class PerClient(Config):
    """`limits.per_client`: what one client may have. A client is an address without its port."""

    max_requests_in_flight: int = Field(default=0, ge=0, description="Requests open at once; 0 = any.")
    max_bytes_per_second: int = Field(default=0, ge=0, description="Bytes a second, as they come; 0 = any.")
    max_clients: int = Field(default=10_000, ge=1, description="Clients remembered; the longest unseen is forgotten.")


class Limits(Config):
    """`limits`: how much may come at once, over both protocols."""

    max_in_flight_bytes: int = Field(
        default=256 * MIB, gt=0, description="Above so many bytes of requests in flight, more are refused."
    )
    per_client: PerClient = Field(default=PerClient(), description="What one client may have.")


class OtlpConfig(Config):
    """The receiver: at least one protocol."""

    protocols: Protocols = Field(default=Protocols(), description="The protocols to listen with.")
    limits: Limits = Field(default=Limits(), description="How much may come at once, over both protocols.")

    @model_validator(mode="after")
    def _one_at_least(self) -> Self:
        if self.protocols.grpc is None and self.protocols.http is None:
            raise ValueError(
                "must specify at least one protocol when using the OTLP receiver: write protocols: {grpc: , http: }"
            )
        return self
