"""Which pattern an error belongs to: its base key, and below that the fingerprint of its message and frames."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from spansieve.failures.words import base_key, last_part

from .fingerprint import fingerprint, overridden
from .masker import MAX_MESSAGE, Masker
from .merging import Merging
from .stacks import Frame, parsed

MAX_MESSAGES: Final = 4096
"""Raw messages whose template is remembered."""
MAX_STACKS: Final = 512
"""Stacks whose frames are remembered: each may have 16 KiB."""
MAX_STACK: Final = 16 * 1024
"""Characters of a stack that are looked at, half of them from its end."""
IN_APP_FRAMES: Final = 3
OTHER_FRAMES: Final = 2
"""Frames that count where none is in-app."""
DEFAULT_SIMILARITY: Final = 0.7

State = dict[str, list[list[object]]]


class Group(NamedTuple):
    """The pattern of an error."""

    key: str
    """The base key, `TimeoutError:bash`."""
    fingerprint: str
    """16 hex digits: of the pattern that the error joined, which keeps its first one while its template widens."""
    template: str
    """As wide as the pattern is now."""
    frames: tuple[str, ...]
    """`module.function`, the innermost first."""
    cause_type: str
    """What led to the error, by its stack; empty where nothing did."""


class Grouper:
    """Groups errors. Remembers templates, frames and what was merged, all within bounds; the same input in the same
    order gives the same groups in every process.
    """

    def __init__(
        self,
        masks: Iterable[tuple[str, str]] = (),
        *,
        keep_extension: bool = False,
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
        similarity: float | None = DEFAULT_SIMILARITY,
    ) -> None:
        """Mask messages with `masks`, pairs of name and RE2 pattern, before all others.

        A frame whose file or qualified function holds a text of `include` is in-app, else one that holds a text of
        `exclude` is not, else its language's rules say so. `similarity` None: nothing is merged.
        Raises ValueError where a mask's name or pattern is none.
        """
        self._masker = Masker(masks, keep_extension=keep_extension)
        self._include, self._exclude = tuple(include), tuple(exclude)
        self._merging = None if similarity is None else Merging(similarity)
        self._template = lru_cache(MAX_MESSAGES)(self._masker.template)
        self._traced = lru_cache(MAX_STACKS)(self._trace)
        self._shown = lru_cache(MAX_MESSAGES)(self._show)
        self._key = lru_cache(MAX_STACKS)(base_key)
        self._fingerprint = lru_cache(MAX_MESSAGES)(fingerprint)

    def group(self, type: str, message: str, stack: str, tool: str, override: str = "") -> Group:  # noqa: A002
        """The pattern of an error; texts are empty where nothing is known. Never raises.

        `override`, what a person set as the fingerprint, stands for all but the key.
        """
        key = self._key(type, tool)
        template = self._template(message[: MAX_MESSAGE + 1])
        frames, cause_type = self._traced(_ends(stack)) if stack else ((), "")
        if override:
            return Group(key, overridden(override), template, frames, cause_type)
        own = self._fingerprint(key, template, frames)
        if self._merging is None:
            return Group(key, own, template, frames, cause_type)
        joined = self._merging.joined(own, (key, frames), template)
        return Group(key, joined.fingerprint, joined.template, frames, cause_type)

    def forget(self, fingerprint: str) -> None:
        """Nothing joins the pattern any more, until it is met again; an unknown one is no error."""
        if self._merging is not None:
            self._merging.forget(fingerprint)

    def state(self) -> State:
        """What was merged, fit for JSON."""
        return self._merging.state() if self._merging is not None else {}

    def load(self, state: State) -> None:
        """Go on from `state`. Raises ValueError, and knows what it knew, where it is none."""
        if self._merging is not None and state:
            self._merging.load(state)

    def _trace(self, stack: str) -> tuple[tuple[str, ...], str]:
        trace = parsed(stack)
        in_app: dict[str, None] = {}  # each once: recursion folds
        others: dict[str, None] = {}
        for frame in trace.frames:
            name, is_in_app = self._shown(frame)
            (in_app if is_in_app else others)[name] = None
            if len(in_app) == IN_APP_FRAMES:
                break
        return tuple(in_app or list(others)[:OTHER_FRAMES]), last_part(trace.cause_type)

    def _show(self, frame: Frame) -> tuple[str, bool]:
        """What a frame is called, and whether it is in-app."""
        name = f"{self._masker.name(frame.module)}.{frame.function}" if frame.module else frame.function
        if any(text in frame.place for text in self._include):
            return name, True
        return name, not frame.is_library and not any(text in frame.place for text in self._exclude)


def _ends(stack: str) -> str:
    """Beginning and end of `stack`, as much as is looked at."""
    if len(stack) <= MAX_STACK:
        return stack
    half = MAX_STACK // 2
    return f"{stack[:half]}\n...\n{stack[-half:]}"
