"""Which proxy a URL goes through, as Go's `http.ProxyFromEnvironment` decides it."""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from spansieve.config.model import Secret
from spansieve.endpoint import is_loopback_address


def proxy_for(url: str, configured: Secret | None) -> str | None:
    """The proxy's URL: the configured one, else the environment's, unless NO_PROXY names the host or it is local."""
    if configured is not None:
        return configured.get_secret_value()
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host == "localhost" or is_loopback_address(host) or proxy_bypass(host):
        return None
    return getproxies().get(parts.scheme)
