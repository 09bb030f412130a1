"""Texts of a given shape: `glpat-{W:20}`, `+49 15{1|2|7}{d:8}`, `{2-9}`, `{x:16-24}`."""

import re
from random import Random

CLASSES = {
    "d": "0123456789",
    "x": "0123456789abcdef",
    "X": "0123456789ABCDEF",
    "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "l": "abcdefghijklmnopqrstuvwxyz0123456789",
    "u": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "U": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "i": "abcdefghijklmnopqrstuvwxyz",
    "w": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    "W": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-",
    "b": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "B": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "q": "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
}
SLOT = re.compile(r"\{([^{}]+)\}")


def shaped(rng: Random, shape: str) -> str:
    """`shape` with every slot filled."""
    return SLOT.sub(lambda slot: _filled(rng, slot[1]), shape)


def _filled(rng: Random, slot: str) -> str:
    if "|" in slot:
        return rng.choice(slot.split("|"))
    if re.fullmatch(r"\d-\d", slot):
        return str(rng.randint(int(slot[0]), int(slot[2])))
    name, _, count = slot.partition(":")
    least, _, most = count.partition("-")
    return run(rng, CLASSES[name], rng.randint(int(least), int(most or least)))


def run(rng: Random, alphabet: str, count: int) -> str:
    """`count` characters; six or more hold a digit where the alphabet has one, and end in a letter or digit."""
    while True:
        text = "".join(rng.choices(alphabet, k=count))
        digit = "0" not in alphabet or any(character.isdigit() for character in text)
        if count < 6 or (digit and text[0].isalnum() and text[-1].isalnum()):
            return text
