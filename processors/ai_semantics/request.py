"""What the spans of one request say of each other: values from above, errors from below, marks of structure.

Source: the mapping, `inherit` and `lift`; `spansieve.structure` has the marks. Whoever holds whole traces makes the
marks again, the same way.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from spansieve.pdata import DecodeError, Span
from spansieve.semconv.names import (
    ERROR_CLASS,
    ERROR_SOFT,
    INPUT_TOKENS,
    NO_ERROR,
    OPERATION,
    OUTPUT_TOKENS,
    PARALLEL,
    SAME_ARGUMENTS,
    TOOL_ARGUMENTS,
)
from spansieve.structure import Step, marks

from .atoms import Atoms
from .getters import Target, encoded
from .look import Look, Place
from .rules import texts
from .tree import Tree
from .values import safely

if TYPE_CHECKING:
    from .plans import Alike

_CALLS: Final = frozenset({"tool", "agent"})
_MODELS: Final = frozenset({"model", "embedding"})
_NAMES: Final = {
    "tool": "gen_ai.tool.name",
    "agent": "gen_ai.agent.name",
    "model": "gen_ai.request.model",
    "embedding": "gen_ai.request.model",
}
_APPROVAL: Final = "approval"
_MOST_LIFTED: Final = 64
"""Spans that an error is lifted over, at most."""
_Outs = Mapping[int, Mapping[str, bytes]]
_Above = dict[tuple[int, bytes, bytes], bytes | None]


class Tagged:
    """A span that was recognised, with what is to be written on it."""

    __slots__ = ("_look", "alike", "kind", "out", "place", "span")

    def __init__(
        self, span: Span, place: Place, out: dict[str, bytes], look: Look | None = None, alike: "Alike | None" = None
    ) -> None:
        """`out` is written; where `look` is at hand, it holds the same, and `alike` is what was recognised."""
        self.alike = alike
        self.span = span
        self.place = place
        self.out = out
        self._look = look
        kind = place[1] if look is None else look.kind
        self.kind = kind if kind != _APPROVAL else _role(self.look)
        """What it is for the marks."""

    @property
    def look(self) -> Look:
        """The span as rules see it; made when somebody asks."""
        if self._look is None:
            self._look = Look(self.span, self.span.raw_name, (), self.place, self.out)
        return self._look

    def has(self, key: str) -> bool:
        """Whether `key` is there or about to be."""
        return key in self.out or key in self.span.attributes.raws()


def _role(look: Look) -> str:
    """What a span is for the marks: a tool that a person has to approve was called as any other."""
    is_tool = look.kind == _APPROVAL and look.text(OPERATION) == "execute_tool"
    return "tool" if is_tool else look.kind


class _Lift(NamedTuple):
    dialect: str
    from_name: int
    to_kind: str
    to_name: int
    copy: tuple[str, ...]

    def fits(self, look: Look) -> bool:
        """Whether an error of this span is to be copied."""
        return look.dialect == self.dialect and bool(look.facts & self.from_name)


class _Inherit(NamedTuple):
    dialect: str
    kinds: frozenset[str]
    target: Target
    keys: tuple[str, ...]


class Inheritance:
    """What spans get from those above and below them. Raises PatternError for a pattern that RE2 does not take."""

    def __init__(self, mapping: Mapping[str, Any], atoms: Atoms) -> None:
        """Compile the rules."""
        types = {entry["target"]: entry["type"] for entry in mapping["attributes"]}
        self._inherit = [
            _Inherit(
                rule["dialect"],
                frozenset(rule["kinds"]),
                Target(rule["target"], types.get(rule["target"], "any"), frozenset(), False, ()),
                texts(rule["from"]),
            )
            for rule in mapping["inherit"]
        ]
        self._lift = [
            _Lift(
                rule["dialect"],
                atoms.name(rule["from_name"]),
                rule.get("to_kind", ""),
                atoms.name(rule["to_name"]) if "to_name" in rule else 0,
                tuple(rule["copy"]),
            )
            for rule in mapping["lift"]
        ]
        sources = [entry["sources"] for entry in mapping["attributes"] if entry["target"] == TOOL_ARGUMENTS]
        keys = [source["key"] for group in sources for source in group if "key" in source]
        self._arguments = (*SAME_ARGUMENTS, *dict.fromkeys(keys))

    def inherits(self, dialect: str, kind: str) -> bool:
        """Whether spans of this dialect and kind may get anything from those above."""
        return any(dialect == rule.dialect and kind in rule.kinds for rule in self._inherit)

    def inherit(self, heirs: Sequence[Tagged], done: Sequence[Tagged], tree: Tree) -> list[Tagged]:
        """Give the heirs what the nearest ancestor in the request has or is about to; returns who got anything."""
        outs = {id(one.span): one.out for one in done}
        above: dict[tuple[int, bytes, bytes], bytes | None] = {}
        return [one for one in heirs if self._inherit_one(one, outs, above, tree)]

    def _inherit_one(self, one: Tagged, outs: _Outs, above: _Above, tree: Tree) -> bool:
        look, before = one.look, len(one.look.out)
        for place, rule in enumerate(self._inherit):
            if look.dialect == rule.dialect and look.kind in rule.kinds and not look.has(rule.target.name):
                found = _nearest(one.span, (place, rule), outs, above, tree)
                if found is not None:
                    look.out[rule.target.name] = found
        return len(look.out) > before

    def lift(self, failed: Sequence[Tagged], done: Sequence[Tagged], tree: Tree) -> None:
        """Copy errors to the nearest span above that a rule names, where that one has none of its own."""
        rules = [(one, rule) for one in failed for rule in self._lift if rule.fits(one.look)]
        looks = {id(one.span): one.look for one in done} if rules else {}
        for one, rule in rules:
            near = islice(tree.ancestors(one.span), _MOST_LIFTED)
            _lift_one(one.look, rule, (looks.get(id(above)) for above in near))

    def mark(self, done: Sequence[Tagged], spans: Iterable[Span]) -> None:
        """Put the marks of structure into what is to be written."""
        traces: dict[bytes, list[Tagged]] = {}
        for one in done:
            if one.kind in _NAMES:
                traces.setdefault(one.span.trace_id, []).append(one)
        several = [(trace_id, group) for trace_id, group in traces.items() if len(group) > 1 and any(trace_id)]
        if not several:
            return
        parents = {span.parent_span_id for span in spans}
        wanted = {trace_id: list[Span]() for trace_id, group in several if _may_have_marks(group, parents)}
        if not wanted:
            return
        for span in spans:
            if span.trace_id in wanted:
                wanted[span.trace_id].append(span)
        looks = {id(one.span): one.look for one in done if one.span.trace_id in wanted}
        for group_of_spans in wanted.values():
            self._mark_trace(group_of_spans, looks)

    def _mark_trace(self, spans: list[Span], looks: Mapping[int, Look]) -> None:
        repeats = _repeat([looks[id(span)] for span in spans if id(span) in looks])
        found = marks([self._step(span, looks.get(id(span)), repeats=repeats) for span in spans])
        for place, values in found.items():
            look = looks.get(id(spans[place]))
            if look is not None:  # what nobody knows is not touched
                for key, value in values.items():
                    look.put(key, value)

    def _step(self, span: Span, look: Look | None, *, repeats: bool) -> Step:
        """The span as the marks want it; `repeats`: arguments matter."""
        start, end = span.start_time_unix_nano, span.end_time_unix_nano
        role = "" if look is None else _role(look)
        if look is None or role not in _NAMES:
            return Step(span.span_id, span.parent_span_id, start, end, role)
        return Step(
            span.span_id,
            span.parent_span_id,
            start,
            end,
            role,
            look.text(_NAMES[role]),
            self._arguments_of(look) if repeats and role == "tool" else None,
            look.has(ERROR_CLASS) and look.text(ERROR_CLASS) != NO_ERROR and not look.has(ERROR_SOFT),
            look.has(INPUT_TOKENS) or look.has(OUTPUT_TOKENS),
            look.value(PARALLEL) is True if role == "tool" else False,
        )

    def _arguments_of(self, look: Look) -> bytes | None:
        """What is equal where the arguments are; they stay here."""
        return next((look.index[key] for key in self._arguments if key in look.index), None)


def _may_have_marks(group: Sequence[Tagged], parents: set[bytes]) -> bool:
    """Whether any mark can come out: calls that overlap or repeat, models that fail or have spans below."""
    calls = [one for one in group if one.kind in _CALLS]
    if any(one.has(PARALLEL) for one in calls) or (
        len(calls) > 1 and (_overlap(calls) or _repeat(one.look for one in calls))
    ):
        return True
    models = [one for one in group if one.kind in _MODELS]
    return len(models) > 1 and (_retried(models) or any(one.span.span_id in parents for one in models))


def _retried(models: Sequence[Tagged]) -> bool:
    """Whether a call failed, and another one below the same span came after it."""
    latest: dict[bytes, int] = {}
    for one in models:
        parent, start = one.span.parent_span_id, one.span.start_time_unix_nano
        latest[parent] = max(start, latest.get(parent, 0))
    return any(
        one.has(ERROR_CLASS) and latest[one.span.parent_span_id] >= one.span.end_time_unix_nano for one in models
    )


def _overlap(calls: Sequence[Tagged]) -> bool:
    times = sorted((one.span.start_time_unix_nano, one.span.end_time_unix_nano) for one in calls)
    return any(start < ended for (_, ended), (start, _) in pairwise(times))


def _repeat(calls: Iterable[Look]) -> bool:
    """Whether a tool was called three times, or twice after a failure."""
    tools = [(look.text(_NAMES["tool"]), look.has(ERROR_CLASS)) for look in calls if _role(look) == "tool"]
    names = Counter(name for name, _ in tools)
    return any(names[name] > (1 if failed else 2) for name, failed in tools)


def _nearest(span: Span, placed: tuple[int, _Inherit], outs: _Outs, above: _Above, tree: Tree) -> bytes | None:
    """What the nearest ancestor has; remembered for each that was passed, so that no stretch is climbed twice."""
    place, rule = placed
    passed: list[tuple[int, bytes, bytes]] = []
    found: bytes | None = None
    for ancestor in tree.ancestors(span):
        step = place, ancestor.trace_id, ancestor.span_id
        found = above[step] if step in above else _of_ancestor(ancestor, rule, outs)
        passed.append(step)
        if found is not None or step in above:
            break
    above.update(dict.fromkeys(passed, found))
    return found


def _of_ancestor(span: Span, rule: _Inherit, outs: _Outs) -> bytes | None:
    try:
        raws, out = span.attributes.raws(), outs.get(id(span), {})
    except DecodeError:
        return None
    for key in rule.keys:
        raw = raws.get(key) or out.get(key)
        found = None if raw is None else encoded(rule.target, safely(raw))
        if isinstance(found, bytes):
            return found
    return None


def _lift_one(look: Look, rule: _Lift, above: Iterable[Look | None]) -> None:
    for one in above:
        if one is None or one.dialect != rule.dialect:
            continue
        if (rule.to_kind and one.kind != rule.to_kind) or (rule.to_name and not one.facts & rule.to_name):
            continue
        if not one.has(ERROR_CLASS):
            for key in rule.copy:
                raw = look.raw(key)
                if raw is not None and not one.has(key):
                    one.out[key] = raw
        return
