"""Templates that differ in what only looks like words, such as `gpt-4o`, are one pattern.

Source: Drain's idea (He et al., 2017), of which a table suffices here: two templates can merge only where their shapes
are equal, the shape being the template with everything that may differ taken out, so that the shape finds the few to
compare.
"""

import re
from collections import OrderedDict
from typing import Final, NamedTuple

MAX_PATTERNS: Final = 4096
MAX_ALIASES: Final = 16_384
MAX_ALIKE: Final = 16
"""Patterns of one shape that a template is compared with; of more the latest ones."""
ANY: Final = "<*>"
_TOKEN: Final = re.compile(r"(?:<[a-z]+ [^<>]*>|\S)+")
_LOOSE: Final = re.compile(r"<(?:email|uuid|ip|time|path|hex|id|dur|size|num|str|\*)>(?:,…)?")
"""Masks that keep nothing."""
_CODE: Final = re.compile(r"(?<![\w.])(?:(?:[A-Z]{1,8}[\-_]?)?\d+|\d[0-9A-Z]{4})(?!\w|\.\d)")
_MIXED: Final = re.compile(r"[\w.\-]*\d-?[A-Za-z][\w.\-]*|\d+")
"""Words that are letters after digits, such as `gpt-4o` and `o3-mini`, and numbers inside of others."""
_HOLES: Final = re.compile("\0(?:[:.,/x\\-]?\0)+")

Place = tuple[str, tuple[str, ...]]
"""A base key and frames: only what agrees in them can merge."""
Shape = tuple[Place, str, str, tuple[str, ...]]


class Merged(NamedTuple):
    """A pattern: the fingerprint that it had first, and its template as wide as it is now."""

    fingerprint: str
    place: Place
    tokens: tuple[str, ...]

    @property
    def template(self) -> str:
        """The template as a text."""
        return " ".join(self.tokens)


def tokens_of(template: str) -> tuple[str, ...]:
    """The words of a template, a mask with what it keeps being one."""
    return tuple(_TOKEN.findall(template))


def loosened(token: str) -> str:
    """`token` with a hole (NUL) for what may differ in a token that it merges with; a name, word or code has none."""
    loose = _LOOSE.sub("\0", token)
    return loose if _CODE.search(loose) else _HOLES.sub("\0", _MIXED.sub("\0", loose))


def _shape(pattern: Merged) -> Shape:
    first, second = [*pattern.tokens[:2], "", ""][:2]
    return pattern.place, first, second, tuple(map(loosened, pattern.tokens))


class Merging:
    """The patterns that templates may join. Bounded: the longest unused are forgotten."""

    def __init__(self, similarity: float) -> None:
        """Know none. `similarity` is the share of tokens that have to be equal, from 0 to 1."""
        self._similarity = similarity
        self._patterns: OrderedDict[str, Merged] = OrderedDict()
        self._aliases: OrderedDict[str, str] = OrderedDict()
        self._alike: dict[Shape, list[str]] = {}

    def joined(self, fingerprint: str, place: Place, template: str) -> Merged:
        """The pattern that `template` with its own `fingerprint` belongs to; a new one where it is like no other."""
        known = self._patterns.get(self._aliases.get(fingerprint, fingerprint))
        if known is not None:
            self._patterns.move_to_end(known.fingerprint)
            return known
        fresh = Merged(fingerprint, place, tokens_of(template))
        for other in self._alike.get(_shape(fresh), ()):
            wider = self._wider(self._patterns[other], fresh.tokens)
            if wider is not None:
                self._alias(fingerprint, wider)
                return wider
        self._add(fresh)
        return fresh

    def forget(self, fingerprint: str) -> None:
        """Know nothing of the pattern any more; an unknown one is no error. Its aliases fall away when they are met."""
        gone = self._patterns.pop(fingerprint, None)
        if gone is None:
            return
        shape = _shape(gone)
        self._alike[shape].remove(fingerprint)
        if not self._alike[shape]:
            del self._alike[shape]

    def state(self) -> "dict[str, list[list[object]]]":
        """All that is known, fit for JSON."""
        patterns: list[list[object]] = [
            [one.fingerprint, one.place[0], list(one.place[1]), list(one.tokens)] for one in self._patterns.values()
        ]
        aliases: list[list[object]] = [[alias, one] for alias, one in self._aliases.items() if one in self._patterns]
        return {"patterns": patterns, "aliases": aliases}

    def load(self, state: "dict[str, list[list[object]]]") -> None:
        """Know what `state` says, and nothing else. Raises ValueError where it is no such state."""
        try:
            patterns = [
                Merged(str(f), (str(k), _texts(frames)), _texts(tokens)) for f, k, frames, tokens in state["patterns"]
            ]
            aliases = [(str(alias), str(one)) for alias, one in state["aliases"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("no state of merged templates") from error
        self._patterns.clear()
        self._aliases.clear()
        self._alike.clear()
        for pattern in patterns:
            self._add(pattern)
        self._aliases.update(aliases)

    def _add(self, pattern: Merged) -> None:
        self._aliases.pop(pattern.fingerprint, None)  # of a pattern that was forgotten
        self._patterns[pattern.fingerprint] = pattern
        alike = self._alike.setdefault(_shape(pattern), [])
        alike.append(pattern.fingerprint)
        if len(alike) > MAX_ALIKE:
            self.forget(alike[0])
        if len(self._patterns) > MAX_PATTERNS:
            self.forget(next(iter(self._patterns)))

    def _alias(self, fingerprint: str, wider: Merged) -> None:
        self._patterns[wider.fingerprint] = wider
        self._patterns.move_to_end(wider.fingerprint)
        self._aliases[fingerprint] = wider.fingerprint
        if len(self._aliases) > MAX_ALIASES:
            self._aliases.popitem(last=False)

    def _wider(self, pattern: Merged, tokens: tuple[str, ...]) -> Merged | None:
        """`pattern` with what differs in `tokens` as `<*>`; None where too much differs."""
        pairs = list(zip(pattern.tokens, tokens, strict=True))
        same = sum(one == other for one, other in pairs)
        if same < self._similarity * len(pairs) - 1e-9:
            return None
        return pattern._replace(tokens=tuple(one if one == other else _widened(one) for one, other in pairs))


def _widened(token: str) -> str:
    return loosened(token).replace("\0", ANY)


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list | tuple):
        raise TypeError("a list of texts was meant")
    return tuple(map(str, values))
