"""Under which names the page may be asked for: a name that somebody else made point here is no name of ours.

A page from anywhere can make a browser ask `http://its-own-name:55679/`, and let that name resolve to this machine (DNS
rebinding); the browser then takes our answer for that page's own. An address can't be made to point elsewhere.
"""

import ipaddress
from collections.abc import Collection

from spansieve.endpoint import parse


def host_of(header: str) -> str:
    """The host of a `Host` header, in lower case, without port and brackets (RFC 9110, section 7.2)."""
    host = header.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].removesuffix(".")


def allowed(header: str, endpoint: str, names: Collection[str]) -> bool:
    """Whether `header` names an address, this machine's loopback, the host of `endpoint`, or one of `names`."""
    host = host_of(header)
    if host == "localhost" or host.endswith(".localhost") or host in {name.lower() for name in names}:
        return True
    return host == parse(endpoint)[0].lower() != "" or _is_address(host)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
