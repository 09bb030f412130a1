"""A value at the very start of a field is seen on the wire, whatever letter its length happens to be."""

import pytest

from spansieve.processors.prompt_privacy.detectors import plain

from .test_examples import ENGINE, marked, rows

TAGS = {"value": 0x0A, "event": 0x12, "state": 0x1A, "name": 0x2A, "bytes": 0x3A}
"""All but that of a log record's event name, `b`: the processor searches these names by themselves."""
LENGTHS = (*range(1, 128), 128, 173, 177, 255, 256, 300, 0x2D << 7, 0x41 << 7, 0x61 << 7, 0x2E << 14, 0x31 << 14)


def starting() -> dict[str, bytes]:
    """By rule, a text that begins with what is found in it: those with a number first, whose cores look to the left."""
    found: dict[str, bytes] = {}
    for name, row in rows():
        for example in row.get("match", ()):
            text, stretches = marked(example)
            behind = text[stretches[0][0] : stretches[0][1]] if stretches else text
            for one in (behind, text):
                begins = one[:1].isalnum() and one.isascii() and _finds(one)
                if begins and (name not in found or (one[:1].isdigit() and not found[name][:1].isdigit())):
                    found[name] = one
    return found


def _finds(text: bytes) -> bool:
    return bool(ENGINE.find(plain(text)[0]).findings)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in starting().items()])
def test_a_core_hits_at_the_start_of_a_field_of_every_length(text: bytes) -> None:
    fields = {
        bytes((0x79, tag)) + varint(size) + text for tag in TAGS.values() for size in LENGTHS if size >= len(text)
    }
    assert [field for field in sorted(fields) if not ENGINE.suspicious(field)] == []


def varint(number: int) -> bytes:
    head = bytearray()
    while number > 0x7F:
        head.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*head, number))
