"""Compare a request's token with those that count, and give clients the first of them."""

import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path

from spansieve.plugin import Extension, Host, Unauthenticated
from spansieve.watched import Watched

from .config import BearerTokenAuthConfig, check_token


def tokens_of(config: BearerTokenAuthConfig) -> list[str]:
    """The tokens that count now: those of the file if there is one. Raises ValueError and OSError for a bad file."""
    if not config.filename:
        every = config.tokens or ([config.token] if config.token is not None else [])
        return [one.get_secret_value().strip() for one in every]
    try:
        lines = Path(config.filename).read_text("utf-8").splitlines()
    except OSError as error:
        raise ValueError(f"filename: {config.filename} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"filename: {config.filename} is no text") from None
    found = [check_token(line.strip()) for line in lines if line.strip()]
    if not found:
        raise ValueError(f"filename: {config.filename} holds no token")
    return found


def values_of(config: BearerTokenAuthConfig) -> list[bytes]:
    """What the header may hold."""
    lead = f"{config.scheme} " if config.scheme else ""
    return [f"{lead}{token}".encode() for token in tokens_of(config)]


def is_one_of(found: bytes, expected: Sequence[bytes]) -> bool:
    """Whether `found` is among `expected`, in a time that does not tell with which one, nor how far it agrees."""
    same = False
    for one in expected:
        same |= hmac.compare_digest(found, one)
    return same


class BearerTokenAuth(Extension[BearerTokenAuthConfig]):
    """The extension `bearertokenauth`; the file is looked at when a request comes or goes, once a second at most."""

    config = BearerTokenAuthConfig

    def __init__(self, config: BearerTokenAuthConfig, host: Host) -> None:
        """Read nothing yet."""
        self._settings = config
        self._host = host
        self._header = config.header.lower()
        self._challenge = config.scheme or "Bearer"
        self.renewable = bool(config.filename)
        self._values: Watched[list[bytes]] | None = None

    def start(self) -> None:
        """Read the file. Raises ValueError where that can't be."""
        config = self._settings
        if config.filename and (config.token is not None or config.tokens):
            self._host.log.warning("a filename is specified: the configured token(s) are ignored")
        self._values = Watched([config.filename], lambda: values_of(config), self._host, what="tokens")

    def authenticate(self, headers: Mapping[str, Sequence[str]]) -> str:
        """Take a request whose header holds one of the tokens; all of one kind, so nobody is told apart.

        Raises Unauthenticated.
        """
        found = headers.get(self._header, ())
        if not found:
            raise Unauthenticated(f"missing or empty header: {self._settings.header}", self._challenge)
        if not is_one_of(found[0].encode("utf-8", "replace"), self._now()):
            raise Unauthenticated("scheme or token does not match", self._challenge)
        return ""

    def credentials(self) -> Mapping[str, str]:
        """The header with the first token."""
        return {self._settings.header: self._now()[0].decode()}

    def _now(self) -> list[bytes]:
        return self._values.get() if self._values is not None else values_of(self._settings)
