"""Asks an extension who sent a request, before anything of its body is read."""

from collections.abc import Iterable, Mapping, Sequence

from spansieve.plugin import Host

from .config import Auth, HttpAuth


class Door:
    """Lets requests in by their credentials. It may take time, so never on the loop."""

    def __init__(self, auth: Auth, host: Host) -> None:
        """`auth` names the extension, which is looked up each time: a reload may exchange it."""
        self._extension = auth.authenticator
        self._params = auth.request_params if isinstance(auth, HttpAuth) else []
        self._host = host

    def check(
        self, headers: Iterable[tuple[str, str | bytes]], query: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Return for a request that is let in; `headers` are its pairs, `query` what stands in the URL.

        Raises Unauthenticated, and Refused where it can't be told now.
        """
        found: dict[str, list[str]] = {}
        for name, value in headers:
            if isinstance(value, str):
                found.setdefault(name.lower(), []).append(value)
        for name in self._params:
            if query and name in query:
                found[name.lower()] = list(query[name])
        self._host.extension(self._extension).authenticate(found)
