"""What the three batches share: an OTLP request as a list of items that views are made of when somebody looks."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, compress
from typing import ClassVar, Generic, NamedTuple, Self, TypeVar

from .envelope import Resource, Scope
from .pieces import Shell, shell_of
from .schema import SHAPES, Shape, Signal, Wire, read

ItemT = TypeVar("ItemT")


class Group(NamedTuple, Generic[ItemT]):
    """The views of one list of items: the list itself, and the message that owns it."""

    owner: Wire
    container: Wire
    items: list[ItemT]


class RequestBatch(Generic[ItemT]):
    """One request: its items, their scopes and resources. `parse` makes it; it is no thread's but one's at a time."""

    __slots__ = (
        "_body",
        "_count",
        "_forgotten",
        "_groups",
        "_items",
        "_request",
        "_resources",
        "_scopes",
        "size_bytes",
    )

    signal: ClassVar[Signal]

    def __init__(self, request: Wire, body: bytes) -> None:
        """Hold `request`, the message that `body` was read as (None: it has not been read); use `parse` or `known`."""
        self._request = request
        self._body = body
        self.size_bytes = len(body)
        """Length of the request that this was parsed from."""
        self._items: list[ItemT] | None = None
        self._count = -1  # items, once somebody asked; views count themselves
        self._forgotten = False  # views that may have changed something were given up
        self._groups: list[Group[ItemT]] = []
        self._resources: list[Resource] = []
        self._scopes: list[Scope] = []

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a request, down to its items; what is inside them is read when somebody looks. Raises DecodeError."""
        return cls(read(cls._shape().request, body), body)

    @classmethod
    def known(cls, body: bytes, items: int) -> Self:
        """A request that somebody has read already and found `items` items in: it is read again only when somebody
        looks, and may raise DecodeError then.
        """
        batch = cls(None, body)
        batch._count = items
        return batch

    def _read(self) -> Wire:
        if self._request is None:
            self._request = read(self._shape().request, self._body)
        return self._request

    @classmethod
    def _shape(cls) -> Shape:
        return SHAPES[cls.signal]

    @staticmethod
    @abstractmethod
    def _has_valid_ids(item: Wire | ItemT) -> bool:
        """Whether the ids of an item, be it a message or its view, have the right lengths."""

    @staticmethod
    @abstractmethod
    def _lists(scope_message: Wire) -> Iterator[Wire]:
        """The lists of items in a scope's envelope."""

    @abstractmethod
    def _look(self, scope_message: Wire, scope: Scope, resource: Resource) -> Iterator[Group[ItemT]]:
        """Make the views of the items in a scope's envelope."""

    @staticmethod
    def _prune(scope_message: Wire, emptied: set[int]) -> bool:
        """Drop what is empty inside a scope's envelope; whether the envelope is empty itself now.

        `emptied` has the ids of the owners whose last item has gone just now.
        """
        return id(scope_message) in emptied

    def __len__(self) -> int:
        if self._items is not None:
            return len(self._items)
        if self._count < 0:
            self._count = sum(map(len, self._every_list()))
        return self._count

    def _every_list(self) -> Iterator[Wire]:
        shape = self._shape()
        for resource_message in getattr(self._read(), shape.resources):
            for scope_message in getattr(resource_message, shape.scopes):
                yield from self._lists(scope_message)

    def _messages(self) -> Iterator[Wire]:
        return chain.from_iterable(self._every_list())

    def __iter__(self) -> Iterator[ItemT]:
        return iter(self._viewed())

    def _viewed(self) -> list[ItemT]:
        """The items; their views are made now if they were not before."""
        if self._items is None:
            shape = self._shape()
            for resource_message in getattr(self._read(), shape.resources):
                resource = Resource(resource_message)
                self._resources.append(resource)
                for scope_message in getattr(resource_message, shape.scopes):
                    scope = Scope(scope_message, resource)
                    self._scopes.append(scope)
                    self._groups += self._look(scope_message, scope, resource)
            self._items = [item for group in self._groups for item in group.items]
        return self._items

    @property
    def resources(self) -> Sequence[Resource]:
        """The resource of each envelope, in order."""
        self._viewed()
        return self._resources

    @property
    def scopes(self) -> Sequence[Scope]:
        """The scope of each envelope, in order; `scope.resource` is the resource around it."""
        self._viewed()
        return self._scopes

    def shells(self) -> dict[int, Shell]:
        """What is around the items, without them, by the `id` of each of `scopes`."""
        shape = self._shape()
        resources = {id(one): shell_of(one.message, shape.scopes, "resource") for one in self.resources}
        return {
            id(scope): Shell(resources[id(scope.resource)], shell_of(scope.message, shape.items, "scope"))
            for scope in self.scopes
        }

    def encode(self) -> bytes:
        """The request: the very bytes it was parsed from while nobody has made views, else what it is now."""
        if self._items is None and not self._forgotten:
            return self._body
        return self._request.SerializeToString()  # type: ignore[no-any-return]

    def forget(self) -> None:
        """Make all views afresh when somebody looks: what they show has been changed beside them."""
        self._forgotten = self._forgotten or self._items is not None
        self._items, self._groups, self._resources, self._scopes = None, [], [], []

    def retain(self, keep: Callable[[ItemT], bool]) -> int:
        """Drop the items that `keep` says no to, and envelopes that lose their last one; returns how many items.

        If `keep` raises, nothing is dropped.
        """
        self._viewed()
        return self._drop([[bool(keep(item)) for item in group.items] for group in self._groups])

    def drop_invalid_ids(self) -> int:
        """Drop the items that have an id of a wrong length; returns how many. A trace's id has 16 bytes, a span's 8,
        and either may be unset (0). Makes no views while all are right.
        """
        if self._items is None and self._all_valid():
            return 0
        return self.retain(self._has_valid_ids)

    def _all_valid(self) -> bool:
        return all(map(self._has_valid_ids, self._messages()))

    def _drop(self, verdicts: list[list[bool]]) -> int:
        """Drop the items whose verdict, by group, is false."""
        emptied: set[int] = set()
        dropped = 0
        for group, stay in zip(self._groups, verdicts, strict=True):
            going = len(stay) - sum(stay)
            if going:
                dropped += going
                shed(group.container, stay)
                group.items[:] = compress(group.items, stay)
                if not group.items:
                    emptied.add(id(group.owner))
        if dropped:
            self._items = [item for group in self._groups for item in group.items]
        if emptied:
            self._drop_envelopes(emptied)
            self._groups = [group for group in self._groups if id(group.owner) not in emptied]
        return dropped

    def _drop_envelopes(self, emptied: set[int]) -> None:
        """Drop scopes and resources that lost all they had. Views hold each message, so an id stays one message's."""
        shape = self._shape()
        resources = getattr(self._request, shape.resources)
        gone: set[int] = set()
        for resource_message in resources:
            scopes = getattr(resource_message, shape.scopes)
            empty = [self._prune(scope_message, emptied) for scope_message in scopes]
            gone.update(id(message) for message, is_empty in zip(scopes, empty, strict=True) if is_empty)
            if any(empty):
                shed(scopes, [not is_empty for is_empty in empty])
                if not scopes:
                    gone.add(id(resource_message))
        shed(resources, [id(message) not in gone for message in resources])
        self._scopes = [scope for scope in self._scopes if id(scope._message) not in gone]
        self._resources = [resource for resource in self._resources if id(resource._message) not in gone]


def shed(container: Wire, stay: list[bool]) -> None:
    """Drop the messages of `container` whose place in `stay` is false. Linear, however they are spread."""
    left = sum(stay)
    if left == len(stay):
        return
    if left:
        verdicts = iter(stay)
        container.sort(key=lambda _: not next(verdicts))  # stable: those that stay come first, in their order
    del container[left:]
