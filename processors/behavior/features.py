"""What agents can do, by the bit that stands for it in what is kept of users."""

from collections.abc import Sequence
from typing import Final

from spansieve.pdata import LogRecord, Span

from .config import FeatureConfig
from .roles import BITS

_SERVERS: Final = ("mcp_server", "mcp_server_name", "mcp_server_scope")
"""Of these one says which server a tool is of: Codex, Gemini CLI, Claude Code."""


class Features:
    """The built-in features and those of a configuration."""

    def __init__(self, own: Sequence[FeatureConfig]) -> None:
        """`own` come behind the built-in ones."""
        self.bits = {**BITS, **{one.name: 1 << (len(BITS) + place) for place, one in enumerate(own)}}
        """By name."""
        self.has_own = bool(own)
        self._own = [(one.key, tuple(one.values), self.bits[one.name]) for one in own]

    def own(self, span: Span | LogRecord) -> int:
        """The features of the configuration that a span, or a log record, tells of. Raises DecodeError."""
        used = 0
        for key, values, bit in self._own:
            for said in (span.attributes, span.resource.attributes):
                if key in said.raws() and (not values or _is_one_of(said.get(key), values)):
                    used |= bit
        return used

    def renumbered(self, names: Sequence[str], used: int) -> int:
        """What the bits of `used` are now; they were saved when the features had these `names`, in their order."""
        found = 0
        for place, name in enumerate(names):
            if used >> place & 1:
                found |= self.bits.get(name, 0)
        return found


def used_in(record: LogRecord) -> int:
    """The built-in features that the record of a tool tells of. Raises DecodeError."""
    raws = record.attributes.raws()
    return BITS["mcp"] if any(key in raws and record.attributes.get(key) for key in _SERVERS) else 0


def _is_one_of(value: object, values: Sequence[object]) -> bool:
    """A list says each of its values; `True` is not 1."""
    said = value if isinstance(value, list) else [value]
    return any(type(one) is type(wanted) and one == wanted for one in said for wanted in values)
