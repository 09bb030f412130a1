"""Attributes as a mutable mapping over the KeyValues of a message, written through at once."""

from bisect import bisect_left, insort
from collections.abc import ItemsView, Iterable, Iterator, Mapping, MutableMapping
from typing import TypeVar, overload

from .home import Home
from .keys import ABSENT, UNSURE, Pairs, find, index_of, key_of
from .rewrite import Rewriter, rewrite_pairs
from .values import Value, Writable, decode_pair, encode_pair

_SMALL = 32
_FINDS = 4
"""Keys looked for in the raw bytes; who asks for more is better served by an index of them all."""
DefaultT = TypeVar("DefaultT")


class _Places:
    """Where the copies of each key stand in a long or repetitive list, kept up to date as entries go.

    Places are counted as they were at first; `gone`, sorted, are those that went since.
    """

    __slots__ = ("gone", "of")

    def __init__(self, raws: list[bytes]) -> None:
        self.gone: list[int] = []
        self.of: dict[str, list[int]] = {}
        for place, raw in enumerate(raws):
            self.of.setdefault(key_of(raw), []).append(place)

    def now(self, place: int) -> int:
        return place - bisect_left(self.gone, place)


class Attributes(MutableMapping[str, Value]):
    """Attributes by key, over the bytes they came in; what is not touched keeps its bytes, order and duplicates.

    Of a key that stands there more than once the first counts, as in Go's `Map.Get`; setting it keeps the first place
    and drops the others, deleting it drops all. Values are plain Python, made afresh on each read: change a list or
    dict and assign it again. Reading raises DecodeError where the bytes are malformed; setting raises TypeError and
    ValueError as `encode_value` does. Use `update` and `remove` for several keys: each is one pass.
    """

    __slots__ = ("_container", "_finds", "_home", "_index", "_places", "_raws")

    def __init__(self, container: Pairs, home: Home | None = None) -> None:
        """Look at `container`; after a change, `home` is told to save the message that it stands in."""
        self._container = container
        self._home = home
        self._index: dict[str, bytes] | None = None
        self._places: _Places | None = None
        self._raws: list[bytes] | None = None  # what `container` holds, while there is no index
        self._finds = 0

    def _find(self, key: str) -> int:
        """The place of the one copy of `key`, ABSENT, or UNSURE: then the index knows. A few keys need no index."""
        if self._index is not None or self._finds >= _FINDS:
            return UNSURE
        self._finds += 1
        if self._raws is None:
            self._raws = self._container[:]
        return find(key, self._raws)

    def _indexed(self) -> dict[str, bytes]:
        index = self._index
        if index is None:
            index = self._index = index_of(self._container[:] if self._raws is None else self._raws)
            self._raws = None
        return index

    def _placed(self) -> _Places | None:
        """Where keys stand, where the index can't tell: its order is the list's while no key repeats, and searching it
        is quick while it is short.
        """
        if self._places is None and (len(self._container) > _SMALL or self.repeats):
            self._places = _Places(self._container[:])
        return self._places

    @property
    def repeats(self) -> bool:
        """Whether some key stands there more than once."""
        return len(self._container) != len(self._indexed())

    def raw(self, key: str) -> bytes | None:
        """The bytes of the (first) KeyValue of `key`, undecoded; None where there is none."""
        return self._indexed().get(key)

    def every(self) -> list[bytes]:
        """The bytes of all KeyValues, in order, copies of a key included."""
        return self._container[:]

    def rewrite(self, rewriter: Rewriter, where: str) -> bool:
        """Let `rewriter` see every KeyValue, copies of a key included; whether one changed."""
        changed = rewrite_pairs(self._container, rewriter, where)
        if changed:
            self._index, self._places, self._raws = None, None, None
            self._saved()
        return changed

    def raws(self) -> Mapping[str, bytes]:
        """All keys with the bytes of their KeyValues, undecoded: for looking, not for changing."""
        return self._indexed() if self._index is None else self._index

    def __getitem__(self, key: str) -> Value:
        return decode_pair(self._indexed()[key])

    @overload
    def get(self, key: str) -> Value: ...
    @overload
    def get(self, key: str, default: Value | DefaultT) -> Value | DefaultT: ...
    def get(self, key: str, default: Value | DefaultT | None = None) -> Value | DefaultT | None:
        """The value of `key`, or `default` where there is none."""
        raw = (self._index if self._index is not None else self._indexed()).get(key)
        return default if raw is None else decode_pair(raw)

    def items(self) -> ItemsView[str, Value]:
        """Keys with their values, each decoded as it is come to."""
        return _Items(self)

    def __contains__(self, key: object) -> bool:
        place = self._find(key) if isinstance(key, str) else UNSURE
        return key in self._indexed() if place == UNSURE else place != ABSENT

    def __iter__(self) -> Iterator[str]:
        return iter(self._indexed())

    def __len__(self) -> int:
        return len(self._indexed())

    def __repr__(self) -> str:
        return f"Attributes({dict(self)!r})"

    def __setitem__(self, key: str, value: Writable) -> None:
        self.write(key, encode_pair(key, value))

    def write(self, key: str, raw: bytes, *, where: bool | None = None) -> bool:
        """Set `key` from its encoded KeyValue: everywhere, or only `where` it is there (True) or is not (False).

        Returns whether it was set.
        """
        place = self._find(key)
        if place == UNSURE:
            if where is not None and where != (key in self._indexed()):
                return False
            self._put(key, raw)
        elif where is not None and where != (place != ABSENT):
            return False
        else:
            self._write_at(place, raw)
        self._saved()
        return True

    def _write_at(self, place: int, raw: bytes) -> None:
        raws = self._raws or []
        if place == ABSENT:
            self._container.append(raw)
            raws.append(raw)
        else:
            self._container[place] = raws[place] = raw
        self._raws = raws

    def __delitem__(self, key: str) -> None:
        if key not in self._indexed():
            raise KeyError(key)
        self.remove((key,))

    def clear(self) -> None:
        """Drop all."""
        del self._container[:]
        self._index, self._places, self._raws = {}, None, None
        self._saved()

    @overload  # type: ignore[override]  # keys are always str here
    def update(self, other: Mapping[str, Writable], /, **more: Writable) -> None: ...
    @overload
    def update(self, other: Iterable[tuple[str, Writable]] = (), /, **more: Writable) -> None: ...
    def update(self, other: Mapping[str, Writable] | Iterable[tuple[str, Writable]] = (), /, **more: Writable) -> None:
        """Set several at once, all or (where one can't be encoded) none; new ones are appended together."""
        self.set_raw({key: encode_pair(key, value) for key, value in dict(other, **more).items()})

    def set_raw(self, pairs: Mapping[str, bytes]) -> None:
        """As `update`, from encoded KeyValues, each under the key that it holds (`encode_pair` makes them)."""
        index = self._indexed()
        if len(self._container) == len(index) <= _SMALL and self._places is None:
            self._set_few(index, pairs)
            return
        new = {key: raw for key, raw in pairs.items() if key not in index}
        if len(new) < len(pairs):
            for key, raw in pairs.items():
                if key not in new:
                    self._put(key, raw)
        if new:
            self.extend_raw(new)
        elif pairs:
            self._saved()

    def _set_few(self, index: dict[str, bytes], pairs: Mapping[str, bytes]) -> None:
        """Where no key repeats, and there are few."""
        keys = list(index)
        for key, raw in pairs.items():
            if key in index:
                self._container[keys.index(key)] = raw
            else:
                self._container.append(raw)
        index.update(pairs)
        if pairs:
            self._saved()

    def extend_raw(self, pairs: Mapping[str, bytes]) -> None:
        """As `set_raw`, where it is known that none of the keys is there yet: the quickest way to add."""
        index = self._indexed() if self._index is None else self._index
        places = self._places
        if places is not None:
            first = len(self._container) + len(places.gone)
            places.of.update((key, [place]) for place, key in enumerate(pairs, first))
        self._container.extend(list(pairs.values()))
        index.update(pairs)
        if self._home is not None:
            self._home.save()

    def remove(self, keys: Iterable[str]) -> int:
        """Delete those of `keys` that are there, all copies of each, in one pass; returns how many keys were."""
        keys = tuple(keys)
        if len(keys) == 1 and (place := self._find(keys[0])) != UNSURE:
            return self._remove_at(place)
        index = self._indexed()
        going = {key for key in keys if key in index}
        if len(going) > 1:
            self._keep([raw for raw in self._container[:] if key_of(raw) not in going])
        elif going:
            self._drop(*going)
        if going:
            self._saved()
        return len(going)

    def _remove_at(self, place: int) -> int:
        if place == ABSENT:
            return 0
        del self._container[place]
        if self._raws:
            del self._raws[place]
        self._saved()
        return 1

    def _keep(self, raws: list[bytes]) -> None:
        del self._container[:]
        self._container.extend(raws)
        self._index, self._places = None, None

    def _drop(self, key: str) -> None:
        """Take all copies of the one key out."""
        index, places = self._indexed(), self._placed()
        if places is None:
            del self._container[tuple(index).index(key)]
        else:
            self._shed(places, places.of.pop(key))
        del index[key]

    def _shed(self, places: _Places, copies: list[int]) -> None:
        for place in reversed(copies):
            del self._container[places.now(place)]
            insort(places.gone, place)

    def _put(self, key: str, raw: bytes) -> None:
        """Write one pair through, at the key's place or at the end."""
        index, places = self._indexed(), self._placed()
        if key not in index:
            if places is not None:
                places.of[key] = [len(self._container) + len(places.gone)]
            self._container.append(raw)
        elif places is None:
            self._container[tuple(index).index(key)] = raw
        else:
            first, *others = places.of[key]
            self._shed(places, others)
            places.of[key] = [first]
            self._container[places.now(first)] = raw
        index[key] = raw

    def _saved(self) -> None:
        if self._home is not None:
            self._home.save()


class _Items(ItemsView[str, Value]):
    """`Attributes.items()` without looking each key up again."""

    __slots__ = ()
    _mapping: Attributes

    def __iter__(self) -> Iterator[tuple[str, Value]]:
        for key, raw in self._mapping._indexed().items():
            yield key, decode_pair(raw)
