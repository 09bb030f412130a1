"""Any sequence of edits and drops leaves a request as the same sequence leaves the generated classes' message."""

from typing import Any, ClassVar

from google.protobuf.message import Message
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from spansieve.otlp.json_mapping import REQUESTS
from spansieve.pdata import Batch, Signal, encode_value, parse

KEYS = st.sampled_from(["a", "b", "gen_ai.request.model", "k" * 130, "é", ""])
LISTS = st.lists(st.integers(0, 9), max_size=2)
VALUES = st.text(max_size=5) | st.just("x" * 200) | st.booleans() | st.integers(-(2**63), 2**63 - 1) | LISTS
PAIRS = st.lists(st.tuples(KEYS, VALUES), max_size=6)  # keys may repeat
SCOPES = st.lists(st.lists(PAIRS, max_size=4), max_size=3)
REQUEST = st.lists(st.tuples(PAIRS, SCOPES), max_size=3)
SEED = st.integers(0, 2**16)
KINDS = ("gauge", "sum", "histogram", "exponential_histogram", "summary")
FIELDS = {
    "traces": ("resource_spans", "scope_spans"),
    "logs": ("resource_logs", "scope_logs"),
    "metrics": ("resource_metrics", "scope_metrics"),
}


def put(attributes: Any, key: str, value: Any) -> None:  # noqa: ANN401
    """Set `key`: the first copy keeps its place, the others go."""
    first = next((place for place, pair in enumerate(attributes) if pair.key == key), None)
    if first is None:
        attributes.add(key=key)
        first = len(attributes) - 1
    attributes[first].value.ParseFromString(encode_value(value))
    left = [pair for place, pair in enumerate(attributes) if pair.key != key or place == first]
    replace(attributes, left)


def take(attributes: Any, keys: set[str]) -> None:  # noqa: ANN401
    """Remove all copies of `keys`."""
    replace(attributes, [pair for pair in attributes if pair.key not in keys])


def replace(container: Any, left: list[Any]) -> None:  # noqa: ANN401
    copies = [type(one).FromString(one.SerializeToString()) for one in left]
    del container[:]
    container.extend(copies)


class Model:
    """The request as the generated classes have it."""

    def __init__(self, signal: Signal) -> None:
        self.signal = signal
        self.request: Any = REQUESTS[signal]()

    def fill(self, content: list[tuple[list[Any], list[list[list[Any]]]]]) -> None:
        resources, scopes = FIELDS[self.signal]
        for around, groups in content:
            resource = getattr(self.request, resources).add()
            resource.resource.SetInParent()
            self.add_all(resource.resource.attributes, around)
            for group in groups:
                scope = getattr(resource, scopes).add()
                for number, pairs in enumerate(group):
                    self.add_all(self.add_item(scope, number).attributes, pairs)

    @staticmethod
    def add_all(attributes: Any, pairs: list[Any]) -> None:  # noqa: ANN401
        for key, value in pairs:
            attributes.add(key=key).value.ParseFromString(encode_value(value))

    def add_item(self, scope: Any, number: int) -> Any:  # noqa: ANN401
        if self.signal == "metrics":
            metric = scope.metrics[-1] if number % 2 else scope.metrics.add(name=str(number))
            return getattr(metric, metric.WhichOneof("data") or KINDS[number % len(KINDS)]).data_points.add()
        return (scope.spans if self.signal == "traces" else scope.log_records).add()

    def lists(self) -> list[tuple[list[Any], Any]]:
        """Each list of items, behind what stands around it: containers with their message, the innermost last."""
        resources, scopes = FIELDS[self.signal]
        return [
            ([(getattr(self.request, resources), resource), (getattr(resource, scopes), scope), *inner], items)
            for resource in getattr(self.request, resources)
            for scope in getattr(resource, scopes)
            for inner, items in self.inside(scope)
        ]

    def inside(self, scope: Any) -> list[tuple[list[Any], Any]]:  # noqa: ANN401
        if self.signal != "metrics":
            return [([], scope.spans if self.signal == "traces" else scope.log_records)]
        with_data = [(metric, metric.WhichOneof("data")) for metric in scope.metrics]
        return [([(scope.metrics, metric)], getattr(metric, kind).data_points) for metric, kind in with_data if kind]

    def items(self) -> list[Any]:
        return [item for _, items in self.lists() for item in items]

    def keep(self, verdicts: list[bool]) -> None:
        """Drop items, and what loses its last one; what had none stays."""
        turn = iter(verdicts)
        for path, items in self.lists():
            stay = [next(turn) for _ in items]
            if all(stay):
                continue
            replace(items, [item for item, stays in zip(items, stay, strict=True) if stays])
            for container, message in reversed(path):
                if self.holds(message):
                    break
                del container[next(place for place, one in enumerate(container) if one is message)]

    def holds(self, message: Any) -> bool:  # noqa: ANN401
        """Whether anything is left in an envelope."""
        kind = message.WhichOneof("data") if message.DESCRIPTOR.name == "Metric" else None
        inner = getattr(message, kind) if kind else message
        wanted = {"scope_spans", "scope_logs", "scope_metrics", "spans", "log_records", "metrics", "data_points"}
        return any(field.name in wanted for field, _ in inner.ListFields())


class Sequences(RuleBasedStateMachine):
    """Edits of one request."""

    signal: ClassVar[Signal] = "traces"

    @initialize(content=REQUEST)
    def begin(self, content: list[Any]) -> None:
        self.model = Model(self.signal)
        self.model.fill(content)
        self.batch: Batch = parse(self.signal, self.model.request.SerializeToString())

    def attributes(self, seed: int) -> tuple[Any, Any] | None:
        """The attributes of an item or resource, here and in the model."""
        items, modelled = list[Any](self.batch), self.model.items()
        resources = list(self.batch.resources)
        homes = [(item.attributes, other.attributes) for item, other in zip(items, modelled, strict=True)]
        around = getattr(self.model.request, FIELDS[self.signal][0])
        homes += [(own.attributes, other.resource.attributes) for own, other in zip(resources, around, strict=True)]
        return homes[seed % len(homes)] if homes else None

    @rule(seed=SEED, key=KEYS, value=VALUES)
    def set_one(self, seed: int, key: str, value: Any) -> None:  # noqa: ANN401
        if found := self.attributes(seed):
            found[0][key] = value
            put(found[1], key, value)
            assert found[0][key] == value

    @rule(seed=SEED, pairs=st.dictionaries(KEYS, VALUES, max_size=4))
    def set_some(self, seed: int, pairs: dict[str, Any]) -> None:
        if found := self.attributes(seed):
            found[0].update(pairs)
            for key, value in pairs.items():
                put(found[1], key, value)

    @rule(seed=SEED, keys=st.sets(KEYS, max_size=3))
    def remove(self, seed: int, keys: set[str]) -> None:
        if found := self.attributes(seed):
            there = {pair.key for pair in found[1]}
            assert found[0].remove(keys) == len(keys & there)
            take(found[1], keys)

    @rule(seed=SEED, key=KEYS)
    def read(self, seed: int, key: str) -> None:
        if found := self.attributes(seed):
            there = {pair.key for pair in found[1]}
            assert (key in found[0]) == (key in there)
            assert set(found[0]) == there

    @rule(chance=st.randoms(use_true_random=False), share=st.sampled_from([0.0, 0.5, 0.9]))
    def retain(self, chance: Any, share: float) -> None:  # noqa: ANN401
        verdicts = [chance.random() < share for _ in self.model.items()]
        turn = iter(verdicts)
        assert self.batch.retain(lambda _: next(turn)) == verdicts.count(False)
        self.model.keep(verdicts)

    @rule()
    def write_and_read_again(self) -> None:
        self.batch = parse(self.signal, self.batch.encode())

    @invariant()
    def it_is_what_the_model_is(self) -> None:
        assert strict(self.signal, self.batch.encode()) == self.model.request
        assert len(self.batch) == len(self.model.items())


def strict(signal: Signal, body: bytes) -> Message:
    return REQUESTS[signal].FromString(body)


class LogSequences(Sequences):
    """The same for log records."""

    signal = "logs"


class MetricSequences(Sequences):
    """The same for data points."""

    signal = "metrics"


for machine in (Sequences, LogSequences, MetricSequences):
    machine.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestSpans = Sequences.TestCase
TestLogs = LogSequences.TestCase
TestMetrics = MetricSequences.TestCase
