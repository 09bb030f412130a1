"""What outlives the process: states, alerts that fire, and windows."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from spansieve.alerts import Alert, packed, unpacked

from .life import Life
from .rule import Rule
from .watch import By, Group, Watch


class Found(NamedTuple):
    """What was saved, apart from what rules have taken over."""

    time_ns: int
    """When; nanoseconds since the epoch."""
    out: list[Alert]
    """Alerts that were not sent yet."""
    left: list[Alert]
    """Those that fire of rules that are no more, or count something else."""


def state_of(watches: Iterable[Watch], out: Iterable[Alert], now: float, now_ns: int) -> bytes:
    """All of it, as JSON; `out` are alerts that wait to be sent."""
    rules = {watch.rule.id: _watch(watch, now) for watch in watches}
    return json.dumps({"time_ns": now_ns, "rules": rules, "out": packed(out)}).encode()


def load(raw: bytes, watches: Iterable[Watch], now: float, now_ns: int) -> Found:
    """Take over what `state_of` gave. Raises ValueError, LookupError, TypeError or AttributeError for what another
    version wrote.
    """
    said = json.loads(raw)
    elapsed, rules = max(0.0, (now_ns - said["time_ns"]) / 1e9), said["rules"]
    for watch in watches:
        saved = rules.get(watch.rule.id)
        if saved is not None and saved["counts"] == _counts(watch.rule):
            for key, one in saved["groups"]:
                watch.groups[tuple(key)] = _group(watch, one, now, elapsed)
            del rules[watch.rule.id]
    left = [one["alert"] for saved in rules.values() for _, one in saved["groups"] if one["alert"]]
    return Found(int(said["time_ns"]), unpacked(said["out"]), [alert for text in left for alert in unpacked(text)])


def _watch(watch: Watch, now: float) -> Mapping[str, Any]:
    groups: list[tuple[By, Any]] = [(key, _saved(group, now)) for key, group in watch.groups.items()]
    return {"counts": _counts(watch.rule), "groups": groups}


def _counts(rule: Rule) -> list[Any]:
    """What a rule counts; if that changes, its windows are of no use."""
    return [rule.kind, str(rule.part), str(rule.whole), [*rule.by], [leg.seconds for leg in rule.legs]]


def _saved(group: Group, now: float) -> dict[str, Any]:
    life = group.life
    return {
        "life": [life.state, now - life.since, life.quiet, now - life.quiet_since],
        "alert": packed([group.alert]) if group.alert else "",
        "windows": [window.state(now) for pair in group.pairs for window in pair],
    }


def _group(watch: Watch, said: Mapping[str, Any], now: float, elapsed: float) -> Group:
    group = watch.made()
    state, since, quiet, quiet_since = said["life"]
    group.life = Life(state, now - elapsed - since, quiet, now - elapsed - quiet_since)
    group.alert = next(iter(unpacked(said["alert"])), None) if said["alert"] else None
    windows = [window for pair in group.pairs for window in pair]
    for window, one in zip(windows, said["windows"], strict=True):
        window.load(one, now, elapsed)
    return group
