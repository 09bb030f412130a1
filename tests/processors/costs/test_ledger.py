"""costs: who spent most."""

import json

from spansieve.processors.costs.anomalies import Anomalies
from spansieve.processors.costs.call import By
from spansieve.processors.costs.config import AnomalyConfig
from spansieve.processors.costs.ledger import MOST_ROWS, Ledgers
from spansieve.processors.costs.money import dollars

from .calls import DAY, HOUR, NOW, call


def spent(ledgers: Ledgers, by: By) -> dict[str, float]:
    newest = ledgers.newest()
    return {} if newest is None else {row.name: dollars(row.units) for row in newest[1][by].rows()}


def test_each_call_is_booked_under_all_that_it_names() -> None:
    ledgers = Ledgers()
    ledgers.add(call(2, user="ann", tenant="acme"))
    ledgers.add(call(1, user="bob", thread="t1", model="claude"))
    ledgers.add(call(0.5, user="ann"))
    assert spent(ledgers, "user") == {"ann": 2.5, "bob": 1}
    assert spent(ledgers, "tenant") == {"acme": 2}
    assert spent(ledgers, "thread") == {"t1": 1}
    assert spent(ledgers, "model") == {"gpt-4o": 2.5, "claude": 1}
    assert spent(ledgers, "operation") == {"coder": 3.5}


def test_calls_without_a_known_cost_are_shown_as_such() -> None:
    ledgers = Ledgers()
    ledgers.add(call(None))
    ledgers.add(call(1))
    newest = ledgers.newest()
    assert newest is not None
    [row] = newest[1]["model"].rows()
    assert (row.calls, row.tokens, row.unpriced, dollars(row.units)) == (2, 20, 1, 1)


def test_a_new_day_has_new_tables_and_a_late_call_does_not_come_into_them() -> None:
    ledgers = Ledgers()
    for day in (0, 1, 2):
        ledgers.add(call(1, time_ns=NOW + day * DAY))
    ledgers.add(call(5, time_ns=NOW + DAY))
    ledgers.add(call(5))
    assert spent(ledgers, "model") == {"gpt-4o": 1}
    assert ledgers.late == 1


def test_those_who_spent_most_are_kept_whoever_comes() -> None:
    ledgers = Ledgers()
    for at in range(3 * MOST_ROWS):
        ledgers.add(call(0.001, user=f"small {at}"))
        ledgers.add(call(1, user=f"large {at % 50}"))
    found = spent(ledgers, "user")
    assert len(found) == MOST_ROWS
    assert all(found[f"large {at}"] == 30 for at in range(50))
    assert ledgers.replaced > 0


def test_tables_survive_a_restart() -> None:
    before, after = Ledgers(), Ledgers()
    before.add(call(2, user="ann"))
    after.load(json.loads(json.dumps(before.state())))
    after.add(call(1, user="ann"))
    assert spent(after, "user") == {"ann": 3}


def week(of: Anomalies, usd: float, days: int) -> None:
    for day in range(days):
        of.add(call(usd, time_ns=NOW + day * DAY))
        of.found()


def test_an_hour_that_costs_more_than_thrice_the_usual_is_told_once() -> None:
    of = Anomalies(AnomalyConfig())
    week(of, 1, 7)
    of.add(call(3, time_ns=NOW + 7 * DAY))
    assert of.found() == []
    of.add(call(0.01, time_ns=NOW + 7 * DAY))
    [one] = of.found()
    assert (dollars(one.spent), one.usual / 10**12) == (3.01, 1)
    of.add(call(1, time_ns=NOW + 7 * DAY))
    assert of.found() == []


def test_hours_before_anything_is_known_and_cheap_ones_are_not_judged() -> None:
    of = Anomalies(AnomalyConfig())
    week(of, 0.001, 2)
    of.add(call(50, time_ns=NOW + 2 * DAY))
    assert of.found() == []
    of.add(call(1, time_ns=NOW + 4 * DAY))
    assert of.found() == []
    of.add(call(0.01, time_ns=NOW + 4 * DAY))
    assert len(of.found()) == 1


def test_an_hour_is_compared_with_the_same_hour_of_other_days_alone() -> None:
    of = Anomalies(AnomalyConfig())
    for day in range(7):
        of.add(call(100, time_ns=NOW + day * DAY + HOUR))
        of.add(call(1, time_ns=NOW + day * DAY))
    of.found()
    of.add(call(4, time_ns=NOW + 7 * DAY))
    again = Anomalies(AnomalyConfig())
    again.load(json.loads(json.dumps(of.state())))
    again.add(call(0, time_ns=NOW + 7 * DAY))
    assert len(of.found()) == len(again.found()) == 1
