"""What may be wrong with rules that are well-formed: names that nobody has, targets that can't be, circles."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from spansieve.config.mistakes import Mistake
from spansieve.config.problems import Path, suggestion

from .rules import texts
from .rules_config import Rules
from .rules_mentions import dialects_in

ANY: Final = "any"
_ENGINE: Final = "spansieve."
_OPERATION: Final = "gen_ai.operation.name"


class Check:
    """Looks at rules beside the shipped `mapping`, and at those that came before them."""

    def __init__(self, mapping: Mapping[str, Any], all_rules: Sequence[Rules]) -> None:
        """`all_rules` are those that count together, in their order."""
        self._shipped = {dialect["id"] for dialect in mapping["dialects"]}
        own = [dialect.id for rules in all_rules for dialect in rules.dialects]
        self._dialects = [*own, *sorted(self._shipped)]
        self._types: dict[str, str] = {entry["target"]: entry["type"] for entry in mapping["attributes"]}
        self._targets = frozenset(self._types)
        self._uses = _uses(mapping, all_rules)
        """The tables of rules by name, each with those that it uses."""
        self._seen: set[str] = set()
        signals = [*mapping["errors"]["signals"]]
        signals += [{"key": signal.key or ()} for rules in all_rules for signal in rules.errors.signals]
        self._looked_at = {key for signal in signals for key in texts(signal.get("key", ()))}

    def mistakes(self, rules: Rules) -> Iterator[Mistake]:
        """What is wrong; paths lead from the top of `rules`."""
        yield from self._twice(rules)
        yield from self._unknown(rules)
        yield from self._circles(rules)
        for place, attribute in enumerate(rules.attributes):
            yield from self._target(("attributes", place), attribute.model_dump(exclude_defaults=True))

    def _twice(self, rules: Rules) -> Iterator[Mistake]:
        for place, dialect in enumerate(rules.dialects):
            path = ("dialects", place, "id")
            if dialect.id in self._shipped:
                hint = f"Take another id; to add to what it knows, write rules under operations.{dialect.id}."
                yield Mistake(f"{dialect.id} is a dialect of the shipped table", hint, path=path)
            elif dialect.id in self._seen or dialect.id == ANY:
                yield Mistake(f"the dialect {dialect.id} stands twice", "Put all its ways into one detect.", path=path)
            self._seen.add(dialect.id)

    def _unknown(self, rules: Rules) -> Iterator[Mistake]:
        for path, name in dialects_in(rules):
            known = self._known(path)
            if name not in known:
                hint = suggestion(name, sorted(known)) or "Describe it under dialects, or see docs/semantics.md."
                what = "dialect with rules" if path[-1] == "use" else "dialect"
                yield Mistake(f"there is no {what} {name}", hint, path=path)

    def _known(self, path: Path) -> Collection[str]:
        """What may be named at `path`."""
        if path[-1] == "use":
            return self._uses
        return [*self._dialects, ANY] if path[0] == "operations" else self._dialects

    def _circles(self, rules: Rules) -> Iterator[Mistake]:
        for dialect, operations in rules.operations.items():
            for place, rule in enumerate(operations):
                if rule.use is not None and self._leads_to(rule.use, dialect):
                    path = ("operations", dialect, place, "use")
                    yield Mistake(f"use: {rule.use} leads back to {dialect}", "Take one of the steps out.", path=path)

    def _leads_to(self, start: str, end: str) -> bool:
        known: set[str] = set()
        todo = [start]
        while todo:
            name = todo.pop()
            if name == end:
                return True
            if name not in known:
                known.add(name)
                todo += self._uses.get(name, ())
        return False

    def _target(self, path: Path, entry: Mapping[str, Any]) -> Iterator[Mistake]:
        target, kind = entry["target"], entry.get("type")
        known = self._types.get(target)
        if known is None:
            yield from self._new(path, target, kind)
        elif kind not in {None, known}:
            yield Mistake(f"{target} has the type {known}", "Leave type out.", path=(*path, "type"))
        for word in ("kinds", "content", "equivalent") if target in self._targets else ():
            if word in entry:
                hint = "Leave it out here; a source may have kinds of its own."
                yield Mistake(f"{target} is of the shipped table, and so is its {word}", hint, path=(*path, word))
        if known is None and kind:
            self._types[target] = kind

    def _new(self, path: Path, target: str, kind: str | None) -> Iterator[Mistake]:
        here = (*path, "target")
        if target.startswith(_ENGINE) or target == _OPERATION:
            hint = "Dialects, operations and signals decide it; take another name for what is your own."
            yield Mistake(f"{target} is not filled in from attributes", hint, path=here)
        elif target in self._looked_at:
            hint = "Write a signal under errors with the key that you have instead."
            yield Mistake(f"{target} is looked at for errors before anything is filled in", hint, path=here)
        elif kind is None:
            near = suggestion(target, sorted(self._targets))
            hint = f"{near} A new one needs type: string, int, double, boolean, string[] or any.".strip()
            yield Mistake(f"{target} is no target of the shipped table", hint, path=here)


def _uses(mapping: Mapping[str, Any], all_rules: Sequence[Rules]) -> dict[str, set[str]]:
    """By dialect, those whose rules its rules use."""
    found: dict[str, set[str]] = {}
    for name, shipped in mapping["operations"].items():
        if isinstance(shipped, list):
            found[name] = {rule["use"] for rule in shipped if "use" in rule}
    for rules in all_rules:
        for name, operations in rules.operations.items():
            found.setdefault(name, set()).update(rule.use for rule in operations if rule.use is not None)
    return found
