"""alert_rules: what a restart finds again."""

import json

import pytest

from .house import OVERFLOWS, House


def failing(house: House, steps: int) -> list[str]:
    told = []
    for _ in range(steps):
        house.operations(good=5, bad=5)
        told += [f"{alert.type} {alert.status}" for alert in house.step()]
    return told


@pytest.mark.parametrize("killed", [True, False])
def test_an_alert_that_fires_goes_on_and_ends_once(killed: bool) -> None:
    house = House(storage="disk")
    assert failing(house, 14) == ["high_error_rate firing"]
    again = house.restarted(killed=killed)
    assert failing(again, 12) == []
    assert again.state("high_error_rate") == "firing"
    over = [alert for _ in range(50) for alert in again.step()]
    assert [alert.status for alert in over] == ["resolved"]
    assert over[0].starts_at_ns < again.start_ns


def test_what_is_pending_fires_when_it_would_have() -> None:
    house = House(storage="disk")
    assert failing(house, 8) == []
    again = house.restarted()
    fired = [failing(again, 1) for _ in range(4)]
    assert fired == [[], [], ["high_error_rate firing"], []], "true from 50 s on; 85 s when it starts again"


def test_what_was_counted_before_is_not_counted_twice() -> None:
    house = House(storage="disk")
    house.add(6, OVERFLOWS)
    house.step()
    again = house.restarted()
    again.start_ns = house.start_ns
    again.add(6, OVERFLOWS)
    assert again.step() == []
    again.add(5, OVERFLOWS)
    assert [alert.count for alert in again.step()] == [11]


def test_an_alert_of_a_rule_that_is_no_more_is_over() -> None:
    house = House(storage="disk")
    house.add(11, OVERFLOWS)
    [alert] = house.step()
    again = house.restarted(storage="disk", rules=[{"name": "context_overflow", "enabled": False}])
    again.rules.tick()
    assert [(one.id, one.status) for one in again.told()] == [(alert.id, "resolved")]


def test_an_alert_that_found_no_room_is_told_after_a_restart() -> None:
    house = House(storage="disk")
    house.host.full = True
    house.add(11, OVERFLOWS)
    house.step()
    again = house.restarted()
    again.rules.tick()
    assert [one.type for one in again.told()] == ["context_overflow"]


@pytest.mark.parametrize(
    "kept", [b"no json", b"[]", b'{"time_ns": 1}', b'{"time_ns": 1, "rules": {"high_error_rate": 3}}']
)
def test_a_state_of_another_version_is_left_out(kept: bytes, caplog: pytest.LogCaptureFixture) -> None:
    house = House(storage="disk")
    house.disk.put("state", kept)
    again = House(house.disk, storage="disk")
    assert failing(again, 14) == ["high_error_rate firing"]
    assert "could not be read" in caplog.text


def test_what_is_saved_of_a_window_is_bounded_by_its_steps() -> None:
    house = House(storage="disk", rules=[{"name": "own", "rate": "x_total", "window": "6h", "threshold": 1e9}])
    for _ in range(400):
        house.add(1, "x_total")
        house.step(60)
    house.rules.shutdown()
    [(_, group)] = json.loads(house.disk.kept["state"])["rules"]["own"]["groups"]
    assert 175 < len(group["windows"][0]["marks"]) <= 183
