"""What all explained items say together."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from spansieve.semconv.names import ERROR_CLASS, ERROR_SOFT, NO_ERROR, OUTPUT_TOKENS, ROLLUP
from spansieve.terminal import safe

from .explained import Explained
from .models import input_tokens
from .values import number, safely

_CONVERSATION: Final = "gen_ai.conversation.id"
_FEW: Final = 5
_SHORT: Final = 40


class Summary:
    """Counts; tokens are summed over the spans that are no roll-ups."""

    def __init__(self) -> None:
        """Nothing is counted."""
        self.input_tokens = 0
        self.output_tokens = 0
        self._kinds: Counter[tuple[str, str, str]] = Counter()
        self._failures: Counter[str] = Counter()
        self._soft: Counter[str] = Counter()
        self._sessions: dict[str, None] = {}
        self._unknown: Counter[str] = Counter()
        self._silent: Counter[str] = Counter()

    def add(self, one: Explained) -> None:
        """Count an item."""
        if one.is_known and not one.says_nothing:
            self._kinds[one.dialect or "-", one.kind or "-", one.signal] += 1
        elif one.is_known:
            self._silent[one.name] += 1
        else:
            self._unknown[one.name] += 1
        if one.signal == "traces" and ROLLUP not in one.attributes:
            self._add_tokens(one)
        failure = _text(one, ERROR_CLASS)
        if failure and failure != NO_ERROR:
            (self._soft if ERROR_SOFT in one.attributes else self._failures)[failure] += 1
        if session := _text(one, _CONVERSATION):
            self._sessions[session] = None

    def _add_tokens(self, one: Explained) -> None:
        self.input_tokens += max(0, int(input_tokens(one.attributes, {}) or 0))
        if OUTPUT_TOKENS in one.attributes:
            self.output_tokens += max(0, int(number(safely(one.attributes[OUTPUT_TOKENS])) or 0))

    @property
    def sessions(self) -> list[str]:
        """The conversations, in order of appearance."""
        return list(self._sessions)

    def lines(self, *, all_shown: bool) -> Iterator[str]:
        """The counts as text; `all_shown`: the items that are left out by default were shown."""
        yield from _table(self._kinds)
        yield f"tokens, each counted once: {self.input_tokens:,} in, {self.output_tokens:,} out"
        yield f"failures: {_counted(self._failures)}; may be normal (soft): {_counted(self._soft)}"
        named = ", ".join(safe(one, _SHORT) for one in self.sessions[:_FEW])
        more = ", ..." if len(self.sessions) > _FEW else ""
        yield f"sessions: {len(self.sessions)}{f' ({named}{more})' if named else ''}"
        left_out = ("without meaning unless they fail", self._silent), ("known to no rule", self._unknown)
        for what, names in left_out:
            if names:
                hint = "" if all_shown else " (--all shows each)"
                yield f"{what}: {names.total():,}{hint}: {_counted(names)}"


def _table(kinds: Counter[tuple[str, str, str]]) -> Iterator[str]:
    rows = sorted({(dialect, kind) for dialect, kind, _ in kinds})
    if rows:
        yield f"{'dialect':<24}{'kind':<14}{'spans':>7}{'records':>9}"
    for dialect, kind in rows:
        spans, records = kinds[dialect, kind, "traces"], kinds[dialect, kind, "logs"]
        yield f"{dialect:<24}{kind:<14}{spans or '-':>7}{records or '-':>9}"


def _counted(counts: Counter[str]) -> str:
    some: Iterable[tuple[str, int]] = counts.most_common(_FEW)
    text = ", ".join(f"{safe(name, _SHORT) or '(no name)'} {count}" for name, count in some)
    return (text + (", ..." if len(counts) > _FEW else "")) or "none"


def _text(one: Explained, key: str) -> str:
    value = safely(one.attributes[key]) if key in one.attributes else ""
    return value if isinstance(value, str) else ""
