"""Let in who gives a name and its password, or give clients theirs. Source: RFC 7617."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from pathlib import Path

from spansieve.plugin import Extension, Host, Unauthenticated
from spansieve.watched import Watched

from .checks import Verdicts
from .config import BasicAuthConfig, ClientAuth, Htpasswd
from .htpasswd import users_of

CHALLENGE = 'Basic realm="spansieve", charset="UTF-8"'
LONGEST_PASSWORD = 1024
"""Bytes; longer ones are not looked at."""
_NOBODY = "{SHA}" + "A" * 27 + "="


def pair_of(value: str) -> tuple[str, bytes]:
    """Name and password of an `Authorization` header. Raises Unauthenticated, with nothing of it."""
    scheme, _, encoded = value.partition(" ")
    if scheme.lower() != "basic":
        raise Unauthenticated("invalid authorization scheme prefix", CHALLENGE)
    try:
        name, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        if colon and len(password) <= LONGEST_PASSWORD:
            return name.decode(), password
    except (binascii.Error, ValueError):
        pass
    raise Unauthenticated("invalid authorization format", CHALLENGE)


def _text(path: str, key: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except OSError as error:
        raise ValueError(f"{key}: {path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{key}: {path} is no text") from None


def users(htpasswd: Htpasswd) -> dict[str, str]:
    """Everybody who is let in. Raises ValueError for what can't be read."""
    of_file = users_of(_text(htpasswd.file, "htpasswd.file"), "htpasswd.file") if htpasswd.file else {}
    inline = htpasswd.inline.get_secret_value() if htpasswd.inline else ""
    found = {**of_file, **users_of(inline, "htpasswd.inline")}
    if not found:
        raise ValueError("htpasswd: there is nobody in it")
    return found


def header_of(client: ClientAuth) -> str:
    """What a client sends. Raises ValueError for what can't be read."""
    name = _text(client.username_file, "client_auth.username_file").strip() if client.username_file else client.username
    password = client.password.get_secret_value() if client.password else ""
    if client.password_file:
        password = _text(client.password_file, "client_auth.password_file").strip()
    if ":" in name or not name:
        raise ValueError("client_auth: a username is not empty and holds no colon")
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"


class BasicAuth(Extension[BasicAuthConfig]):
    """The extension `basicauth`; its files are looked at when a request comes or goes, once a second at most."""

    config = BasicAuthConfig

    def __init__(self, config: BasicAuthConfig, host: Host) -> None:
        """Read nothing yet."""
        self._settings = config
        self._host = host
        self._verdicts = Verdicts(host.clock)
        self._users: Watched[dict[str, str]] | None = None
        self._header: Watched[str] | None = None
        client = config.client_auth
        self.renewable = client is not None and bool(client.username_file or client.password_file)

    @classmethod
    def gives(cls, config: BasicAuthConfig, method: str) -> bool:
        """One side or the other."""
        return method == ("authenticate" if config.htpasswd is not None else "credentials")

    def start(self) -> None:
        """Read the files. Raises ValueError where that can't be."""
        htpasswd, client = self._settings.htpasswd, self._settings.client_auth
        if htpasswd is not None:
            self._users = Watched([htpasswd.file], lambda: users(htpasswd), self._host, what="passwords")
        if client is not None:
            files = [client.username_file, client.password_file]
            self._header = Watched(files, lambda: header_of(client), self._host, what="credentials")

    def authenticate(self, headers: Mapping[str, Sequence[str]]) -> str:
        """The name of who sent a request, if the password is its.

        Raises Unauthenticated, and Refused when no time is left for checking.
        """
        found = headers.get("authorization", ())
        if not found or self._users is None:
            raise Unauthenticated("no basic auth provided", CHALLENGE)
        name, password = pair_of(found[0])
        known = self._users.get()
        stored = known.get(name) or next(iter(known.values()), _NOBODY)  # a stranger takes as long as a friend
        if not self._verdicts.right(name.encode(), password, stored) or name not in known:
            raise Unauthenticated("invalid credentials", CHALLENGE)
        return name

    def credentials(self) -> Mapping[str, str]:
        """The header `Authorization`."""
        return {"Authorization": self._header.get() if self._header is not None else ""}
