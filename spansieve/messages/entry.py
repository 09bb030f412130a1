"""What one message says, and its bytes."""

from functools import cache
from unicodedata import normalize

from spansieve.pdata import Value
from spansieve.semconv import raw_mapping

from .jcs import jcs, quoted, utf8

PREFIX = b"spansieve/prompt/v1\0"
"""Stands before all that is hashed: the name and version of the canonical form."""

SYSTEM, USER, ASSISTANT, TOOL = "system", "user", "assistant", "tool"
_HEADS = {role: PREFIX + b'["%s",' % role.encode() for role in (SYSTEM, USER, ASSISTANT, TOOL)}


class Entry:
    """A role, and what was said in it: a text, or an object for what is no text. Not to be changed once it is made.

    Its bytes are made once, for a history is hashed again with each call that repeats it.
    """

    __slots__ = ("_raw", "alone", "length", "link", "role", "said", "size_bytes")

    def __init__(self, role: str, said: str | dict[str, Value]) -> None:
        """`said`, a text, is as `normal` has it."""
        self.role = role
        self.said = said
        written = b"" if isinstance(said, str) else jcs(said)
        text = said if isinstance(said, str) else written.decode()
        self.length = len(text)
        """Of what was said, as JSON where it is no text, in characters."""
        self.size_bytes = self.length if text.isascii() else len(utf8(text))
        """The same in UTF-8."""
        self._raw = self._around(written) if written else b""
        self.alone: tuple[object, str] = (None, "")
        """Its hash, behind what made it."""
        self.link: tuple[object, bytes, bytes] = (None, b"", b"")
        """Its place in a chain: what made it, the digest before it, and its own."""

    def _around(self, written: bytes) -> bytes:
        return (_HEADS.get(self.role) or PREFIX + b"[" + quoted(self.role) + b",") + written + b"]"

    @property
    def raw(self) -> bytes:
        """Its canonical bytes."""
        if not self._raw and isinstance(self.said, str):
            self._raw = self._around(quoted(self.said))
        return self._raw

    @property
    def text(self) -> str:
        """What was said, as JSON where it is no text."""
        return self.said if isinstance(self.said, str) else jcs(self.said).decode()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Entry) and (self.role, self.said) == (other.role, other.said)

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"Entry({self.role!r}, {self.said!r})"


def raw_value(value: Value) -> bytes:
    """The canonical bytes of a value that no message holds, such as a tool's arguments."""
    return PREFIX + jcs(value)


def normal(text: str) -> str:
    """`text` in Unicode's form C, with Unix line ends, without white space around it; "" for a redaction mark."""
    if not text.isascii():
        text = normalize("NFC", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    text = text.strip()
    return "" if len(text) <= _longest_mark() and text in _marks() else text


@cache
def _marks() -> frozenset[str]:
    """What producers write in place of content: all prompts would be equal to each other if it were hashed."""
    return frozenset(raw_mapping()["content_keys"]["redaction_marks"])


@cache
def _longest_mark() -> int:
    return max(map(len, _marks()))
