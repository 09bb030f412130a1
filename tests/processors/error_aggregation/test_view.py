"""error_aggregation: patterns and alerts as plain data."""

import json

import pytest

from spansieve.alerts import WITHHELD
from spansieve.alerts.status import AlertRow, is_errors
from tests.disk import DiskHost

from .house import House, error, errors

NEW, SPIKE = "new_error_type", "error_spike"
MINUTE = 60.0


def alerts(house: House) -> list[AlertRow]:
    """Those that are shown."""
    return house.aggregation.snapshot()["alerts"]


def test_patterns_and_alerts_are_shown_as_json() -> None:
    house = House()
    house.send(error("a", attrs={"user.id": "u1"}, resource={"service.name": "shop"}))
    house.pass_(1.5)
    shown = house.host.statuses["error_aggregation"]()
    assert is_errors(shown)
    assert json.loads(json.dumps(shown)) == shown
    [pattern], [alert] = shown["patterns"], shown["alerts"]
    assert (pattern["key"], pattern["state"], pattern["users"]) == ("TimeoutError:fetch", "new", 1)
    assert pattern["last_hour"]["sparkline"][-1] == 1
    assert (alert["type"], alert["status"], alert["pattern"]) == (NEW, "firing", "TimeoutError:fetch")
    for row in (pattern, alert):
        assert (row["service"], row["tool"], len(row["example_trace"])) == ("shop", "fetch", 32)


def test_an_alert_is_one_row_and_those_that_fire_come_first() -> None:
    house = House(resolve_after="1m")
    house.send(error("a"))
    house.pass_(MINUTE + 1)
    house.send(error("b", type="KeyError"))
    house.pass_(2)
    assert [(one["type"], one["status"], one["pattern"]) for one in alerts(house)] == [
        (NEW, "firing", "KeyError:fetch"),
        (NEW, "resolved", "TimeoutError:fetch"),
    ]
    assert [bool(one["ends_at"]) for one in alerts(house)] == [False, True]


def test_an_alert_that_goes_on_is_shown_as_it_is_now() -> None:
    house = House()
    house.send(*errors(11))
    house.pass_(2)
    house.pass_(10)
    house.send(*errors(20, t=-3, prefix="more"))
    house.pass_(2)
    [spike] = [one for one in alerts(house) if one["type"] == SPIKE]
    assert spike["count"] > 11
    assert spike["updated_at"] > spike["starts_at"]


def test_the_line_of_an_alert_shows_what_it_is_about() -> None:
    house = House()
    house.send(*errors(9), *errors(3, prefix="k", type="KeyError"))
    house.pass_(2)
    sums = {(one["type"], one["pattern"]): sum(one["last_hour"]["sparkline"]) for one in alerts(house)}
    assert sums.pop((NEW, "TimeoutError:fetch")) == 9
    assert sums.pop((NEW, "KeyError:fetch")) == 3
    [(type_, _)] = sums
    assert (type_, *sums.values()) == (SPIKE, 12)


def test_what_is_shown_is_scrubbed_once_more_and_withheld_if_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    house = House()
    house.send(error("a", message="no such user"))
    house.pass_(1.5)
    monkeypatch.setattr(DiskHost, "scrub", lambda _self, text, _trace: text.replace("user", "<NAME>"))
    assert house.patterns()[0]["template"] == "no such <NAME>"

    def fails(*_: object) -> str:
        raise ValueError

    monkeypatch.setattr(DiskHost, "scrub", fails)
    assert house.patterns()[0]["template"] == WITHHELD
