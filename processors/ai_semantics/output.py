"""How what was found is written: under which names, and what else of a span changes."""

from collections.abc import Mapping
from typing import Any, Final

from spansieve.pdata import Span, StatusCode, encode_pair
from spansieve.semconv.names import ERROR_CLASS, ERROR_SOFT, NO_ERROR, OPERATION, ORIGINAL

from .look import Look
from .values import safely

_SEMCONV: Final = "spansieve.semconv"
_ORIGINAL_NAME: Final = f"{ORIGINAL}name"
_KEEP_NAMES: Final = frozenset({"plain", "codex", "claude_code"})
"""Dialects whose span names dashboards know."""
_TOP_K: Final = "gen_ai.request.top_k"
_NAMED_BY: Final = {
    "chat": "gen_ai.request.model",
    "generate_content": "gen_ai.request.model",
    "text_completion": "gen_ai.request.model",
    "embeddings": "gen_ai.request.model",
    "retrieval": "gen_ai.data_source.id",
    "execute_tool": "gen_ai.tool.name",
    "create_agent": "gen_ai.agent.name",
    "invoke_agent": "gen_ai.agent.name",
    "invoke_workflow": "gen_ai.workflow.name",
}
"""What follows the operation in a span's name. Source: OpenTelemetry's GenAI conventions 1.41.1, span names."""


class Output:
    """Writes what was found, once for each span."""

    def __init__(
        self,
        mapping: Mapping[str, Any],
        *,
        semconv: str = "1.41.1",
        drop_originals: bool = False,
        rename_spans: bool = False,
        mark_scope: bool = False,
        set_status: bool = False,
        priced: bool = False,
    ) -> None:
        """The arguments are keys of the configuration."""
        self._semconv = semconv
        self._renames: dict[str, str] = mapping["target"]["dev_renames"] if semconv == "dev" else {}
        standard = {entry["target"] for entry in mapping["attributes"]} | set(mapping["target"]["dev_renames"].values())
        self._targets = frozenset(standard.union(*mapping["target"]["equivalent_keys"]))
        self._drop = drop_originals
        self._rename_spans = rename_spans
        self._mark_scope = mark_scope
        self._set_status = set_status
        self._changes_spans = rename_spans or mark_scope or set_status
        self.is_simple = not (self._changes_spans or self._renames or drop_originals or priced)
        """Whether adding the pairs is all."""
        self.traces = drop_originals
        """Whether it has to be known where each value was found."""

    def write(self, span: Span, look: Look) -> None:
        """Write what was found on a span."""
        if self._changes_spans:
            self._change(span, look)
        out = look.out
        if out:
            span.attributes.extend_raw(self._renamed(out, look.kind) if self._renames else out)
            if self._drop:
                self._drop_sources(look)
            look.out = {}

    def write_record(self, look: Look) -> None:
        """Write what was found on a log record."""
        look.item.attributes.extend_raw(self._renamed(look.out, "") if self._renames else look.out)
        if self._drop:
            self._drop_sources(look)

    def _change(self, span: Span, look: Look) -> None:
        """Change what is no attribute of the span."""
        if self._mark_scope and _SEMCONV not in span.scope.attributes:
            span.scope.attributes[_SEMCONV] = self._semconv
        if self._set_status and look.has(ERROR_CLASS):
            _mark_failed(span, look)
        if self._rename_spans and look.dialect not in _KEEP_NAMES:
            _rename(span, look)

    def _renamed(self, pairs: Mapping[str, bytes], kind: str) -> dict[str, bytes]:
        """`pairs` under the names that come next."""
        found: dict[str, bytes] = {}
        for key, given in pairs.items():
            raw = _whole(given) if key == _TOP_K else given
            name = self._renames.get(key)
            if name is None or (key == _TOP_K and kind != "retrieval"):
                found[key] = raw
            else:
                found[name] = bytes((0x0A, len(name))) + name.encode() + raw[raw[1] + 2 :]
        return found

    def _drop_sources(self, look: Look) -> None:
        keys = {key for source in (look.read or {}).values() for key in source.originals if key in look.index}
        look.item.attributes.remove(keys - self._targets)


def _whole(raw: bytes) -> bytes:
    """The pair of a number, which the coming conventions have as an integer."""
    value = safely(raw)
    if not isinstance(value, float) or not value.is_integer() or abs(value) >= 2**63:
        return raw
    return encode_pair(_TOP_K, int(value))


def _mark_failed(span: Span, look: Look) -> None:
    status = span.status
    if status.code == StatusCode.UNSET and look.text(ERROR_CLASS) != NO_ERROR and not look.has(ERROR_SOFT):
        status.code = StatusCode.ERROR


def _rename(span: Span, look: Look) -> None:
    operation = look.text(OPERATION)
    target = look.text(_NAMED_BY.get(operation, ""))
    if operation and target and not look.name.startswith(operation) and not look.has(_ORIGINAL_NAME):
        look.put(_ORIGINAL_NAME, look.name)
        span.name = f"{operation} {target}"
