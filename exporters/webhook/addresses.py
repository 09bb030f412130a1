"""Where a webhook may lead: URLs are checked when the configuration is read, addresses when a name is looked up.

A configuration is trusted, what a name resolves to is not: link-local addresses are where clouds keep the credentials
of a machine. Source: OWASP, "Server-Side Request Forgery Prevention".
"""

import ipaddress
import socket
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

from spansieve.endpoint import is_this_machine
from spansieve.plugin import Permanent

_REFUSED: Final = tuple(map(ipaddress.ip_network, ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128")))
"""Link-local addresses, and the one that is not where a cloud has its metadata."""
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 addresses as a gateway writes them in IPv6 (RFC 6052)."""


class Target(NamedTuple):
    """A URL taken apart."""

    url: str
    """Without user and password."""
    host: str
    """In lower case; an address in its usual form, however it was written."""
    user: str
    password: str


def target_of(url: str) -> Target:
    """The parts of `url`. Raises ValueError, which never quotes it: webhooks' URLs are secrets."""
    try:
        parts = urlsplit(url)
        host, port = _ipv4(URL(url).raw_host or "") or parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("url is no URL. Write one such as https://hooks.example/alerts.") from None
    if parts.scheme not in {"http", "https"} or not host or port == 0 or any(letter.isspace() for letter in url):
        raise ValueError(
            "url has to begin with https:// (or http://) and a host, as https://hooks.example/alerts does."
        )
    where = f"[{host}]" if ":" in host else host
    bare = urlunsplit(parts._replace(netloc=where if port is None else f"{where}:{port}", fragment=""))
    return Target(bare, host, unquote(parts.username or ""), unquote(parts.password or ""))


def _ipv4(host: str) -> str:
    """The IPv4 address that `host` is, as four decimal numbers, however it is written (`2130706433`, `0x7f.1`): such
    a host is connected to without being looked up. Empty where it is none.
    """
    try:
        return str(ipaddress.IPv4Address(socket.inet_aton(host.removesuffix("."))))
    except (OSError, UnicodeEncodeError):
        return ""


def check(target: Target, *, insecure: bool, allow_link_local: bool, allowed_hosts: Sequence[str]) -> None:
    """Raises ValueError for a URL that must not be used, with what to do; only its host is named."""
    if not target.url.startswith("https:") and not insecure and not is_this_machine(target.host):
        raise ValueError(
            f"the URL to {target.host} is http://, so alerts and secrets would be sent in clear. "
            "Take https://, or set insecure: true."
        )
    if not allow_link_local and is_refused(target.host):
        raise ValueError(
            f"{target.host} is a link-local address, where machines keep their credentials. "
            "Name another host, or set allow_link_local: true."
        )
    if allowed_hosts and not any(_fits(target.host, allowed) for allowed in allowed_hosts):
        raise ValueError(f"{target.host} is none of allowed_hosts ({', '.join(allowed_hosts)}). Add it there.")


def _fits(host: str, allowed: str) -> bool:
    """`*.example.com` allows all names below `example.com`."""
    allowed = allowed.lower()
    return host.endswith(allowed[1:]) if allowed.startswith("*.") else host == allowed


def is_refused(host: str) -> bool:
    """Whether `host` is an address that no webhook may lead to; a name is none."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inside = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            address = inside
    return any(address in network for network in _REFUSED)


class GuardedResolver(AbstractResolver):
    """Looks names up as ever, and leaves refused addresses out. Made on the loop."""

    def __init__(self) -> None:
        """Ask the system."""
        self._resolver = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of `host`. Raises OSError, and Permanent where all that there are are refused."""
        found = await self._resolver.resolve(host, port, family)
        allowed = [one for one in found if not is_refused(one["host"])]
        if found and not allowed:
            raise Permanent("link-local address")
        return allowed

    async def close(self) -> None:
        """End."""
        await self._resolver.close()
