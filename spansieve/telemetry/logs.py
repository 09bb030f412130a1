"""The service's own log: a line a record on stderr, as text or JSON. Nothing of what passes through is ever in it."""

import json
import logging
import sys
import threading
import time
import traceback

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}
LIBRARIES = ("aiohttp", "asyncio", "concurrent.futures", "grpc", "opentelemetry")
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 127) if chr(code) not in "\n\t"}


class _Text(logging.Formatter):
    def __init__(self, worker: int) -> None:
        super().__init__()
        self._worker = f"worker {worker}: " if worker else ""

    def format(self, record: logging.LogRecord) -> str:
        component = getattr(record, "component", "")
        where = self._worker + (f"{component}: " if component else "")
        text = f"{_stamp(record)} {record.levelname.lower():<7} {where}{record.getMessage()}".translate(_CONTROL)
        return text.replace("\n", "\n    ")


class _Json(logging.Formatter):
    def __init__(self, worker: int) -> None:
        super().__init__()
        self._worker = worker

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "ts": _stamp(record),
            "level": record.levelname.lower(),
            "msg": record.getMessage(),
        }
        if self._worker:
            line["worker"] = self._worker
        if component := getattr(record, "component", ""):
            line["component"] = component
        return json.dumps(line, ensure_ascii=False)


def _stamp(record: logging.LogRecord) -> str:
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{whole}.{int(record.msecs):03d}Z"


def set_up_logs(level: str, encoding: str, worker: int = 0) -> None:
    """Send the program's log to stderr: `level` is debug, info, warn or error; `encoding` is console or json; `worker`
    the number of an intake process, which its lines then tell.
    """
    logger = logging.getLogger("spansieve")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json(worker) if encoding == "json" else _Text(worker))
    logger.handlers[:] = [handler]
    logger.propagate = False
    logger.setLevel(LEVELS[level])
    for library in LIBRARIES:  # what they log quotes what went wrong, which may be content
        logging.getLogger(library).handlers[:] = [logging.NullHandler()]
        logging.getLogger(library).propagate = False
    threading.excepthook = _thread_failed


def _thread_failed(arguments: threading.ExceptHookArgs) -> None:
    """Say that a thread ended by an exception, without its text."""
    name = arguments.thread.name if arguments.thread else "?"
    logging.getLogger("spansieve").error("the thread %s ended by %s", name, arguments.exc_type.__name__)


def component_log(component: str) -> "logging.LoggerAdapter[logging.Logger]":
    """A logger whose lines name the component `component`, such as `processors/throttle`."""
    return logging.LoggerAdapter(logging.getLogger("spansieve"), {"component": component})


def place_of(error: BaseException) -> str:
    """The type of `error` and the line of code that raised it; nothing of its text."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "unknown place"
    return f"{type(error).__name__} at {where}"
