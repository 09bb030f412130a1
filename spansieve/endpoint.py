"""Reading `host:port` endpoints, for who listens and who dials."""

import errno
import ipaddress
import socket
from typing import NamedTuple

LOCAL_NAMES = frozenset({"localhost", "ip6-localhost"})


class Address(NamedTuple):
    """One address to listen on: `needed` is False for one whose absence is no failure (`::1` of localhost)."""

    family: socket.AddressFamily
    host: str
    port: int
    needed: bool = True

    def __str__(self) -> str:
        return join(self.host, self.port)


def parse(endpoint: str) -> tuple[str, int]:
    """Host and port of `host:port`, `[::1]:port` or `:port` (host is then empty: every address of the machine).

    Raises ValueError, with what to write instead, for anything else; the port must be there and be a number.
    """
    if "@" in endpoint:
        raise ValueError("an endpoint holds no user and password: they would be shown. Put them into headers or auth")
    if "/" in endpoint or any(letter.isspace() for letter in endpoint):
        raise ValueError(f"endpoint {endpoint!r} is to be host:port, without scheme, path or spaces")
    host, colon, port = endpoint.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise ValueError(f"endpoint {endpoint!r}: write an IPv6 address in brackets, such as [::1]:4317")
    if not colon:
        raise ValueError(f"endpoint {endpoint!r} has no port: write it as host:port, such as localhost:4317")
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise ValueError(f"endpoint {endpoint!r}: the port must be a number from 0 to 65535")
    return host, int(port)


def join(host: str, port: int) -> str:
    """`host:port`, an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_loopback_address(host: str) -> bool:
    """Whether `host` is an address, and one of this machine; a name is none."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_this_machine(host: str) -> bool:
    """Whether `host` is this machine for sure: localhost, or one of its addresses. `127.example.org` is not."""
    return host.lower() in LOCAL_NAMES or is_loopback_address(host)


def listening(endpoint: str, transport: str = "tcp") -> list[Address]:
    """The addresses that a listener on `endpoint` binds; `transport` is `tcp`, `tcp4` or `tcp6`.

    `localhost` is both loopback addresses, no host is all addresses of both families. Raises ValueError as `parse`
    does, and OSError for a name that doesn't resolve.
    """
    host, port = parse(endpoint)
    four, six = transport in {"tcp", "tcp4"}, transport in {"tcp", "tcp6"}
    if host.lower() in LOCAL_NAMES:
        both = [Address(socket.AF_INET, "127.0.0.1", port)] if four else []
        return both + ([Address(socket.AF_INET6, "::1", port, needed=not four)] if six else [])
    if not host:
        return [_every_address(port, four=four, six=six)]
    family = socket.AF_UNSPEC if four and six else socket.AF_INET if four else socket.AF_INET6
    found = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    found.sort(key=lambda one: one[0] != socket.AF_INET)  # as Go's net.Listen: one address, IPv4 first
    return [Address(found[0][0], str(found[0][4][0]), port)]


def _every_address(port: int, *, four: bool, six: bool) -> Address:
    if six and (socket.has_dualstack_ipv6() or not four):
        return Address(socket.AF_INET6, "::", port)
    return Address(socket.AF_INET, "0.0.0.0", port)  # noqa: S104 (asked for)


def bind(address: Address, *, reuse_port: bool = False) -> socket.socket:
    """A listening socket on `address`; `::` takes IPv4 as well where the machine can. `reuse_port` shares it with
    others that say so too. Raises OSError.
    """
    both = address.host == "::" and socket.has_dualstack_ipv6()
    return socket.create_server(
        (address.host, address.port), family=address.family, backlog=1024, reuse_port=reuse_port, dualstack_ipv6=both
    )


def refusal(address: Address, *, reuse_port: bool = False) -> OSError | None:
    """What the system says against listening on `address`, such as `Address already in use`; None if nothing."""
    try:
        bind(address, reuse_port=reuse_port).close()
    except OSError as error:
        return error
    return None


def tolerable(address: Address, error: OSError | None) -> bool:
    """Whether one can do without `address`: it is not needed, and it is missing rather than another program's."""
    return not address.needed and (not address.port or error is None or error.errno != errno.EADDRINUSE)
