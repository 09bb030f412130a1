"""From what a configuration writes to rules as they are evaluated: built-in ones changed, own ones added, checked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from spansieve.config.mistakes import Mistake, Mistakes
from spansieve.config.problems import listed, suggestion

from .builtin import BUILT_IN, BURN, FAILED, OPERATIONS, TOKEN_BUDGET, TOKEN_CLEAR
from .rule import OPS, Kind, Leg, Rule
from .rule_config import BurnRateConfig, RuleConfig
from .selector import selector

PLACEHOLDER: Final = re.compile(r"\{([A-Za-z_]\w*)\}", re.ASCII)
"""What stands for a value in a message."""
_RESERVED: Final = frozenset({"alertname", "alertstate", "severity"})
_EXPRESSION: Final = ("numerator", "denominator", "rate", "increase")
_KINDS: Final[Mapping[frozenset[str], Kind]] = {
    frozenset({"numerator", "denominator"}): "ratio",
    frozenset({"rate"}): "rate",
    frozenset({"increase"}): "increase",
}


def compiled(given: Sequence[RuleConfig], budget: float | None, burn_rate: BurnRateConfig | None) -> tuple[Rule, ...]:
    """All rules that are on: the built-in ones in their order, then `given` ones in theirs. Raises Mistakes, whose
    paths begin with a place in `given`.
    """
    places = _places(given)
    rules: list[Rule] = []
    for at, keys in _all(given, places, budget, burn_rate):
        whole = RuleConfig.model_validate(keys)
        if whole.enabled and not (whole.name == TOKEN_BUDGET and whole.threshold is None and whole.burn_rate is None):
            rules += _rules(whole, given[at] if at is not None else None, at)
    return tuple(rules)


def _places(given: Sequence[RuleConfig]) -> dict[str, int]:
    places: dict[str, int] = {}
    for at, one in enumerate(given):
        if places.setdefault(one.name, at) != at:
            raise _mistake(at, "name", f"there are two rules {one.name}", "Give each a name of its own.")
    return places


def _all(
    given: Sequence[RuleConfig], places: Mapping[str, int], budget: float | None, burn_rate: BurnRateConfig | None
) -> Iterator[tuple[int | None, dict[str, Any]]]:
    """The keys of each rule, and where in `given` it stands."""
    built_in: list[Mapping[str, Any]] = [*BUILT_IN]
    if burn_rate is not None:
        message = "operations fail so fast that the error budget is spent early: {value} within {window}"
        built_in.append(
            {"name": BURN, "numerator": FAILED, "denominator": OPERATIONS, "burn_rate": burn_rate, "message": message}
        )
    for keys in built_in:
        at = places.get(keys["name"])
        whole = dict(keys) if at is None else _changed(keys, _keys(given[at]))
        if keys["name"] == TOKEN_BUDGET:
            whole.setdefault("threshold", budget)
        yield at, whole
    own = {keys["name"] for keys in built_in}
    yield from ((at, _keys(one)) for at, one in enumerate(given) if one.name not in own)


def _keys(one: RuleConfig) -> dict[str, Any]:
    """The keys that were given, as they are written."""
    return one.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _changed(built_in: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A built-in rule with the keys that were given. What it counts, and how it is judged, is of one kind each."""
    left_out: set[str] = set()
    if given.keys() & {*_EXPRESSION} - built_in.keys():
        left_out |= {*_EXPRESSION}
    if given.get("burn_rate") is not None:
        left_out |= {"window", "threshold", "clear"}
    return {key: value for key, value in built_in.items() if key not in left_out} | dict(given)


def _rules(one: RuleConfig, given: RuleConfig | None, at: int | None) -> Iterator[Rule]:
    """One rule; of a burn rate one for each pair of windows."""
    expression = {key: selector(text) for key in _EXPRESSION if (text := getattr(one, key)) is not None}
    kind = _KINDS.get(frozenset(expression))
    if kind is None:
        found = f"it gives {listed(expression)}" if expression else "it gives nothing to count"
        raise _mistake(at, "name", found, "Give numerator and denominator, or rate, or increase.")
    _check_texts(one, at)
    part = expression["numerator"] if kind == "ratio" else expression[kind]
    for severity, burn, legs in _judged(one, kind, given, at):
        yield Rule(
            name=one.name,
            kind=kind,
            part=part,
            whole=expression.get("denominator", part),
            op=one.op,
            legs=legs,
            for_seconds=one.for_,
            keep_seconds=one.keep_firing_for,
            min_samples=one.min_samples,
            by=tuple(dict.fromkeys(one.by)),
            severity=severity,
            message=one.message,
            labels=one.labels,
            burn=burn,
        )


def _judged(
    one: RuleConfig, kind: Kind, given: RuleConfig | None, at: int | None
) -> Iterator[tuple[Any, str, tuple[Leg, ...]]]:
    """Severity, name among others of the rule, and windows."""
    if one.burn_rate is None:
        yield one.severity, "", (_leg(one, given, at),)
        return
    extra = {"window", "threshold", "clear"} & one.model_fields_set
    if kind != "ratio" or one.op not in {">", ">="} or extra:
        hint = "Give numerator (what fails) and denominator, and neither op, window, threshold nor clear."
        raise _mistake(at, "burn_rate", "a burn rate is that of a share of failures", hint)
    for number, pair in enumerate(one.burn_rate.windows, 1):
        limit = round(pair.factor * (1 - one.burn_rate.objective), 12)
        if pair.short > pair.long:
            raise _mistake(at, "burn_rate", "short is longer than long", "Exchange them.")
        yield pair.severity, f"burn{number}", (Leg(pair.long, limit, limit), Leg(pair.short, limit, limit))


def _leg(one: RuleConfig, given: RuleConfig | None, at: int | None) -> Leg:
    threshold = one.threshold
    if threshold is None:
        raise _mistake(
            at, "name", "it has no threshold", f"Give threshold: what the value is compared with ({one.op})."
        )
    clear = one.clear
    if clear is None:
        clear = threshold * TOKEN_CLEAR if one.name == TOKEN_BUDGET and one.op == ">" else threshold
    if clear != threshold and OPS[one.op](clear, threshold):
        if given is not None and "clear" in given.model_fields_set:
            side = "above" if clear > threshold else "below"
            text = f"clear is {clear:g}, {side} the threshold {threshold:g}: it would be over before it begins"
            raise _mistake(at, "clear", text, f"Set clear to {threshold:g}, or leave it out.")
        clear = threshold  # a built-in one's, whose threshold was moved past it
    return Leg(one.window, threshold, clear)


def _check_texts(one: RuleConfig, at: int | None) -> None:
    known = ["value", "threshold", "window", *one.by]
    for name in PLACEHOLDER.findall(one.message):
        if name not in known:
            hint = " ".join(filter(None, [suggestion(name, known), f"Known: {listed(known)}."]))
            raise _mistake(at, "message", f"nothing stands for {{{name}}}", hint)
    for label in one.labels:
        if label in one.by or label in _RESERVED or not re.fullmatch(r"[a-zA-Z_]\w*", label, re.ASCII):
            hint = "Names have letters, digits and _; those of `by`, severity and alertname are taken."
            raise _mistake(at, "labels", f"{label} can't be a label of the alert", hint)


def _mistake(at: int | None, key: str, text: str, hint: str) -> Mistakes:
    return Mistakes([Mistake(text, hint, path=() if at is None else ("rules", at, key))])
