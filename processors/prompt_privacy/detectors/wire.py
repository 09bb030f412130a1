r"""Long numbers on the wire: a varint of six bytes or more behind the tag of `int_value`, or one of five from 10^10 on
(whose last byte is more than 0x24), and doubles from 2^33 on.

Their digits can't be seen in the bytes; whoever walks an item tests their text.
"""

from collections.abc import Sequence

from .family import Family, Finding


def _nothing(_text: bytes, _start: int, _end: int) -> Sequence[Finding]:
    return ()


_IN_AN_ATTRIBUTE, _IN_AN_ARRAY, _IN_A_BODY = r"\x12", r"\n", r"\*"
_VALUE = f"[{_IN_AN_ATTRIBUTE}{_IN_AN_ARRAY}{_IN_A_BODY}]"

FAMILIES = (
    Family(
        "numbers_on_the_wire",
        (),
        (),
        (_VALUE + r"[\x06-\x0b]\x18[\x80-\xff]{4}[\x25-\xff]", _VALUE + r"\x09!.{7}[\x42\x43]"),
        _nothing,
    ),
)
