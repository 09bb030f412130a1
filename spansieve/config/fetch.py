"""Reading what a configuration names from outside: files and environment variables, and inline YAML."""

import codecs
import re
from collections.abc import Mapping
from pathlib import Path as FilePath

__all__ = ["MAX_BYTES", "Fetcher", "Unavailable", "scheme_of"]

MAX_BYTES = 1024 * 1024
"""Length of one source; a configuration is written by people."""

_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):(.*)", re.DOTALL)
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

SCHEMES = ("env", "file", "yaml")


class Unavailable(Exception):
    """What was named can't be had: why, what to do, and where in the source (line and column from 1; 0: nowhere)."""

    def __init__(self, text: str, hint: str = "", line: int = 0, column: int = 0) -> None:
        """Say it without the content."""
        super().__init__(text)
        self.text = text
        self.hint = hint
        self.line = line
        self.column = column


def scheme_of(uri: str) -> tuple[str, str]:
    """Scheme and rest of `uri`; no scheme if it has none. A single letter is a drive of Windows, not a scheme."""
    found = _URI.fullmatch(uri)
    return (found[1], found[2]) if found else ("", uri)


class Fetcher:
    """Reads sources, and remembers which files they were."""

    def __init__(self, env: Mapping[str, str]) -> None:
        """`env` has the environment variables."""
        self._env = env
        self.files: dict[FilePath, None] = {}

    def variable(self, name: str) -> str | None:
        """The environment variable `name`; None if it is not set. Raises Unavailable for what is no name of one."""
        if not _NAME.fullmatch(name):
            raise Unavailable(
                "that is no name of an environment variable: letters, digits and _, with no digit at the start",
                "A literal ${...} is written $${...}.",
            )
        return self._env.get(name)

    def file(self, path: str) -> str:
        """The text of a file, UTF-8 or with a byte order mark. A relative path counts from the working directory, as in
        the Go Collector. Raises Unavailable.
        """
        try:
            with FilePath(path).open("rb") as opened:
                body = opened.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            why = (getattr(error, "strerror", None) or str(error)).lower()
            hint = "A relative path counts from the working directory." if isinstance(error, FileNotFoundError) else ""
            raise Unavailable(f"can't read the file: {why}", hint) from None
        self.files[FilePath(path)] = None
        if len(body) > MAX_BYTES:
            raise Unavailable(f"the file is longer than {MAX_BYTES // 1024} KiB")
        return _decoded(body)


def _decoded(body: bytes) -> str:
    encoding = next((name for mark, name in _BOMS.items() if body.startswith(mark)), "utf-8")
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        byte = body[error.start]
        raise Unavailable(f"not a text in UTF-8: found the byte 0x{byte:02x}", "", line, column) from None
