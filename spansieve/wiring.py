"""Where each component stands, as the configuration says: known before anything is built."""

from collections.abc import Collection, Mapping
from typing import Self

from spansieve.config.load import Loaded
from spansieve.config.service import Pipeline
from spansieve.pdata import Signal
from spansieve.plugin import Place, Processor

NONE: frozenset[Signal] = frozenset()
ROLES = {"receiver": "receivers", "processor": "processors", "exporter": "exporters"}


class Wiring:
    """The pipelines of one configuration, by the components in them."""

    def __init__(self, pipelines: Mapping[str, Pipeline], readers: Collection[str] = ()) -> None:
        """`pipelines` by their ids, such as `traces/2`; `readers` are processors that leave what passes as it is."""
        self._places: dict[tuple[str, str], list[tuple[Signal, Place]]] = {}
        for name, pipeline in pipelines.items():
            signal = signal_of(name)
            order = [(kind, one) for kind, role in ROLES.items() for one in getattr(pipeline, role)]
            names = tuple(one for _, one in order)
            reading = frozenset(one for one in pipeline.processors if one in readers)
            for at, component in enumerate(order):
                place = Place(name, names[:at], names[at + 1 :], reading)
                self._places.setdefault(component, []).append((signal, place))
        self._signals = {
            component: frozenset(signal for signal, _ in places) for component, places in self._places.items()
        }

    @classmethod
    def of(cls, loaded: Loaded) -> Self:
        """That of a configuration."""
        kinds = {name: one.component for name, one in loaded.processors.items()}
        readers = {name for name, kind in kinds.items() if issubclass(kind, Processor) and kind.reads_only}
        return cls(loaded.service.pipelines, readers)

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
