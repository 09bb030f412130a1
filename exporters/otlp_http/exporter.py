"""Send OTLP requests over HTTP. The client and its error classes are the core's, and so are queue and retries."""

from spansieve.otlp.http_client import Answer, HttpClient
from spansieve.otlp.json_mapping import to_json
from spansieve.otlp.partial_success import rejected
from spansieve.otlp.targets import peer_of
from spansieve.pdata import DecodeError
from spansieve.plugin import Exporter, Host, Permanent, Rejected, Retry, Signal

from .config import OtlpHttpConfig

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
PAGE = "text/html"


def read_answer(signal: Signal, answer: Answer) -> Rejected | None:
    """What a 2xx answer rejects, or None. One of another media type than OTLP's says nothing, as in the Go Collector;
    but a web page comes from a proxy that asks to sign in or excuses itself, and the backend has nothing then.

    Raises Permanent for an OTLP answer that can't be read, and Retry for a web page.
    """
    if answer.media_type == PAGE and answer.body:
        raise Retry("a web page instead of an answer")
    if answer.media_type not in {PROTOBUF, JSON}:
        return None
    return rejected(signal, answer.body, is_json=answer.media_type == JSON)


class OtlpHttp(Exporter[OtlpHttpConfig]):
    """Posts traces, logs and metrics to the URLs of one backend."""

    config = OtlpHttpConfig
    signals = frozenset({"traces", "logs", "metrics"})

    def __init__(self, config: OtlpHttpConfig, host: Host) -> None:
        """Nothing is opened yet."""
        self._settings = config
        self._host = host
        self._client = HttpClient(config, host)

    @classmethod
    def endpoints(cls, config: OtlpHttpConfig) -> list[str]:
        """Each `host:port` that requests go to."""
        signals: tuple[Signal, ...] = ("traces", "logs", "metrics")
        return sorted({peer_of(url) for url in map(config.url, signals) if url})

    def start(self) -> None:
        """Make the session; it connects with the first request.

        Raises ValueError for TLS that can't be used, and if a pipeline's signal has no URL.
        """
        for signal in sorted(self._host.signals()):
            if not self._settings.url(signal):
                name = "logs" if signal == "alerts" else signal
                raise ValueError(f"a pipeline of {signal} needs {name}_endpoint, or endpoint for all signals")
        for url in filter(None, {self._settings.url(signal) for signal in self._host.signals()}):
            self._client.warn_in_clear(url)
        self._client.open()

    def send(self, signal: Signal, body: bytes) -> Rejected | None:
        """Post one request, once. Raises Retry or Permanent."""
        url = self._settings.url(signal)
        if not url:  # a reload put it into a pipeline of this signal
            raise Permanent("no endpoint for this signal")
        if self._settings.encoding == "proto":
            return read_answer(signal, self._client.post(url, body, PROTOBUF))
        try:
            text = to_json(signal, body)
        except DecodeError:
            raise Permanent("not readable as OTLP", undecodable=True) from None
        return read_answer(signal, self._client.post(url, text, JSON))

    def shutdown(self) -> None:
        """Close all connections."""
        self._client.close()
