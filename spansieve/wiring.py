"""Where each component stands, as the configuration says: known before anything is built."""

from collections.abc import Mapping

from spansieve.config.service import Pipeline
from spansieve.pdata import Signal
from spansieve.plugin import Place

NONE: frozenset[Signal] = frozenset()
ROLES = {"receiver": "receivers", "processor": "processors", "exporter": "exporters"}


class Wiring:
    """The pipelines of one configuration, by the components in them."""

    def __init__(self, pipelines: Mapping[str, Pipeline]) -> None:
        """`pipelines` by their ids, such as `traces/2`."""
        self._places: dict[tuple[str, str], list[tuple[Signal, Place]]] = {}
        for name, pipeline in pipelines.items():
            signal = signal_of(name)
            order = [(kind, one) for kind, role in ROLES.items() for one in getattr(pipeline, role)]
            names = tuple(one for _, one in order)
            for at, component in enumerate(order):
                place = Place(name, names[:at], names[at + 1 :])
                self._places.setdefault(component, []).append((signal, place))
        self._signals = {
            component: frozenset(signal for signal, _ in places) for component, places in self._places.items()
        }

    def signals(self, kind: str, component: str) -> frozenset[Signal]:
        """The signals of the pipelines in which a component of `kind` (`receiver`, ...) stands."""
        return self._signals.get((kind, component), NONE)

    def place(self, kind: str, component: str, signal: Signal) -> Place | None:
        """The first place of a component in a pipeline of `signal`."""
        places = self._places.get((kind, component), ())
        return next((place for one, place in places if one == signal), None)


def signal_of(pipeline: str) -> Signal:
    """The signal of a pipeline's id: `traces` of `traces/2`. The configuration's loader has checked it."""
    return pipeline.partition("/")[0]  # type: ignore[return-value]
