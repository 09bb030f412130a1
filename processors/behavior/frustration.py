"""Alerts of users who ask the same again and again."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from spansieve.alerts import Alert, alerts_of, fingerprint_of, new_id, to_batch
from spansieve.failures import ErrorContext
from spansieve.pdata import LogBatch
from spansieve.plugin import Clock

from .config import FrustrationConfig
from .told import Request

TYPE: Final = "user_frustration"
MAX_FIRING: Final = 1000
"""Above, the alert that was raised first is over."""


class Frustrations:
    """The alerts that fire, by user, and what is to be sent of them. Times are nanoseconds since the Unix epoch."""

    def __init__(self, config: FrustrationConfig, clock: Clock) -> None:
        """None fires."""
        self._config = config
        self._clock = clock
        self._within_ns = round(config.within * 1e9)
        self.firing: dict[str, tuple[Alert, int]] = {}
        """Each with when the user asked again last."""
        self.out: list[Alert] = []
        """To be sent, in order."""

    def raise_(self, request: Request, count: int) -> None:
        """The user of `request` asked again for the `count`th time within the time that is looked back."""
        person, now = request.whom.person, self._clock.time_ns()
        self._end(person, request.start_ns)
        alert = Alert(
            id=new_id(now),
            type=TYPE,
            status="firing",
            severity="warning",
            fingerprint=fingerprint_of(TYPE, person),
            starts_at_ns=request.start_ns,
            updated_at_ns=now,
            ends_at_ns=None,
            summary=f"a user asked for the same again {count} times within {self._config.within / 60:g} min",
            count=count,
            window_s=round(self._config.within),
            labels={"service": request.whom.service} if request.whom.service else {},
            example=_example(request),
        )
        self.firing[person] = alert, request.start_ns
        self.out.append(alert)
        if len(self.firing) > MAX_FIRING:
            self._end(next(iter(self.firing)), request.start_ns)

    def heard(self, request: Request) -> None:
        """A user asked again: an alert that fires goes on."""
        found = self.firing.get(request.whom.person)
        if found is not None:
            self.firing[request.whom.person] = found[0], max(found[1], request.start_ns)

    def over(self, now_ns: int) -> None:
        """End the alerts of users who did not ask again for as long as is looked back, at `now_ns`."""
        for person, (_, heard_ns) in list(self.firing.items()):
            if now_ns - heard_ns >= self._within_ns:
                self._end(person, heard_ns + self._within_ns)

    def _end(self, person: str, ends_at_ns: int) -> None:
        found = self.firing.pop(person, None)
        if found is not None:
            end = max(ends_at_ns, found[0].starts_at_ns)
            now = max(self._clock.time_ns(), found[0].updated_at_ns)
            self.out.append(replace(found[0], status="resolved", updated_at_ns=now, ends_at_ns=end))

    def state(self) -> Mapping[str, Any]:
        """What to save, fit for JSON."""
        firing = [[person, heard_ns, _packed([alert])] for person, (alert, heard_ns) in self.firing.items()]
        return {"firing": firing, "out": _packed(self.out)}

    def load(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        for person, heard_ns, packed in state["firing"]:
            for alert in _unpacked(packed):
                self.firing[person] = alert, heard_ns
        self.out.extend(_unpacked(state["out"]))


def _example(request: Request) -> ErrorContext:
    """The request that was one too many: no error, but whose it is and where to look."""
    whom = request.whom
    return ErrorContext(
        request.trace_id, request.span_id, request.start_ns, "", "", "", "", "", whom.user, whom.thread, {}
    )


def _packed(alerts: list[Alert]) -> str:
    return b64encode(to_batch(alerts).encode()).decode()


def _unpacked(packed: str) -> list[Alert]:
    return alerts_of(LogBatch.parse(b64decode(packed)))
