"""The books: what became of every item, for each pipeline and exporter.

At every moment `accepted + restored = exported + filtered + sampled_out + failed + held` (law 5 of the architecture).
Everything but `held` is counted as it happens; `held` is looked up where the items are, so that the two sides are
independent and a mistake shows.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from spansieve.inspection import Account
from spansieve.telemetry.instruments import Instruments, Labels, Sum

Outcome = Literal["accepted", "restored", "exported", "filtered", "sampled_out", "failed"]
Held = Callable[[], int]

ITEMS = "spansieve_pipeline_items"
HELD = "spansieve_pipeline_held_items"


class Ledger:
    """The account of one exporter in one pipeline."""

    def __init__(self, pipeline: str, exporter: str, items: Sum) -> None:
        """`items` is the metric that shows all ledgers."""
        self.pipeline = pipeline
        self.exporter = exporter
        self._items = items
        self._labels: dict[tuple[str, str], Labels] = {}
        self._holders: dict[object, Held] = {}

    def count(self, outcome: Outcome, items: int, reason: str = "") -> None:
        """Write `items` down under `outcome`."""
        labels = self._labels.get((outcome, reason))
        if labels is None:
            labels = self._labels[outcome, reason] = (
                ("exporter", self.exporter),
                ("outcome", outcome),
                ("pipeline", self.pipeline),
                ("reason", reason),
            )
        self._items.add(labels, items)

    def attach(self, holders: Mapping[object, Held]) -> None:
        """From now on `holders` may hold items of this account. What a new one holds already is written down as
        restored; one that is no longer named is asked as long as it has some.
        """
        for holder, held in holders.items():
            if holder not in self._holders and (restored := held()):
                self.count("restored", restored)
        former = {holder: held for holder, held in self._holders.items() if holder not in holders and held()}
        self._holders = {**former, **holders}

    def detach(self, holder: object, outcome: Outcome, reason: str) -> int:
        """`holder` gives up what it holds of this account; returns how many items that are."""
        held = self._holders.pop(holder, None)
        items = held() if held else 0
        if items:
            self.count(outcome, items, reason)
        return items

    def holders(self) -> list[object]:
        """Who is asked."""
        return list(self._holders)

    def held(self) -> int:
        """Items between the pipeline's entry and an outcome."""
        return sum(count() for count in list(self._holders.values()))


class Books:
    """All ledgers, those of pipelines that a reload took away included (their items are still under way)."""

    def __init__(self, instruments: Instruments) -> None:
        """Show the books among the service's own metrics."""
        self._items = instruments.sum(ITEMS, "Items by what became of them: the books.")
        self._ledgers: dict[tuple[str, str], Ledger] = {}
        instruments.observed(HELD, self._held, "Items that were accepted and have no outcome yet.")

    def open(self, pipeline: str, exporter: str) -> Ledger:
        """The ledger of this pair, the same one after a reload."""
        ledger = self._ledgers.get((pipeline, exporter))
        if ledger is None:
            ledger = self._ledgers[pipeline, exporter] = Ledger(pipeline, exporter, self._items)
        return ledger

    def attach(self, holders: Mapping[Ledger, Mapping[object, Held]]) -> None:
        """Put new holders in force for all ledgers. What one holds for an account that it has no part in any more has
        left that account: it is written down as failed there (and as restored where it went).
        """
        kept = {holder for of_ledger in holders.values() for holder in of_ledger}
        for ledger in self._ledgers.values():
            of_ledger = holders.get(ledger, {})
            for holder in ledger.holders():
                if holder in kept and holder not in of_ledger:
                    ledger.detach(holder, "failed", "reconfigured")
            ledger.attach(of_ledger)

    def _held(self) -> list[tuple[Labels, float]]:
        return [
            ((("exporter", ledger.exporter), ("pipeline", ledger.pipeline)), ledger.held())
            for ledger in list(self._ledgers.values())
        ]

    def balance(self) -> list[Account]:
        """The books of every pair. Exact when nothing moves; under load the two sides are read a moment apart."""
        written: dict[tuple[str, str], dict[str, dict[str, int]]] = {}
        for labels, value in self._items.items():
            by_name = dict(labels)
            pair = by_name.get("pipeline", ""), by_name.get("exporter", "")  # neither: too many series, summed up
            by_reason = written.setdefault(pair, {}).setdefault(by_name.get("outcome", ""), {})
            by_reason[by_name.get("reason", "")] = int(value)
        return [Account(*pair, written.get(pair, {}), ledger.held()) for pair, ledger in sorted(self._ledgers.items())]
