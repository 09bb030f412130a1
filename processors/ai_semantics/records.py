"""Log records of AI agents: which of them mean something, and what. Source: the mapping, section 10, `logs`.

Body, severity and what stands there stay; trace and span ids are never invented.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from spansieve.semconv.names import PROVIDER

from .atoms import Atoms
from .filling import Step, target_of
from .getters import Target
from .providers import Providers
from .rules import AT, Mask, mask_of, texts
from .sources import Sources
from .wholes import braces


class Rule(NamedTuple):
    """What a record of some name is."""

    name: str
    """The name that counts, where a rule has several."""
    mask: Mask
    kind: str
    op: str
    failed: bool
    """Whether its name alone says that something failed."""
    steps: tuple[Step, ...]
    where: str


class Records:
    """The rules for log records. Raises ValueError and PatternError for what can't be compiled."""

    def __init__(self, mapping: Mapping[str, Any], atoms: Atoms, providers: Providers, *, content: bool) -> None:
        """Compile them; without `content`, none is copied."""
        compiler = Sources(atoms, providers, {})
        targets = {entry["target"]: target_of(entry, mapping) for entry in mapping["attributes"]}
        self._rules: dict[str, list[Rule]] = {}
        for place, rule in enumerate(mapping["logs"]):
            names = [name for pattern in texts(rule["event"]) for name in braces(pattern)]
            several = isinstance(rule["event"], list)
            steps = tuple(_steps(rule, targets, compiler, content=content))
            for name in names:
                found = Rule(
                    names[0] if several else name,
                    mask_of({"attr": rule.get("when", {})}, atoms),
                    rule["kind"],
                    rule.get("op", ""),
                    rule.get("error", False),
                    steps,
                    rule.get(AT, f"logs[{place}]"),
                )
                self._rules.setdefault(name, []).append(found)
        self.names = frozenset(self._rules)
        """Names of records that rules know."""

    def named(self, name: str) -> str:
        """The name that counts for `name`."""
        rules = self._rules.get(name)
        return rules[0].name if rules else name

    def rule(self, name: str, facts: int) -> Rule | None:
        """The first rule that fits."""
        return next((rule for rule in self._rules.get(name, ()) if rule.mask.holds(facts)), None)


def _steps(
    rule: Mapping[str, Any], targets: Mapping[str, Target], compiler: Sources, *, content: bool
) -> Iterator[Step]:
    specs: list[tuple[str, dict[str, Any]]] = []
    for name, value in rule.get("const", {}).items():
        specs.append((name, {"const": value}))
    for name, (first, *others) in rule.get("sum", {}).items():
        specs.append((name, {"key": first, "add": others}))
    for key, name in rule.get("attrs", {}).items():
        transform = {"transform": "map:providers.values"} if name == PROVIDER else {}
        specs.append((name, {"key": key, **transform}))
    for name, spec in specs:
        target = targets.get(name) or Target(name, _TYPES.get(name, "any"), frozenset(), False, ())
        if content or not target.content:
            yield Step(target, (compiler.compile(target, spec),))


_TYPES: Final = {
    "error.type": "string",
    "http.response.status_code": "int",
    "spansieve.ai.approval.decision": "string",
    "spansieve.ai.approval.source": "string",
    "spansieve.ai.context.window": "int",
}
