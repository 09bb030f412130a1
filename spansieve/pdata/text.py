"""Strings on the wire: UTF-8 as OTLP wants it, and a mend for what is not.

A string that is not valid UTF-8 costs that string only: whoever reads it gets it with U+FFFD in place of each bad
sequence, and `repaired_strings()` counts the read. The bytes themselves stay as they came until somebody writes or
`mend`s them.
"""

_repaired = 0


def repaired_strings() -> int:
    """How many strings this process has repaired while reading, in all; it only grows (read it as a counter).

    A string that is read twice from its bytes counts twice. Only for the chain thread is the count exact.
    """
    return _repaired


def decode_text(raw: bytes) -> str:
    """The text of `raw`; bad UTF-8 is repaired with U+FFFD and counted."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return repair(raw)


def repair(raw: bytes) -> str:
    """The text of bad UTF-8 with U+FFFD in place of each bad sequence; counted."""
    global _repaired  # noqa: PLW0603 (a counter of the process, as its name says)
    _repaired += 1
    return raw.decode(errors="replace")


def encode_text(text: str) -> bytes:
    """The UTF-8 of `text`; a lone surrogate, which UTF-8 can't hold, becomes U+FFFD. TypeError for other types."""
    if not isinstance(text, str):
        raise TypeError(f"a text was expected, not {type(text).__name__}")
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
