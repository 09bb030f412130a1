"""What stands between double quotes, as Go reads it (strconv.Unquote; Go specification, "String literals")."""

import re

_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)", re.DOTALL)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", '"': '"'}


def unquote(inside: str) -> str:
    """The text that is written as `inside`. Raises ValueError for an escape that Go does not know."""
    if "\\" not in inside:
        return inside
    parts: list[bytes] = []
    at = 0
    for found in _ESCAPE.finditer(inside):
        parts += [inside[at : found.start()].encode("utf-8", "surrogatepass"), _meant(found[1])]
        at = found.end()
    parts.append(inside[at:].encode("utf-8", "surrogatepass"))
    return b"".join(parts).decode("utf-8", "replace")


def _meant(escape: str) -> bytes:
    simple = _SIMPLE.get(escape)
    if simple is not None:
        return simple.encode()
    if escape[0] == "x" and len(escape) == 3:
        return bytes.fromhex(escape[1:])
    if escape[0] in "uU" and len(escape) > 1:
        number = int(escape[1:], 16)
        if number < 0x110000 and not 0xD800 <= number < 0xE000:
            return chr(number).encode()
    elif len(escape) == 3 and int(escape, 8) < 256:
        return bytes((int(escape, 8),))
    raise ValueError(f"\\{escape} is no escape")
