"""A message without what varies: the template of all messages that tell of one thing.

Source: the masks are those of the grouping of errors, in their order; what a mask keeps stands behind its name.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final

import re2

from .alternation import messages, names
from .fold import folded
from .patterns import EXTENSION, PATH, URL
from .payload import closers, payload_of
from .quotes import Quoted, is_speech, kept_name, quoted_at

MAX_MESSAGE: Final = 512
"""Characters of a message that are looked at."""
MAX_CUT_TEMPLATE: Final = 384
"""Characters of the template of a longer message that held something to mask: as where it was cut depends on how
long its values are, the last words would be there or not.
"""
MAX_DEPTH: Final = 3
"""How deep texts inside JSON inside texts are masked; what is deeper is content."""
_MASK_NAME: Final = re.compile(r"[A-Za-z_][\w\-]{0,39}")
_MASKS: Final = {
    "email": "<email>",
    "uuid": "<uuid>",
    "ip": "<ip>",
    "time": "<time>",
    "hex": "<hex>",
    "run": "<id>",
    "dur": "<dur>",
    "size": "<size>",
    "num": "<num>",
    "got": "got <str>",
}
_PLAIN: Final = {name: _MASKS[kind] for name in messages().groupindex if (kind := name.partition("_")[0]) in _MASKS}
"""Masks that keep nothing, by the name of what was found: a kind may be found in several ways."""
_SCRUBBED: Final = re.compile(r"(?P<place>://)?<(?P<entity>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)(?:_[a-z]+)?>(?(place)@?)")
"""What privacy wrote in place of a value, and in a URL in place of its user: alike for all values."""
_AS_MASKED: Final = {"EMAIL": "<email>", "IP": "<ip>"}
_HOST: Final = re.compile(r"[a-z][a-z0-9+.\-]*://(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"\d{4}|\[|\d{1,3}(?:\.\d{1,3}){3}\Z|(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{12}", re.IGNORECASE)
_INPUT_END: Final = re.compile(r", input_type=[\w.\[\]]+?(?=\])|\Z")
_HELP: Final = re.compile(r" ?For troubleshooting|\Z")
_EXTENSION: Final = re.compile(EXTENSION)
_PATH: Final = re.compile(PATH)
_URL: Final = re.compile(URL)


class Masker:
    """Makes templates. Pure; each text costs one pass of an alternation, and brackets are paired in one more."""

    def __init__(self, masks: Iterable[tuple[str, str]] = (), *, keep_extension: bool = False) -> None:
        """Mask with `masks` first: pairs of a name, which the mask is called, and an RE2 pattern.

        Raises ValueError where a name or a pattern is none.
        """
        self._custom = [(_name(name), _compiled(name, pattern)) for name, pattern in masks]
        self._keep_extension = keep_extension
        self._messages = messages("|".join(f"<{re.escape(name)}>" for name, _ in self._custom))
        self._names = names()

    def template(self, message: str) -> str:
        """The template of `message`: of its first 512 characters, white space as single blanks."""
        is_cut = len(message) > MAX_MESSAGE
        text = " ".join(message[:MAX_MESSAGE].split())
        if "<" in text:
            text = _SCRUBBED.sub(_unscrubbed, text)
        for name, pattern in self._custom:
            text = pattern.sub(f"<{name}>", text)
        masked = folded(_Pass(self._messages, text, keep_extension=self._keep_extension).masked())
        if is_cut and masked != text:
            masked = masked[:MAX_CUT_TEMPLATE].rpartition(" ")[0]
        return masked

    def name(self, text: str) -> str:
        """`text`, the name of a file or folder, without what is made up for each run: `exec_<id>`."""
        return self._names.sub(_masked_name, text)


def _unscrubbed(found: re.Match[str]) -> str:
    """What was scrubbed as it is masked where privacy left it: one error is one pattern, whoever it happens to."""
    if found["place"] and found[0].endswith("@"):
        return found["place"]
    entity = found["entity"]
    return (found["place"] or "") + _AS_MASKED.get(entity, f"<{entity}>")


def _name(name: str) -> str:
    if not _MASK_NAME.fullmatch(name):
        raise ValueError(f"the mask {name!r} needs a name of letters, digits, _ and -, such as order_number")
    return name


def _compiled(name: str, pattern: str) -> "re.Pattern[str]":
    try:
        compiled: re.Pattern[str] = re2.compile(pattern)
    except re2.error as error:
        raise ValueError(f"the pattern of the mask {name} is no RE2 expression: {error}") from error
    return compiled


def _masked_name(found: re.Match[str]) -> str:
    kind = found.lastgroup or ""
    return "tmp<id>" if kind == "tmp" else f"{found['prefix'] or ''}<id>" if kind == "id" else _PLAIN[kind]


def _url(url: str) -> str:
    host = _HOST.match(url)
    is_told = host is not None and host[1] and not _ADDRESS.search(host[1])
    return f"<url {host[1].lower()}>" if host and is_told else "<url>"


class _Pass:
    """One text while it is masked."""

    def __init__(self, alternation: re.Pattern[str], text: str, *, keep_extension: bool, depth: int = 0) -> None:
        self._alternation = alternation
        self._text = text
        self._keep_extension = keep_extension
        self._depth = depth
        self._closers: dict[int, int] | None = None
        self._unclosed: set[str] = set()

    def masked(self) -> str:
        """The text with its masks."""
        text, match = self._text, self._alternation.match
        parts: list[str] = []
        told = place = 0
        while found := match(text, place):
            kind = found.lastgroup or ""
            place = found.end()
            if kind == "other":
                continue
            start = found.start("at")
            mask = _PLAIN.get(kind)
            if mask is None:
                mask, place = _SPECIAL[kind.partition("_")[0]](self, found, start)
            parts += text[told:start], mask
            told = place
        parts.append(text[told:])
        return "".join(parts)

    def _kept(self, found: re.Match[str], start: int) -> tuple[str, int]:
        return self._text[start : found.end()], found.end()

    def _url(self, found: re.Match[str], start: int) -> tuple[str, int]:
        return _url(self._text[start : found.end()]), found.end()

    def _id(self, found: re.Match[str], start: int) -> tuple[str, int]:
        return f"{found['prefix'] or found['arn'] or ''}<id>", found.end()

    def _path(self, found: re.Match[str], start: int) -> tuple[str, int]:
        return self._file(self._text[start : found.end()]), found.end()

    def _file(self, path: str) -> str:
        known = _EXTENSION.search(path) if self._keep_extension else None
        return f"<path{known.group()}>" if known else "<path>"

    def _input(self, found: re.Match[str], start: int) -> tuple[str, int]:
        end = _INPUT_END.search(self._text, found.end())
        return "input_value=<str>", end.end() if end else len(self._text)

    def _output(self, found: re.Match[str], start: int) -> tuple[str, int]:
        help_ = _HELP.search(self._text, found.end())
        return f"{self._text[start : found.end()]}<str>", help_.start() if help_ else len(self._text)

    def _quote(self, found: re.Match[str], start: int) -> tuple[str, int]:
        """A quotation: a name stays, what somebody says is looked into, the rest is a value."""
        mark = self._text[found.end() - 1]
        quoted = None if mark in self._unclosed else quoted_at(self._text, found.end() - 1)
        if quoted is None:
            self._unclosed.add(mark)  # nothing behind it closes: looked for once
            return self._text[start : found.end()], found.end()
        return self._quotation(quoted)

    def _quotation(self, quoted: Quoted) -> tuple[str, int]:
        if _URL.fullmatch(quoted.text):
            return _url(quoted.text), quoted.end
        is_file = _PATH.fullmatch(quoted.text) is not None
        if is_file and self._keep_extension:
            return self._file(quoted.text), quoted.end
        kept = None if is_file else kept_name(self._text, quoted)
        if kept is not None:
            return f"'{kept}'", quoted.end
        if self._depth < MAX_DEPTH and is_speech(self._text, quoted):
            return f"'{self._inside(quoted.text)}'", quoted.end
        return "<str>", quoted.end

    def _open(self, found: re.Match[str], start: int) -> tuple[str, int]:
        """A bracket: with what it holds one mask where that is JSON or looks like it."""
        if self._closers is None:
            self._closers = closers(self._text)
        payload = payload_of(self._text, start, self._closers)
        if payload is None:
            return self._text[start], found.end()
        kept = " ".join(["<json", *payload.kept]) + ">"
        if payload.message and self._depth < MAX_DEPTH:
            kept = f"{kept} {self._inside(payload.message)}"
        return kept, payload.end

    def _inside(self, text: str) -> str:
        """A text that stands in this one, masked."""
        deeper = _Pass(self._alternation, text, keep_extension=self._keep_extension, depth=self._depth + 1)
        return deeper.masked()


_SPECIAL: Final[dict[str, Callable[[_Pass, re.Match[str], int], tuple[str, int]]]] = {
    "code": _Pass._kept,
    "custom": _Pass._kept,
    "url": _Pass._url,
    "id": _Pass._id,
    "path": _Pass._path,
    "input": _Pass._input,
    "output": _Pass._output,
    "quote": _Pass._quote,
    "open": _Pass._open,
}
"""Of each kind with a mask that depends on what it masks: what it becomes, and where the text goes on."""
