"""What a person should look at first, of all that the page shows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, get_args

from spansieve.alerts import Severity
from spansieve.alerts.status import AlertRow, DeliveryState
from spansieve.plugin import Inspection

from .failures import AlertShown
from .history import History
from .words import number, span

FULL = 0.8
"""The part of a queue's room from which on it is worth a word."""
RECENT_SECONDS = 300
_RANKS: Final[Mapping[Severity, int]] = {severity: rank for rank, severity in enumerate(get_args(Severity))}
STEADY_SAMPLES = 3
"""Books that are off by the same for so many samples are off; under load they may be for one."""


class Note(NamedTuple):
    """A remark, and the part of the page that tells more. `bad`: data is lost or refused, or will be."""

    text: str
    href: str
    bad: bool


def notes(inspection: Inspection, history: History, alerts: Sequence[AlertShown] = ()) -> list[Note]:
    """The remarks, the bad ones first."""
    found = [*_process(inspection), *_queues(inspection), *_books(inspection, history), *_faults(inspection)]
    firing = [one for one in alerts if one.fires]
    found += [*_alerts([one.row for one in firing]), *_undelivered(firing)]
    return sorted(found, key=lambda note: not note.bad)


def _process(inspection: Inspection) -> Iterator[Note]:
    if not inspection.process.ready:
        yield Note("No data is taken: the collector starts or stops.", "#service", bad=True)
    if inspection.config.stale:
        yield Note(
            "The last reload was refused, so the former configuration goes on. The log says why.", "#config", True
        )


def _queues(inspection: Inspection) -> Iterator[Note]:
    for queue in inspection.queues:
        what = f"{queue.exporter} ({queue.signal})"
        filled = max(queue.size / queue.capacity, queue.held_bytes / (queue.limit_bytes or float("inf")))
        if filled >= FULL:
            yield Note(f"The queue of {what} is {filled:.0%} full; a full one refuses.", "#queues", bad=True)
        if queue.retrying:
            held = f"{number(queue.in_flight)} calls are tried again, {number(queue.size)} {queue.sizer} wait"
            age = f", the oldest came {span(queue.oldest)} ago" if queue.oldest else ""
            yield Note(f"The backend of {what} did not take the last try: {held}{age}.", "#queues", bad=False)


def _books(inspection: Inspection, history: History) -> Iterator[Note]:
    for account in inspection.books:
        off = set(history.missing(account.pipeline, account.exporter)[-STEADY_SAMPLES:])
        if account.missing and off == {account.missing}:
            text = f"The books of {account.pipeline} → {account.exporter} are off by {number(account.missing)} items."
            yield Note(text, "#books", bad=True)


def _faults(inspection: Inspection) -> Iterable[Note]:
    since = inspection.time_ns - RECENT_SECONDS * 1_000_000_000
    recent = [fault for fault in inspection.faults if fault.level != "warning" and fault.last_ns >= since]
    if recent:
        kinds = "One kind of error was" if len(recent) == 1 else f"{len(recent)} kinds of error were"
        yield Note(f"{kinds} seen in the last {span(RECENT_SECONDS)}.", "#errors", bad=True)


def _alerts(firing: Sequence[AlertRow]) -> Iterator[Note]:
    if firing:
        gravest = min(firing, key=lambda row: _RANKS.get(row["severity"], len(_RANKS)))
        what = "An alert fires" if len(firing) == 1 else f"{len(firing)} alerts fire, among them"
        yield Note(f"{what}: {gravest['summary']}.", "#alerts", bad=False)


def _undelivered(firing: Sequence[AlertShown]) -> Iterator[Note]:
    if endpoints := _where(firing, "given_up"):
        yield Note(f"{endpoints} did not take an alert that fires, and is not asked again.", "#alerts", bad=True)
    if endpoints := _where(firing, "retries"):
        yield Note(f"{endpoints} did not take an alert that fires, and is asked again.", "#alerts", bad=False)


def _where(firing: Sequence[AlertShown], state: DeliveryState) -> str:
    return " and ".join(sorted({row["endpoint"] for one in firing for row in one.deliveries if row["state"] == state}))
