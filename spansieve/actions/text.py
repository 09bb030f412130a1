"""Values as the Go Collector writes them as text, and its conversions.

Source: pdata/pcommon/value.go (AsString) of the Collector, Go's strconv and encoding/json, and contrib's
internal/coreinternal/attraction/type_converter.go.
"""

import base64
import json
import math
import re

from spansieve.pdata import Value

_MIN_INT, _MAX_INT = -(2**63), 2**63 - 1
_INT = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_HEX = re.compile(r"[+-]?0[xX]([0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?[0-9]+")
_SPECIAL = re.compile(r"[+-]?(inf|infinity)|nan", re.IGNORECASE)
_JSON_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def as_text(value: Value) -> str:
    """`value` as one text: numbers in decimal, lists and maps as JSON with sorted keys, bytes as base64, None as ""."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return "" if value is None else _json(value)


def as_int(value: Value) -> int | None:
    """`value` as an integer of 64 bits; None where that can't be. Doubles lose their fraction."""
    if isinstance(value, (bool, int)):
        return int(value)
    if isinstance(value, float):
        found = int(value) if math.isfinite(value) else None
    elif isinstance(value, str) and len(value) < 100 and _INT.fullmatch(value):
        found = int(value)
    else:
        found = None
    return found if found is not None and _MIN_INT <= found <= _MAX_INT else None


def as_double(value: Value) -> float | None:
    """`value` as a double; None where that can't be, a text above the range of doubles included."""
    if isinstance(value, (bool, int, float)):
        return float(value)
    if not isinstance(value, str):
        return None
    if _SPECIAL.fullmatch(value):
        return float(value)
    try:
        found = (
            float.fromhex(value) if _HEX.fullmatch(value) else float(value) if _DECIMAL.fullmatch(value) else math.inf
        )
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _float_text(value: float) -> str:
    if math.isinf(value):
        return f"json: unsupported value: {'+Inf' if value > 0 else '-Inf'}"  # Go's own text
    if math.isnan(value):
        return "json: unsupported value: NaN"
    return _float_digits(value)


def _float_digits(value: float) -> str:
    """The shortest digits that read back, as ECMAScript writes them: no exponent from 1e-6 to 1e21."""
    if value and not 1e-6 <= abs(value) < 1e21:
        mantissa, exponent = repr(value).split("e")
        return f"{mantissa}e{int(exponent):+d}"
    digits, _, exponent = repr(value).partition("e")
    if not exponent:
        return digits.removesuffix(".0")
    sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    whole, _, fraction = digits.partition(".")
    shift = int(exponent)
    if shift < 0:
        return f"{sign}0.{'0' * (-shift - 1)}{whole}{fraction}"
    return f"{sign}{whole}{fraction.ljust(shift, '0')}"


def _json(value: Value) -> str:
    """JSON as Go's encoding/json writes it; "" where it refuses (NaN and infinity have no JSON)."""
    try:
        return _json_part(value)
    except ValueError:
        return ""


def _json_part(value: Value) -> str:
    if isinstance(value, list):
        return f"[{','.join(map(_json_part, value))}]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{_json_part(key)}:{_json_part(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("no JSON for this number")
    if value is None:
        return "null"
    if isinstance(value, bytes):
        return json.dumps(as_text(value))
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).translate(_JSON_ESCAPES)
    return as_text(value)
