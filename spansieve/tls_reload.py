"""Certificates that follow their files: whoever connects from now on meets the new ones, and nothing is restarted.

The files are looked at when a connection is made, at most once a `reload_interval`. Files that can't be used leave the
former certificates in force.
"""

import ssl
from typing import Any

import grpc

from spansieve.plugin import Host
from spansieve.tls import ClientTls, ServerTls
from spansieve.watched import Watched

_WHAT = "certificates"


class _Following(ssl.SSLContext):
    """A context whose connections are made by the context that is in force."""

    watched: Watched[ssl.SSLContext]

    def wrap_bio(self, *arguments: Any, **named: Any) -> ssl.SSLObject:  # noqa: ANN401 (passed on; asyncio calls it)
        return self.watched.get().wrap_bio(*arguments, **named)


def _following(watched: Watched[ssl.SSLContext]) -> ssl.SSLContext:
    context = _Following(watched.get().protocol)
    context.watched = watched
    return context


def server_context(tls: ServerTls, host: Host) -> ssl.SSLContext:
    """For asyncio's servers. Raises ValueError, naming the key, for what can't be read or does not fit."""
    pinned = tls.authorities()

    def make() -> ssl.SSLContext:
        return tls.ssl_context(tls.authorities() if tls.client_ca_file_reload else pinned)

    return _following(Watched(tls.files(), make, host, what=_WHAT, every=tls.reload_interval))


def client_context(tls: ClientTls, host: Host) -> ssl.SSLContext:
    """For asyncio's clients. Raises ValueError, as `server_context` does."""
    return _following(Watched(tls.files(), tls.ssl_context, host, what=_WHAT, every=tls.reload_interval))


def grpc_server_credentials(tls: ServerTls, host: Host) -> Any:  # noqa: ANN401 (grpc ships no types)
    """`grpc.ServerCredentials`. Raises ValueError, as `server_context` does, and for what gRPC can't do."""
    pinned = tls.authorities()

    def make() -> Any:  # noqa: ANN401
        return tls.grpc_certificates(tls.authorities() if tls.client_ca_file_reload else pinned)

    watched = Watched(tls.files(), make, host, what=_WHAT, every=tls.reload_interval)
    given = watched.get()

    def changed() -> Any:  # noqa: ANN401
        nonlocal given
        former, given = given, watched.get()
        return None if given is former else given

    return grpc.dynamic_ssl_server_credentials(given, changed, require_client_authentication=pinned is not None)


def grpc_client_credentials(tls: ClientTls, host: Host) -> Watched[Any]:
    """`grpc.ChannelCredentials`, others once a file has changed. Raises ValueError, as `grpc_server_credentials`."""
    return Watched(tls.files(), tls.grpc_credentials, host, what=_WHAT, every=tls.reload_interval)
