"""Patterns are bounded: what gives way, what is remembered of it, and what all of it takes."""

import sys
from collections.abc import Iterable
from typing import Any

from .house import House, error, errors

QUIET: dict[str, Any] = {"spike": {"threshold": 10_000}, "storm": {"alerts": 10_000}}


def templates(house: House) -> list[str]:
    return sorted(one["template"] for one in house.patterns())


def test_the_least_recently_seen_of_the_rare_gives_way() -> None:
    house = House(max_patterns=4, **QUIET)
    for at, (message, times) in enumerate([("often", 5), ("old", 1), ("young", 2), ("younger", 3)]):
        house.send(*errors(times, message=message, prefix=f"{at}-"))
        house.pass_(1.5)
    house.send(error("x", message="new"))
    house.pass_(1.5)
    assert templates(house) == ["new", "often", "other", "young", "younger"]
    assert house.host.counts["spansieve_error_pattern_evictions",] == 1


def test_what_gave_way_counts_as_other_of_its_key() -> None:
    house = House(max_patterns=2, **QUIET)
    for at in range(6):
        house.send(error(f"t{at}", message=f"{'abcdef'[at]} failed"))
        house.pass_(1.5)
    assert sum(one["count"] for one in house.patterns()) == 6
    (other,) = [one for one in house.patterns() if one["template"] == "other"]
    assert (other["count"], other["key"], other["traces"]) == (4, "TimeoutError:fetch", 4)


def test_keys_that_give_way_count_as_other_and_are_no_news_when_they_come_back() -> None:
    house = House(max_base=3, **QUIET)
    for at in range(6):
        house.send(error(f"t{at}", tool=f"tool{at}"))
        house.pass_(1.5)
    assert len(house.told()) == 6
    keys = {one["key"] for one in house.patterns()}
    assert keys == {"TimeoutError:tool3", "TimeoutError:tool4", "TimeoutError:tool5", "other:other"}
    house.send(error("again", tool="tool0"))
    house.pass_(1.5)
    assert house.told() == []


def test_a_fingerprint_that_comes_back_is_no_news_for_a_day() -> None:
    house = House(max_patterns=2, new_error={"level": "fingerprint"}, forget="60s", resolve_after="30s", **QUIET)
    words = ["one", "two", "three"]
    for word in words:
        house.send(error(word, message=f"{word} failed"))
        house.pass_(1.5)
    assert len(house.told()) == 3
    house.send(error("again", message="one failed"))
    house.pass_(1.5)
    assert house.told() == []
    house.pass_(120, step=10)
    house.send(error("later", message="two failed"))
    house.pass_(1.5)
    assert ("new_error_type", "firing") in [one[:2] for one in house.told()]


def test_an_alert_of_a_key_that_gave_way_ends_all_the_same() -> None:
    house = House(max_base=2, resolve_after="10s", **QUIET)
    for at in range(4):
        house.send(error(f"t{at}", tool=f"tool{at}"))
        house.pass_(1.5)
    house.alerts()
    house.pass_(20)
    assert sorted(one[2] for one in house.told()) == [f"TimeoutError:tool{at}" for at in range(4)]


def size_of(root: object) -> int:
    """Bytes of all objects below `root` that belong to the processor."""
    seen: set[int] = set()
    left, total = [root], 0
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, type) or callable(one) or "pdata" in str(type(one).__module__):
            continue
        seen.add(id(one))
        total += sys.getsizeof(one)
        left.extend(_inside(one))
    return total


def _inside(one: object) -> Iterable[object]:
    if isinstance(one, dict):
        return [*one, *one.values()]
    if isinstance(one, list | tuple | set | frozenset) or type(one).__name__ == "deque":
        return list(one)  # type: ignore[call-overload, no-any-return]
    names = [name for kind in type(one).__mro__ for name in getattr(kind, "__slots__", ())]
    found = [getattr(one, name) for name in names if hasattr(one, name)]
    return [*found, getattr(one, "__dict__", None)]


def test_memory_stays_where_it_is_when_no_message_repeats() -> None:
    house = House(max_patterns=50, max_base=10, examples={"first": 1, "recent": 1, "diverse": 1}, cascade_memory="30s")
    sizes = []
    for minute in range(12):
        for part in range(6):
            house.send(*errors(60, message=f"{minute} {part}", prefix=f"{minute}-{part}-", tool=f"t{minute % 12}"))
            house.pass_(10, step=10)
        for at in range(60):
            house.send(error(f"n{minute}-{at}", message=f"never {minute} {at}"))
        house.pass_(2)
        sizes.append(size_of([house.aggregation._table, house.aggregation._kept.traces, house.aggregation._alarms]))
    assert len(house.patterns()) <= 50 + 11
    assert max(sizes[8:]) < 1.3 * max(sizes[2:6])
    assert not house.aggregation._table.removed  # there is no storage to take it out of


def test_a_flood_of_new_messages_is_no_storm_of_alerts() -> None:
    house = House(max_patterns=50)
    for part in range(30):
        for at in range(40):
            house.send(error(f"{part}-{at}", message=f"{part} {at} failed"))
        house.pass_(2, step=1)
    types = [one[0] for one in house.told()]
    assert types.count("new_error_type") == 1
    assert "alert_storm" not in types
    assert types.count("error_spike") <= 7
