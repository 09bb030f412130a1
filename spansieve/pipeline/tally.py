"""The counters that the Go Collector's users know, one object an exporter and signal, and a receiver, signal and
transport.
"""

from spansieve.plugin import Signal
from spansieve.telemetry.instruments import Instruments, Labels

ITEM_WORDS: dict[Signal, str] = {
    "traces": "spans",
    "logs": "log_records",
    "metrics": "metric_points",
    "alerts": "alerts",
}


class ExporterTally:
    """`otelcol_exporter_sent_spans` and its kin."""

    def __init__(self, instruments: Instruments, exporter: str, signal: Signal) -> None:
        """Counters of `exporter` (its id) for `signal`."""
        word = ITEM_WORDS[signal]
        self._labels: Labels = (("exporter", exporter),)
        self._sent = instruments.sum(f"otelcol_exporter_sent_{word}", "Items that the backend took.")
        self._failed = instruments.sum(f"otelcol_exporter_send_failed_{word}", "Items given up.")
        self._enqueue_failed = instruments.sum(f"otelcol_exporter_enqueue_failed_{word}", "Items that found no room.")
        self._repaired = instruments.sum("spansieve_exporter_repaired_strings", "Strings that were not valid UTF-8.")
        self._unstored = instruments.sum(
            "spansieve_exporter_unstored_items", "Items held in memory because the storage took nothing."
        )
        for counter in (self._sent, self._failed, self._enqueue_failed):
            counter.add(self._labels, 0)

    def sent(self, items: int) -> None:
        """The backend has them."""
        self._sent.add(self._labels, items)

    def failed(self, items: int) -> None:
        """They are given up."""
        self._failed.add(self._labels, items)

    def enqueue_failed(self, items: int) -> None:
        """The queue had no room: the sender keeps them, or they are made anew."""
        self._enqueue_failed.add(self._labels, items)

    def unstored(self, items: int) -> None:
        """They wait in memory instead of on disk."""
        self._unstored.add(self._labels, items)

    def repaired(self, strings: int) -> None:
        """So many strings were mended."""
        if strings:
            self._repaired.add(self._labels, strings)


class ReceiverTally:
    """`otelcol_receiver_accepted_spans` and its kin."""

    def __init__(self, instruments: Instruments, receiver: str, transport: str, signal: Signal) -> None:
        """Counters of `receiver` (its id) for one transport (`grpc`, `http`) and signal."""
        word = ITEM_WORDS[signal]
        self.transport = transport
        self._labels: Labels = (("receiver", receiver), ("transport", transport))
        self._accepted = instruments.sum(f"otelcol_receiver_accepted_{word}", "Items held for all exporters.")
        self._refused = instruments.sum(f"otelcol_receiver_refused_{word}", "Items that the sender was asked to keep.")
        self._rejected = instruments.sum(f"spansieve_receiver_rejected_{word}", "Malformed items in accepted requests.")
        self._malformed = instruments.sum("spansieve_receiver_malformed_requests", "Requests that are not OTLP.")
        self._busy = instruments.sum("spansieve_receiver_busy_requests", "Requests refused unread: too many wait.")
        for counter in (self._accepted, self._refused):
            counter.add(self._labels, 0)

    def accepted(self, items: int) -> None:
        """They are held everywhere."""
        self._accepted.add(self._labels, items)

    def refused(self, items: int) -> None:
        """Nothing was taken."""
        self._refused.add(self._labels, items)

    def rejected(self, items: int) -> None:
        """Malformed ones, told to the sender as partial success."""
        self._rejected.add(self._labels, items)

    def busy(self) -> None:
        """A whole request was refused before it was read."""
        self._busy.add(self._labels, 1)

    def malformed(self) -> None:
        """A whole request could not be read."""
        self._malformed.add(self._labels, 1)
