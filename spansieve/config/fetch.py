"""Reading what a configuration names from outside: files and environment variables, and inline YAML."""

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path as FilePath

__all__ = ["MAX_BYTES", "Fetcher", "Snapshot", "Unavailable", "scheme_of"]

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


@dataclass(frozen=True)
class Snapshot:
    """What a configuration was read from, so that another process reads the very same. Holds secrets as they are."""

    sources: list[str]
    sets: list[str]
    allow_unset_env: bool = False
    env: dict[str, str] = field(default_factory=dict, repr=False)
    files: dict[str, str] = field(default_factory=dict, repr=False)

    def to_json(self) -> bytes:
        """As JSON."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def of_json(cls, text: bytes) -> "Snapshot":
        """What `to_json` wrote."""
        return cls(**json.loads(text))


class Fetcher:
    """Reads sources, and remembers what it read."""

    def __init__(self, env: Mapping[str, str], files: Mapping[str, str] | None = None) -> None:
        """`env` has the environment variables; `files` texts by path, which are then all the files there are."""
        self._env = env
        self._known = files
        self.files: dict[FilePath, None] = {}
        self.texts: dict[str, str] = {}
        self.variables: dict[str, str] = {}

    def variable(self, name: str) -> str | None:
        """The environment variable `name`; None if it is not set. Raises Unavailable for what is no name of one."""
        if not _NAME.fullmatch(name):
            raise Unavailable(
                "that is no name of an environment variable: letters, digits and _, with no digit at the start",
                "A literal ${...} is written $${...}.",
            )
        value = self._env.get(name)
        if value is not None:
            self.variables[name] = value
        return value

    def file(self, path: str) -> str:
        """The text of a file, UTF-8 or with a byte order mark. A relative path counts from the working directory, as in
        the Go Collector. Raises Unavailable.
        """
        text = self._read(path) if self._known is None else self._known.get(path)
        if text is None:
            raise Unavailable("can't read the file: it could not be read before")
        self.files[FilePath(path)] = None
        self.texts[path] = text
        return text

    def _read(self, path: str) -> str:
        try:
            with FilePath(path).open("rb") as opened:
                body = opened.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            why = (getattr(error, "strerror", None) or str(error)).lower()
            hint = "A relative path counts from the working directory." if isinstance(error, FileNotFoundError) else ""
            raise Unavailable(f"can't read the file: {why}", hint) from None
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
