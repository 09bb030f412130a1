"""Where lines go: the terminal with colours, all else as plain text; in one piece, so that threads don't mix."""

import io
import logging
import os
import shutil
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol, TextIO

from rich.console import Console, RenderableType
from rich.tree import Tree

_UNBOUNDED = 100_000  # columns where no terminal wraps
_GUIDE = 4  # columns of one level of a tree
_LABEL = 40  # columns that a label has at least, in a terminal too narrow for its tree
_FILE_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT
_NAMES = {"stdout", "stderr"}


class Output(Protocol):
    """Takes what is to be shown."""

    def show(self, content: list[RenderableType]) -> None:
        """Write it. Raises OSError or ValueError (closed)."""

    def close(self) -> None:
        """Close what was opened."""


class _Page(io.StringIO):
    """Holds a rendering; rich asks it for the encoding to know which lines it may draw."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._encoding


def levels(content: RenderableType) -> int:
    """How many levels a tree has; 0 for all else."""
    deepest, waiting = 0, [(content, 0)] if isinstance(content, Tree) else []
    while waiting:
        tree, level = waiting.pop()
        deepest = max(deepest, level + 1)
        waiting += [(child, level + 1) for child in tree.children]
    return deepest


def render(content: Iterable[RenderableType], *, encoding: str, width: int, colours: bool) -> str:
    """`content` as text that `encoding` can write; nothing in it is read as markup.

    Trees are never cut to `width` columns: rich drops what has no room left beside its guides.
    """
    page = _Page(encoding)
    content = list(content)
    width = max([width, *(_GUIDE * levels(each) + _LABEL for each in content)])
    console = Console(
        file=page, width=width, force_terminal=colours, highlight=False, markup=False, emoji=False, legacy_windows=False
    )
    for each in content:
        console.print(each)
    return page.getvalue().encode(encoding, "backslashreplace").decode(encoding)


class Streams:
    """Standard output, standard error and files."""

    def __init__(self, paths: list[str]) -> None:
        """Open the files (mode 0600: they hold content). Raises OSError."""
        self._lock = threading.Lock()
        self._names = [path for path in paths if path in _NAMES]
        self._files: list[TextIO] = []
        for path in paths:
            if path not in _NAMES:
                self._files.append(os.fdopen(os.open(Path(path), _FILE_FLAGS, 0o600), "a", encoding="utf-8"))

    def show(self, content: list[RenderableType]) -> None:
        """Write to each. Raises OSError or ValueError (closed)."""
        for stream in (*(getattr(sys, name) for name in self._names), *self._files):
            on_terminal = stream.isatty()
            width = shutil.get_terminal_size().columns if on_terminal else _UNBOUNDED
            text = render(content, encoding=stream.encoding or "utf-8", width=width, colours=on_terminal)
            with self._lock:
                stream.write(text)
                stream.flush()

    def close(self) -> None:
        """Close the files."""
        for file in self._files:
            file.close()


class ProgramLog:
    """The program's own log, a line at a time."""

    def __init__(self, log: "logging.LoggerAdapter[logging.Logger]") -> None:
        """Write to `log`."""
        self._log = log

    def show(self, content: list[RenderableType]) -> None:
        """Log each line."""
        for text in render(content, encoding="utf-8", width=_UNBOUNDED, colours=False).splitlines():
            self._log.info("%s", text)

    def close(self) -> None:
        """Nothing is open."""
