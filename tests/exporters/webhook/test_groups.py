"""webhook: a group, whatever happens to it."""

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from spansieve.alerts import Alert
from spansieve.exporters.webhook.config import WebhookConfig
from spansieve.exporters.webhook.groups import MAX_STEPS, Group, Track
from tests.exporters.webhook.receiving import alert_of, ended
from tests.spansieve.alerts.samples import NOW_NS

NAMES = ("A:a", "B:b", "C:c")
changes = st.lists(st.tuples(st.sampled_from(["begin", "end", "update"]), st.sampled_from(NAMES)), max_size=12)
events = st.lists(
    st.one_of(st.tuples(st.just("change"), changes), st.tuples(st.sampled_from(["sent", "failed"]), st.floats(0, 100))),
    max_size=20,
)


class Play:
    """A group, what is so, and what its endpoint believes."""

    def __init__(self, wait: str) -> None:
        times = {"group_wait": wait, "group_interval": "10s", "repeat_interval": "1h"}
        settings = WebhookConfig.model_validate({"url": "https://a.example", **times})
        self.now = 1000.0
        self.index: dict[str, Group] = {}
        self.group = Group("{}", {}, settings, self.now, NOW_NS, self.index)
        self.real: dict[str, Alert] = {}
        self.believed: dict[str, str] = {}
        self.begun: dict[str, int] = {}

    def change(self, what: str, name: str) -> None:
        former = self.real.get(name)
        if what == "begin" and (former is None or former.status == "resolved"):
            self.begun[name] = self.begun.get(name, 0) + 1
            alert = alert_of(about=name, updated_at_ns=NOW_NS + round(self.now * 1e9) + len(self.real))
        elif former is None or former.status == "resolved":
            return
        else:
            alert = ended(former, 1) if what == "end" else replace(former, updated_at_ns=former.updated_at_ns + 1)
        self.real[name] = alert
        self.group.take(alert, self.now)

    def flush(self, seconds: float, *, works: bool) -> None:
        self.now += seconds
        if self.group.due() > self.now:
            return
        notification = self.group.notification("r", "e", self.now, lambda _: False, lambda reason, alerts: None)
        if notification is None:
            self.group.rest(self.now)
            return
        if works:
            self.believed |= {alert.fingerprint: alert.status for alert in notification.alerts}
            self.group.told(notification.alerts, self.now, 1)
        else:
            self.group.attempts += 1
            self.group.retry_at = self.now + 1


@given(st.sampled_from(["0s", "5s"]), events)
def test_in_the_end_the_endpoint_believes_what_is_so(wait: str, given_events: list[tuple[str, object]]) -> None:
    play = Play(wait)
    for what, given_ in given_events:
        if what == "change" and isinstance(given_, list):
            for change in given_:
                play.change(*change)
        elif isinstance(given_, float):
            play.flush(given_, works=what == "sent")
    for _ in range(2 * MAX_STEPS):
        play.flush(11, works=True)
    for name, alert in play.real.items():
        believed = play.believed.get(alert.fingerprint)
        assert believed == alert.status or (alert.status == "resolved" and believed is None), name
    firing = {alert.fingerprint for alert in play.real.values() if alert.status == "firing"}
    assert set(play.group.tracks) == set(play.index) == firing
    assert play.group.due() == (math.inf if not firing else play.group.anchor + 3600 if play.group.anchor else 0)


@given(st.lists(st.booleans(), max_size=40))
def test_what_is_to_be_told_of_one_alert_is_bounded(turns: list[bool]) -> None:
    track = Track()
    for at, firing in enumerate(turns):
        track.take(alert_of(status="firing" if firing else "resolved", updated_at_ns=NOW_NS + at))
        assert len(track.steps) <= MAX_STEPS
    if turns:
        assert track.now.status == ("firing" if turns[-1] else "resolved")


def test_an_id_is_the_same_for_the_same_alerts_until_they_were_told() -> None:
    play = Play("0s")
    play.change("begin", "A:a")

    def made() -> str:
        notification = play.group.notification("r", "e", play.now, lambda _: False, lambda reason, alerts: None)
        assert notification is not None
        return notification.id

    first = made()
    play.change("update", "A:a")
    assert made() == first
    play.change("begin", "B:b")
    second = made()
    assert second != first
    play.group.told([track.now for track in play.group.tracks.values()], play.now, NOW_NS)
    play.now += 3600
    assert made() not in {first, second}
