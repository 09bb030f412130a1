"""Where an exporter's `endpoint` leads: to a gRPC target, or to a URL.

Source: `config/configgrpc` (`sanitizedEndpoint`, `Validate`), the Go Collector's OTLP exporters; gRPC name syntax.
"""

from typing import NamedTuple
from urllib.parse import urlsplit

from spansieve.endpoint import is_this_machine, parse


class Target(NamedTuple):
    """A gRPC target: `address` in gRPC's name syntax, `peer` as `host:port` (or the socket's path), and whether the
    scheme asks for TLS (None: it leaves that to `tls`).
    """

    address: str
    peer: str
    secure: bool | None


def _host_port(text: str, found: str) -> str:
    """`text` if it is a host and a port; `found` is what the user wrote."""
    host, _ = parse(text)
    if not host:
        raise ValueError(f"endpoint {found!r} has no host to connect to: write host:port, such as localhost:4317")
    return text


def grpc_target(endpoint: str) -> Target:
    """Where `endpoint` leads. Raises ValueError with what to write instead."""
    scheme, colon, rest = endpoint.partition("://")
    if not colon:
        if endpoint.startswith("unix:"):
            return Target(endpoint, endpoint.removeprefix("unix:"), None)
        return Target(f"dns:///{_host_port(endpoint, endpoint)}", endpoint, None)
    if scheme in {"http", "https"}:
        peer = _host_port(rest.removesuffix("/"), endpoint)
        return Target(f"dns:///{peer}", peer, scheme == "https")
    if scheme == "dns":  # dns://[name server]/host:port
        return Target(endpoint, _host_port(rest.partition("/")[2], endpoint), None)
    if scheme == "unix":
        return Target(f"unix:{rest}", rest, None)
    raise ValueError(
        f"endpoint {endpoint!r}: {scheme}:// is not known. Take host:port, http://, https://, dns:/// or unix://."
    )


def is_local(peer: str) -> bool:
    """Whether `peer` (`host:port`, or the path of a socket) is on this machine, as far as its name says."""
    host = peer.rpartition(":")[0].strip("[]")
    return not host or is_this_machine(host)


def base_url(url: str) -> str:
    """`url` if an HTTP client can reach it. Raises ValueError with what to write instead."""
    try:
        parts = urlsplit(url)
        known = (
            parts.scheme in {"http", "https"} and parts.hostname is not None and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        raise ValueError("this is no URL. Write one such as http://localhost:4318.") from None
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL must not hold a password: it would be shown. Put it into headers as authorization.")
    if not known:
        raise ValueError(
            f"{url!r} is no URL that begins with http:// or https://. Write one such as http://localhost:4318."
        )
    return url


def peer_of(url: str) -> str:
    """`host:port` of an HTTP URL, the scheme's port where it names none."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 80)}"
