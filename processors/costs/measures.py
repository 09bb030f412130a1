"""What is counted of costs, and how fast they come. Source: METRICS.md, sections 5 and 6."""

from typing import Final

from spansieve.dashboard import Measure, Share
from spansieve.plugin import Host
from spansieve.series import OTHER, Meter
from spansieve.series.labels import clean
from spansieve.series.recent import LONG_S, SHORT_S, Recent

from .call import Calls
from .config import CostsConfig
from .money import dollars

OWN: Final = "spansieve"
"""The service of what belongs to none."""
WINDOWS: Final = {"5m": SHORT_S, "1h": LONG_S}
_MOST_RUNS: Final = 200
"""Agents and workflows whose runs are counted; of further ones as `other`."""
_MOST_SHARES: Final = 20


class Measures:
    """The metrics of one processor."""

    def __init__(self, host: Host, config: CostsConfig) -> None:
        """Register them."""
        self.meter = Meter(host, config, "spansieve.costs")
        self._clock = host.clock
        self._usd = self.meter.counter(
            "spansieve_cost_usd_total",
            "USD that counted model calls cost, by model and by the agent or workflow around them.",
            labels=("model", "operation"),
            windowed=True,
        )
        self._unknown = self.meter.counter(
            "spansieve_cost_unknown_total", "Counted model calls whose price is not known.", labels=("model",)
        )
        self._usd_burn = self.meter.gauge(
            "spansieve_cost_burn_usd_per_hour", "USD an hour, over the window that has passed.", labels=("window",)
        )
        self._token_burn = self.meter.gauge(
            "spansieve_token_burn_per_minute", "Tokens a minute, over the window that has passed.", labels=("window",)
        )
        self.meter.refresh = self._burn
        self._tokens = Recent(self._clock.monotonic())
        self._spent = Recent(self._clock.monotonic())
        """USD, whatever is known of whose they are."""
        self._runs = Recent(self._clock.monotonic())
        self._names: set[str] = set()
        """Agents and workflows that ran, those of the last hour among them."""
        self._named = self._clock.monotonic()

    def count(self, calls: Calls) -> None:
        """Counted calls."""
        whose = calls.whose
        if calls.is_first:
            self._tokens.add((), calls.tokens)
            self._spent.add((), dollars(calls.units))
            if calls.unpriced:
                self._unknown.cell(whose.service, whose.model).add(calls.unpriced)
        if "operation" in calls.by and calls.calls > calls.unpriced:
            self._usd.cell(whose.service, whose.model, whose.operation).add(dollars(calls.units))

    def ran(self, name: str, runs: float) -> None:
        """An agent or workflow ran."""
        name = clean(name)
        if name not in self._names:
            if len(self._names) >= _MOST_RUNS:
                name = OTHER
            self._names.add(name)
        self._runs.add((name,), runs)

    def tick(self) -> None:
        """Let time pass, and send what is due."""
        self.advance()
        self.meter.tick()

    def burning(self) -> dict[str, tuple[float, float]]:
        """USD an hour and tokens a minute, by window."""
        self.advance()
        return {
            window: (
                sum(self._spent.sums(seconds).values()) * 3600 / seconds,
                sum(self._tokens.sums(seconds).values()) * 60 / seconds,
            )
            for window, seconds in WINDOWS.items()
        }

    def cost_per_operation(self) -> Measure:
        """USD for a run of an agent or workflow, in the last hour: for all of them, and for each."""
        self.advance()
        runs = {name: count for (name,), count in self._runs.sums(LONG_S).items() if count}
        spent = dict.fromkeys(runs, 0.0)
        for (_, operation), usd in self._usd.increase(LONG_S).items():
            if operation in spent:
                spent[operation] += usd
        shares: list[Share] = [{"label": str(name), "value": spent[name] / count} for name, count in runs.items()]
        shares.sort(key=lambda share: share["value"] or 0.0, reverse=True)
        return {
            "name": "costPerOperation",
            "value": sum(spent.values()) / sum(runs.values()) if runs else None,
            "hour": None,
            "trend": self._usd.trend(lambda labels: labels[1] in runs),
            "shares": shares[:_MOST_SHARES],
        }

    def _burn(self) -> None:
        for window, (usd, tokens) in self.burning().items():
            self._usd_burn.cell(OWN, window).set(usd)
            self._token_burn.cell(OWN, window).set(tokens)

    def advance(self) -> None:
        """Let time pass; before anything is counted."""
        now = self._clock.monotonic()
        self._tokens.advance(now)
        self._spent.advance(now)
        self._runs.advance(now)
        if now - self._named >= LONG_S:
            self._named = now
            self._names = {str(name) for (name,) in self._runs.sums(LONG_S)}
