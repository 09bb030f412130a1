"""Who gets the alerts of the demo: a server for webhooks that shows them in the terminal."""

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import click

from .options import say

_COLORS = {"firing": "red", "resolved": "green"}


class Receiver:
    """Listens on a free port of this machine while it is entered."""

    def __init__(self) -> None:
        """Bind."""
        self._alerts: dict[str, Mapping[str, Any]] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self._take))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        """Where alerts are to be posted."""

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def is_over(self) -> bool:
        """Whether there were alerts, and all have ended."""
        with self._lock:
            return bool(self._alerts) and all(one["status"] == "resolved" for one in self._alerts.values())

    def _take(self, body: Mapping[str, Any]) -> None:
        for alert in body["alerts"]:
            with self._lock:
                before = self._alerts.get(alert["id"])
                self._alerts[alert["id"]] = alert
            if before is None or before["status"] != alert["status"]:
                say(shown(alert))


def shown(alert: Mapping[str, Any]) -> str:
    """An alert for the terminal."""
    status, pattern, example = alert["status"], alert["pattern"] or {}, alert["example"]
    lines = [f"ALERT {status}  {click.style(alert['type'], bold=True)}  {alert['severity']}  {alert['summary']}"]
    if status == "firing":
        lines.append(f"  message  {pattern.get('template', '')}")
        lines.append(f"  path     {' → '.join(alert['path'])}")
        if example is not None:
            context = example["context"]
            who = f"user {context['user_id']}  conversation {context['thread_id']}"
            lines.append(f"  example  trace {example['trace_id']}  {who}")
    return click.style("\n".join(lines), fg=_COLORS[status])


def _handler(take: Any) -> type[BaseHTTPRequestHandler]:  # noqa: ANN401
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            take(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the alerts are what is shown."""

    return Handler
