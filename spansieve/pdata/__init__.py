"""Telemetry as components see it: batches of spans, log records and data points, views over the OTLP bytes they came
in.

A request stays bytes. `parse` reads its envelopes; attributes, events, status and the like are read when somebody
looks, and only what somebody changes is written again. All reading of bad bytes ends in `DecodeError`; a string that is
not UTF-8 is repaired when it is read, and counted by `repaired_strings()`.
"""

from .attributes import Attributes
from .bounds import is_crowded
from .envelope import Resource, Scope
from .errors import DecodeError
from .keys import key_of
from .logs import LogBatch, LogRecord
from .mend import Mended, mend
from .metrics import Metric, MetricBatch, MetricType
from .parts import Event, Link, Status, StatusCode
from .pieces import NO_SHELL, Piece, Shell, apart, together
from .points import Buckets, DataPoint, Exemplar, Quantile
from .rewrite import MAX_DEPTH, Rewriter, TextRewriter, bare, rewrite_pairs, rewrite_value
from .schema import Signal, Wire, read
from .split import Batch, count, known, parse, split
from .text import decode_text, encode_text, repaired_strings
from .traces import NO_SPAN, DroppedSpan, Span, SpanKind, TraceBatch
from .tree import encode_field
from .values import Value, Writable, decode_pair, decode_value, encode_pair, encode_text_pair, encode_value, raw_text

__all__ = [
    "MAX_DEPTH",
    "NO_SHELL",
    "NO_SPAN",
    "Attributes",
    "Batch",
    "Buckets",
    "DataPoint",
    "DecodeError",
    "DroppedSpan",
    "Event",
    "Exemplar",
    "Link",
    "LogBatch",
    "LogRecord",
    "Mended",
    "Metric",
    "MetricBatch",
    "MetricType",
    "Piece",
    "Quantile",
    "Resource",
    "Rewriter",
    "Scope",
    "Shell",
    "Signal",
    "Span",
    "SpanKind",
    "Status",
    "StatusCode",
    "TextRewriter",
    "TraceBatch",
    "Value",
    "Wire",
    "Writable",
    "apart",
    "bare",
    "count",
    "decode_pair",
    "decode_text",
    "decode_value",
    "encode_field",
    "encode_pair",
    "encode_text",
    "encode_text_pair",
    "encode_value",
    "is_crowded",
    "key_of",
    "known",
    "mend",
    "parse",
    "raw_text",
    "read",
    "repaired_strings",
    "rewrite_pairs",
    "rewrite_value",
    "split",
    "together",
]
