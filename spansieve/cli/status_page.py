"""Asks a running collector what its components show, through the status page that it serves."""

import json
import ssl
import urllib.error
import urllib.request
from typing import Any, NamedTuple
from urllib.parse import quote

import click

from spansieve.config.load import Loaded
from spansieve.endpoint import join, parse
from spansieve.otlp.targets import base_url

PATIENCE_SECONDS = 10.0
"""A little longer than a collector waits for its own components."""
_EVERYWHERE = frozenset({"", "0.0.0.0", "::"})  # noqa: S104 (listened on by others)


class Unanswered(click.ClickException):
    """A collector did not say what it was asked; the text says what to do."""


class StatusPage(NamedTuple):
    """Where a status page is served; `certificate` is a file with one to trust besides the system's authorities."""

    url: str
    certificate: str | None = None

    @classmethod
    def at(cls, endpoint: str) -> "StatusPage":
        """At `host:port` or a URL. Raises ValueError with what to write instead."""
        if endpoint.lower().startswith(("http://", "https://")):
            return cls(base_url(endpoint).rstrip("/"))
        return cls(_url("http", endpoint))

    @classmethod
    def of(cls, loaded: Loaded) -> "StatusPage":
        """Where a configuration serves it. Raises click.UsageError where it does not."""
        used = [loaded.extensions[name] for name in loaded.service.extensions]
        settings = next((one for one in used if one.type == "zpages"), None)
        if settings is None:
            raise click.UsageError(
                "the configuration serves no status page to ask: write zpages: {} under extensions, and name it in "
                "service.extensions; or say --endpoint where another one is"
            )
        [endpoint] = settings.component.endpoints(settings.config)
        tls = getattr(settings.config, "tls", None)
        return cls(_url("http" if tls is None else "https", endpoint), getattr(tls, "cert_file", None))

    def names(self) -> list[str]:
        """What can be asked for. Raises Unanswered."""
        return [str(name) for name in self._json("")]

    def value(self, name: str) -> Any:  # noqa: ANN401 (JSON)
        """What is shown under `name`. Raises Unanswered."""
        return self._json(quote(name, safe=""))

    def _json(self, name: str) -> Any:  # noqa: ANN401 (JSON)
        try:
            return json.loads(self._get(f"{self.url}/api/v1/{name}"))
        except urllib.error.HTTPError as error:
            raise Unanswered(f"the collector at {self.url} did not tell: {_reason(error)}") from error
        except OSError as error:
            raise Unanswered(f"no status page at {self.url}: {_why(error)}") from error
        except ValueError as error:
            raise Unanswered(f"what answers at {self.url} is no status page of spansieve") from error

    def _get(self, url: str) -> bytes:
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self._tls())
        )
        with opener.open(url, timeout=PATIENCE_SECONDS) as answer:
            return bytes(answer.read())

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.certificate is not None:
            context.load_verify_locations(self.certificate)
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return context


def _url(scheme: str, endpoint: str) -> str:
    host, port = parse(endpoint)
    return f"{scheme}://{join('localhost' if host in _EVERYWHERE else host, port)}"


def _why(error: OSError) -> str:
    reason = getattr(error, "reason", error)
    if isinstance(reason, ConnectionRefusedError):
        return "nobody listens there. Start a collector with: spansieve run, or say --endpoint where one is"
    return str(reason)


def _reason(error: urllib.error.HTTPError) -> str:
    """What the collector says of it, if it is one."""
    try:
        said = json.loads(error.read())["error"]
    except (OSError, ValueError, LookupError, TypeError):
        return f"it answered {error.code} {error.reason}"
    return str(said)
