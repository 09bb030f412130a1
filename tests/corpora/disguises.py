"""How a value is written differently on its way: each takes a text and gives another."""

import base64
import re
from collections.abc import Callable
from urllib.parse import quote

ZERO_WIDTH = "\u200b"
SOFT_HYPHEN = "\u00ad"


def _between(mark: str) -> Callable[[str], str]:
    return lambda text: text[:2] + mark + text[2:5] + mark + text[5:]


def _wide(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in text)


DISGUISES: dict[str, Callable[[str], str]] = {
    "percent": lambda text: quote(text, safe=""),
    "percent-twice": lambda text: quote(quote(text, safe=""), safe=""),
    "percent-lower": lambda text: re.sub("%[0-9A-F]{2}", lambda part: part[0].lower(), quote(text, safe="")),
    "zero": _between(ZERO_WIDTH),
    "joiner": _between("\u2060"),
    "soft": _between(SOFT_HYPHEN),
    "wide": _wide,
    "wide-at": lambda text: text.replace("@", "\uff20"),
    "u-at": lambda text: text.replace("@", "\\u0040"),
    "html-at": lambda text: text.replace("@", "&#64;"),
    "html-hex-at": lambda text: text.replace("@", "&#x40;"),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "written": lambda text: text.replace("\n", "\\n"),
    "written-twice": lambda text: text.replace("\n", "\\\\n"),
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "indented": lambda text: text.replace("\n", "\n    "),
    "upper": str.upper,
    "lower": str.lower,
    "compact": lambda text: re.sub("[ .-]", "", text),
    "dashed": lambda text: text.replace(" ", "-"),
    "spaced": lambda text: text.replace("-", " "),
    "dotted": lambda text: text.replace(" ", ".").replace("-", "."),
    "thirds": lambda text: re.sub(r"(?<=\d)(?=(\d{3})+$)", " ", text),
    "hyphen-last": lambda text: f"{text[:-1]}-{text[-1]}",
}
"""Name behind the `|` of a template's value."""
