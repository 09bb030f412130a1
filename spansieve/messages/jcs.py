"""JSON in one spelling only: equal values have equal bytes.

Source: RFC 8785 (JSON Canonicalization Scheme); numbers as ECMAScript's Number::toString writes them.
"""

from base64 import b64encode
from json import dumps
from json.encoder import encode_basestring
from math import isfinite

from spansieve.pdata import Value

_MOST_DIGITS = 21
"""ECMAScript writes numbers of up to so many digits without an exponent."""
_INT64 = 2**63
_WORDS = {None: "null", True: "true", False: "false"}
_LONG = 128
_ESCAPES = ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\t", b"\\t"), (b"\r", b"\\r"))
_RARE = bytes(set(range(0x20)) - set(b"\n\t\r"))


def jcs(value: Value) -> bytes:
    """`value` as RFC 8785 writes it, in UTF-8. Never raises for values nested less than 200 deep.

    What the RFC refuses has a form too. Integers that a double can't hold keep all their digits, for two of them are
    two values; beyond int64 they are texts, as NaN and infinities are, because OTLP can hold them no other way. Bytes
    are base64, a lone surrogate is U+FFFD.
    """
    return utf8(_written(value))


def quoted(text: str) -> bytes:
    """`jcs` of a text. Long ones are escaped by searching for the few characters that need it, three times as fast."""
    if len(text) < _LONG:
        return utf8(encode_basestring(text))
    raw = utf8(text)
    if len(raw.translate(None, _RARE)) < len(raw):
        return utf8(encode_basestring(text))
    for plain, escaped in _ESCAPES:
        raw = raw.replace(plain, escaped)
    return b'"%s"' % raw


def utf8(text: str) -> bytes:
    """`text` in UTF-8, with U+FFFD in place of each lone surrogate."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _written(value: Value) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{encode_basestring(key)}:{_written(value[key])}" for key in _ordered(value)]) + "}"
    if isinstance(value, list):
        return "[" + ",".join([_written(entry) for entry in value]) + "]"
    return _scalar(value)


def _scalar(value: bool | float | bytes | None) -> str:
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, bytes):
        return f'"{b64encode(value).decode()}"'
    if isinstance(value, float):
        return _number(value) if isfinite(value) else f'"{dumps(value)}"'
    return str(value) if -_INT64 <= value < _INT64 else f'"{value}"'


def _ordered(value: dict[str, Value]) -> list[str]:
    """The keys in the order of their UTF-16 code units, section 3.2.3: outside the BMP another one than Python's."""
    if all(map(str.isascii, value)):
        return sorted(value)
    return sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))


def _number(value: float) -> str:
    """The shortest digits that mean `value`, laid out by section 3.2.2.3 (ECMA-262, Number::toString)."""
    if value <= 0:
        return "-" + _number(-value) if value else "0"
    mantissa, _, power = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(power or 0) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    return _laid_out(digits, point)


def _laid_out(digits: str, point: int) -> str:
    """The number 0.`digits` times ten to the power of `point`."""
    if len(digits) <= point <= _MOST_DIGITS:
        return digits.ljust(point, "0")
    if 0 < point <= _MOST_DIGITS:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{rest}e{point - 1:+d}"
