"""Public IP addresses, and the addresses of network devices.

Sources: RFC 4291 and RFC 5952 (text of IPv6 addresses), the IANA registries of special addresses as `ipaddress` knows
them, RFC 9637 (documentation), IEEE 802 (MAC addresses).
"""

import re
from collections.abc import Sequence
from ipaddress import IPv6Address, IPv6Network
from string import digits

from .family import LEFT, Family, Finding, context, left_open, right_open
from .resolvers import RESOLVERS
from .versions import is_version


def _firsts(last: str) -> str:
    """The first numbers of public addresses that end in the digit `last`, apart from 172 and 192."""
    heads = ["[2-9]", "1[0134568]", "2[01]"]
    heads += ["12"] * (last != "7") + ["1[79]"] * (last != "2") + ["22"] * (last <= "3")
    return rf"(?:{'|'.join(heads)}{'|1|' if last > '0' else ''}){last}"


_V4 = (
    *(_firsts(last) + r"\.\d{1,3}" for last in digits),
    r"172\.(?:[04-9]|1[0-5]?|1\d\d|2\d\d|[23]|3[2-9]|[4-9]\d)",
    r"192\.(?:[02-9]|1|[2-9]\d|1\d|[2-9]\d\d|1[0-57-9]\d|16[0-79])",
)
"""Two numbers of an address that may be public. Loopback and private networks stand in nearly every span of a test. A
core for each last digit: Hyperscan takes that and the dot for a literal, and makes no automaton of them.
"""
_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_CANDIDATE = re.compile(
    rf"[^0-9]{{0,3}}?(?:((?:{_BYTE}\.){{3}}{_BYTE})(?!\d)|([23][0-9A-Fa-f]{{3}}:[0-9A-Fa-f:]{{3,38}}))".encode(),
    re.DOTALL,
)
"""Up to three bytes of a core's left side, and an address."""
_KEPT = re.compile(
    rb"(?:0|10|127|22[4-9]|2[3-5]\d)\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\."
    rb"|192\.168\.|192\.0\.[02]\.|198\.1[89]\.|198\.51\.100\.|203\.0\.113\.|.*\.0\.0$"
)
"""Of IPv4: what is not global, as `ipaddress` would say more slowly; multicast; names of networks."""
_GOES_ON = re.compile(rb"\.\w|-\d*[A-Za-z]")
_MAPPED = re.compile(rb"::ffff:(?:0:)?$", re.IGNORECASE)
_INSIDE = re.compile(rb"[0-9A-Fa-f:]:$")
_DOCUMENTATION = IPv6Network("3fff::/20")

_MAC = re.compile(rb"[0-9A-Fa-f]{2}([:-])[0-9A-Fa-f]{2}(?:\1[0-9A-Fa-f]{2}){4}")
_PAIR_BEFORE = re.compile(rb"(?<![0-9A-Za-z])[0-9A-Fa-f]{2}[:-]\s{0,40}$")
_NO_DEVICE = re.compile(rb"02:42:|ff:ff:ff:ff:ff:ff|00:00:00:00:00:00|01:00:5e:|33:33:")
"""Docker's containers, broadcast, nobody, multicast of IPv4 and of IPv6."""
_DEVICE = re.compile(rb"mac|ether|physical|bssid|device|hwaddr")


def _ip(text: bytes, start: int, end: int) -> Sequence[Finding]:
    match = _CANDIDATE.match(text, start)
    if not match:
        return ()
    return _v4(text, *match.span(1)) if match[1] else _v6(text, *match.span(2))


def _v4(text: bytes, start: int, end: int) -> Sequence[Finding]:
    address = text[start:end]
    if not left_open(text, start, b".-") or not right_open(text, end) or _GOES_ON.match(text, end):
        return ()
    if _KEPT.match(address) or address.decode() in RESOLVERS or is_version(text, start, end):
        return ()
    mapped = _MAPPED.search(text, max(0, start - 9), start)
    return (Finding(mapped.start() if mapped else start, end, "IP", "ipv4"),)


def _v6(text: bytes, start: int, end: int) -> Sequence[Finding]:
    found = text[start:end]
    address = (found if found.endswith(b"::") else found.rstrip(b":")).decode()
    whole = left_open(text, start, b".-") and right_open(text, start + len(address))
    if address.count(":") == 8:  # a port behind all eight groups
        address = address.rsplit(":", 1)[0]
    if not whole or _INSIDE.search(text, max(0, start - 2), start) or not _is_somebodys(address):
        return ()
    return (Finding(start, start + len(address), "IP", "ipv6"),)


def _is_somebodys(address: str) -> bool:
    """Whether it is an address that is routed on the internet to one host, and no public resolver's."""
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return False
    return parsed.is_global and parsed not in _DOCUMENTATION and parsed.compressed not in RESOLVERS


def _mac(text: bytes, start: int, end: int) -> Sequence[Finding]:
    match = _MAC.match(text, start - 2) if start >= 2 else None
    if not match or not _is_device(text, match):
        return ()
    return (Finding(match.start(), match.end(), "MAC", "mac"),)


def _is_device(text: bytes, match: re.Match[bytes]) -> bool:
    start, end, address = match.start(), match.end(), match[0].lower()
    longer = _PAIR_BEFORE.search(text, max(0, start - 48), start) or text[end : end + 1] == match[1]
    if longer or not (left_open(text, start) and right_open(text, end)):
        return False
    if match[1] == b"-" and not re.search(rb"[a-f]", address):  # a date and a time in a file's name, most often
        return bool(_DEVICE.search(context(text, start)))
    return not _NO_DEVICE.match(address.replace(b"-", b":"))


FAMILIES = (
    Family(
        name="ip",
        entities=("IP",),
        words=(),
        digits=(
            *(LEFT + pair + r"\.\d{1,3}\.\d" for pair in _V4),
            r"[23][0-9A-Fa-f]{3}:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]",
        ),
        find=_ip,
    ),
    Family(
        name="mac",
        entities=("MAC",),
        words=(),
        digits=tuple(joint + joint.join([r"[0-9A-Fa-f]{2}"] * 5) for joint in ":-"),  # from the first joint on
        find=_mac,
    ),
)
