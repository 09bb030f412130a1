"""What components share lives as long as one of them holds it."""

from spansieve.in_common import InCommon


class Thing:
    """Something that is shared."""


def test_who_asks_for_a_name_gets_what_the_first_one_made_until_nobody_holds_it() -> None:
    shared, made = InCommon(), 0

    def make() -> Thing:
        nonlocal made
        made += 1
        return Thing()

    first = shared.get("one", make)
    second = shared.get("one", make)
    assert first is second
    assert shared.get("other", make) is not first
    del first
    assert shared.get("one", make) is second
    del second
    made = 0
    shared.get("one", make)
    assert made == 1
