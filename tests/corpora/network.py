"""Addresses of machines: public ones to be found, private and documentation ones to be kept."""

import ipaddress
from random import Random

from .identifiers import pick

VENDORS = ("00:1b:44", "3c:5a:b4", "a4:83:e7", "f4:5c:89", "dc:a6:32", "70:85:c2", "9c:b6:d0")
PRIVATE = ("10.{}.{}.{}", "192.168.{1}.{2}", "172.19.{1}.{2}", "127.0.0.{2}", "169.254.{1}.{2}")
DOCUMENTED = ("192.0.2.{}", "198.51.100.{}", "203.0.113.{}")
RESOLVERS = {"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "149.112.112.112"}


def ip4(rng: Random, _: str = "") -> str:
    """A global address that is no public resolver."""
    while True:
        text = f"{rng.randint(11, 215)}." + ".".join(str(rng.randint(1, 254)) for _ in range(3))
        if ipaddress.ip_address(text).is_global and text not in RESOLVERS:
            return text


def ip6(rng: Random, form: str) -> str:
    """A global address: `full`, or `short` with `::` in it."""
    prefix = rng.choice(["2a01:4f8", "2600:1f18", "2a02:908", "2404:6800", "2804:14c", "2001:41d0"])
    groups = [f"{rng.randint(0x1000, 0xFFFF):x}" for _ in range(6)]
    if (form or rng.choice(["full", "short"])) == "short":
        return f"{prefix}:{groups[0]}::{groups[1]}:{groups[2]}"
    return f"{prefix}:{':'.join(groups)}"


def private_ip(rng: Random, _: str = "") -> str:
    """A private, loopback or link-local address."""
    parts = [rng.randint(1, 254) for _ in range(3)]
    return rng.choice(PRIVATE).format(*parts)


def documented_ip(rng: Random, _: str = "") -> str:
    """An address of RFC 5737."""
    return rng.choice(DOCUMENTED).format(rng.randint(1, 254))


def mac(rng: Random, separator: str) -> str:
    """A network card's address."""
    tail = [pick(rng, "0123456789abcdef", 2) for _ in range(3)]
    return (separator or ":").join([*rng.choice(VENDORS).split(":"), *tail])
