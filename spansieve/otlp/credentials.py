"""What an authenticator adds to a client's requests, and what it means to be turned away with it."""

from collections.abc import Mapping

from spansieve.plugin import Host, Permanent, Refused, Retry

from .client_config import ClientAuth
from .targets import is_local

_TURNED_AWAY = frozenset({"UNAUTHENTICATED", "PERMISSION_DENIED", "HTTP 401", "HTTP 403"})


class Credentials:
    """The headers of one exporter's authenticator; none without one."""

    def __init__(self, auth: ClientAuth | None, host: Host) -> None:
        """The extension is looked up for each request: a reload may exchange it."""
        self._extension = auth.authenticator if auth is not None else ""
        self._host = host

    def headers(self) -> Mapping[str, str]:
        """What to send now. Raises Retry while the extension is exchanged."""
        if not self._extension:
            return {}
        try:
            return self._host.extension(self._extension).credentials()
        except Refused:
            raise Retry("no credentials yet") from None

    def sorted_out(self, failure: Retry | Permanent) -> Retry | Permanent:
        """`failure`, or Retry where a backend turned away what may be other credentials soon.

        OTLP calls that permanent; but a token that is rotated a minute late would cost a whole queue.
        """
        if not self._extension or not isinstance(failure, Permanent) or failure.reason not in _TURNED_AWAY:
            return failure
        try:
            renewable = self._host.extension(self._extension).renewable
        except Refused:
            renewable = True
        return Retry(failure.reason) if renewable else failure

    def warn_in_clear(self, peer: str, *, secure: bool) -> None:
        """Say that credentials can be read on the way, if they can."""
        if self._extension and not secure and not is_local(peer):
            self._host.log.warning("auth: credentials go to %s in clear text, without TLS", peer)
