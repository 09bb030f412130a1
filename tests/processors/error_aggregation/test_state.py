"""What is known outlives the process, so that a restart tells nobody of what was told."""

from tests.disk import Disk

from .house import House, error, errors, success

NEW, SPIKE = "new_error_type", "error_spike"
KEY = "TimeoutError:fetch"


def test_a_kill_right_after_an_alert_makes_nobody_hear_it_twice() -> None:
    house = House(Disk())
    house.send(error("a"))
    house.pass_(1.5)
    assert house.told() == [(NEW, "firing", KEY)]
    again = house.killed()
    again.send(error("b"))
    again.pass_(1.5)
    assert again.told() == []


def test_an_alert_that_fires_goes_on_under_its_name_and_ends() -> None:
    house = House(Disk(), resolve_after="20s")
    house.send(error("a"))
    house.pass_(1.5)
    (alert,) = house.alerts()
    again = house.stopped()
    again.pass_(25)
    (ended,) = again.alerts()
    assert (ended.id, ended.status, ended.fingerprint) == (alert.id, "resolved", alert.fingerprint)


def test_a_spike_goes_on_over_a_kill() -> None:
    house = House(Disk())
    house.send(*errors(12, t=-1))
    house.pass_(12)
    again = house.killed()
    again.send(*errors(5, t=-1, prefix="u"))
    again.pass_(2)
    assert [one for one in again.told() if one[0] == SPIKE and one[1] == "firing" and one[2] != KEY] == []
    ids = {one.id for one in [*house.alerts(), *again.alerts()] if one.type == SPIKE}
    assert len(ids) <= 1


def test_errors_of_the_window_count_over_a_stop() -> None:
    house = House(Disk())
    house.send(*errors(8, t=-5))
    house.pass_(1.5)
    again = house.stopped()
    again.send(*errors(3, t=-0.5, prefix="u"))
    again.pass_(1.5)
    assert [one for one in again.told() if one[0] == SPIKE] == [(SPIKE, "firing", KEY)]


def test_errors_that_wait_are_judged_after_the_start() -> None:
    house = House(Disk(), cascade_wait="10s")
    house.send(error("a"))
    again = house.stopped()
    assert house.told() == []
    again.pass_(11)
    assert again.told() == [(NEW, "firing", KEY)]


def test_patterns_keep_what_they_counted() -> None:
    house = House(Disk())
    house.send(error("r", -4, parent="p"), success("r", -3, parent="p"), error("b", resource={"service.version": "1"}))
    house.pass_(12)
    before = house.patterns()
    again = house.killed()
    after = again.patterns()
    assert after == before
    assert (after[0]["count"], after[0]["recovered"], after[0]["traces"]) == (2, 1, 2)


def test_patterns_that_gave_way_are_no_more_after_a_start() -> None:
    house = House(Disk(), max_patterns=4, max_base=50)
    house.send(*(error(f"t{at}", tool=f"tool{at}") for at in range(12)))
    house.pass_(12)
    again = house.stopped()
    assert len([one for one in again.patterns() if one["template"] != "other"]) == 4
    assert len([key for key in house.disk.kept if key.startswith("pattern/")]) == 4


def test_warm_up_is_for_a_start_without_a_past() -> None:
    house = House(Disk(), warm_up="60s")
    house.send(error("a"))
    house.pass_(12)
    assert house.told() == []
    again = house.killed()
    again.send(error("b", tool="other"), error("c"))
    again.pass_(1.5)
    assert again.told() == [(NEW, "firing", "TimeoutError:other")]


def test_a_full_disk_is_a_fault_and_no_loss_of_alerts() -> None:
    house = House(Disk())
    house.disk.full = True
    house.send(error("a"))
    house.pass_(2)
    assert house.told() == [(NEW, "firing", KEY)]
    assert house.host.counts["faults", "StorageError"] >= 1
    house.disk.full = False
    house.pass_(11)
    again = house.killed()
    again.send(error("b"))
    again.pass_(2)
    assert again.told() == []


def test_what_was_resolved_long_ago_comes_back_as_a_regression() -> None:
    house = House(Disk(), resolve_after="10s", regression_after="30s")
    house.send(error("a"))
    house.pass_(20)
    again = house.stopped()
    again.pass_(20)
    again.send(error("b"))
    again.pass_(2)
    assert ("error_regression", "firing", KEY) in again.told()


def test_what_did_not_change_is_not_written_again() -> None:
    house = House(Disk())
    house.send(error("a"))
    house.pass_(25)
    before = house.disk.writes
    house.pass_(10)
    assert house.disk.writes - before <= 5  # the small state, and no pattern
