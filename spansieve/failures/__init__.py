"""Errors: what is one, what it says of itself, and which errors of a trace are one failure.

`failure_of` and `failure_of_record` are the predicate; `context_of` tells what surrounded an error; `base_key` is the
coarse pattern that it counts under; `root_causes` joins the errors of a trace that are one failure. All are pure
functions of spans and log records and keep nothing, so that whoever samples, counts or explains errors means the same.
"""

from .cascade import CASCADE_GAP_NS, TracedError, joined, root_causes, traced_errors
from .context import (
    OS_THREAD,
    THREAD_KEYS,
    USER_KEYS,
    ErrorContext,
    context_of,
    context_of_record,
    identity_of,
    whom_of,
)
from .details import GRPC_CODE, HTTP_CODES, Details, details_of, details_of_record
from .forest import Forest, Judged, Node, forest_from, forest_of
from .predicate import SIGNS, SOURCES, Failure, Rules, Source, failure_of, failure_of_record
from .reading import exceptions_of
from .retries import operation_of
from .sameness import Shown, comparable
from .signs import Signs
from .words import AGENT_KEYS, TOOL_KEYS, UNKNOWN, base_key, label_of, last_part, tool_of

__all__ = [
    "AGENT_KEYS",
    "CASCADE_GAP_NS",
    "GRPC_CODE",
    "HTTP_CODES",
    "OS_THREAD",
    "SIGNS",
    "SOURCES",
    "THREAD_KEYS",
    "TOOL_KEYS",
    "UNKNOWN",
    "USER_KEYS",
    "Details",
    "ErrorContext",
    "Failure",
    "Forest",
    "Judged",
    "Node",
    "Rules",
    "Shown",
    "Signs",
    "Source",
    "TracedError",
    "base_key",
    "comparable",
    "context_of",
    "context_of_record",
    "details_of",
    "details_of_record",
    "exceptions_of",
    "failure_of",
    "failure_of_record",
    "forest_from",
    "forest_of",
    "identity_of",
    "joined",
    "label_of",
    "last_part",
    "operation_of",
    "root_causes",
    "tool_of",
    "traced_errors",
    "whom_of",
]
