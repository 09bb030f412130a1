"""Which proxy a URL goes through, as Go's `http.ProxyFromEnvironment` decides it."""

import ipaddress
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from spansieve.config.model import Secret


def _local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def proxy_for(url: str, configured: Secret | None) -> str | None:
    """The proxy's URL: the configured one, else the environment's, unless NO_PROXY names the host or it is local."""
    if configured is not None:
        return configured.get_secret_value()
    parts = urlsplit(url)
    host = parts.hostname or ""
    if _local(host) or proxy_bypass(host):
        return None
    return getproxies().get(parts.scheme)
