"""What stands around in telemetry and is nobody's: ids, hashes, clocks, versions, paths."""

import base64
import datetime
import uuid as uuids
from collections.abc import Callable
from random import Random

from .checks import luhn
from .identifiers import digits, pick
from .money import card
from .network import documented_ip, private_ip
from .shapes import shaped
from .words import WORDS


def whole(rng: Random, bounds: str) -> str:
    """A number; `bounds` as in `1,999`."""
    low, _, high = (bounds or "1,999").partition(",")
    return str(rng.randint(int(low), int(high)))


def identifier(rng: Random, length: str) -> str:
    """`length` digits that are no card."""
    while True:
        text = digits(rng, int(length), "123456789")
        if luhn(text[:-1]) != text[-1]:
            return text


def moment(rng: Random, form: str) -> str:
    """A time of the years 2024 to 2026: `iso`, `log`, `date`, `s`, `ms`, `ns`."""
    second = rng.randint(1_704_067_200, 1_798_761_600)
    if form in ("s", "ms", "us", "ns"):
        return str(second) + digits(rng, {"s": 0, "ms": 3, "us": 6, "ns": 9}[form]) if form != "s" else str(second)
    time = datetime.datetime.fromtimestamp(second, datetime.UTC)
    return time.strftime({"iso": "%Y-%m-%dT%H:%M:%SZ", "log": "%Y-%m-%d %H:%M:%S", "date": "%Y-%m-%d"}[form or "iso"])


def version(rng: Random, _: str = "") -> str:
    """Three numbers with points."""
    return ".".join(str(rng.randint(0, 30)) for _ in range(3))


def quad(rng: Random, _: str = "") -> str:
    """A version of four numbers that would be a public address."""
    return f"{rng.randint(40, 200)}." + ".".join(str(rng.randint(1, 250)) for _ in range(3))


FILLERS: dict[str, Callable[[Random, str], str]] = {
    "int": whole,
    "id": identifier,
    "time": moment,
    "version": version,
    "quad": quad,
    "private-ip": private_ip,
    "doc-ip": documented_ip,
    "hex": lambda rng, count: pick(rng, "0123456789abcdef", int(count)),
    "HEX": lambda rng, count: pick(rng, "0123456789ABCDEF", int(count)),
    "uuid": lambda rng, _: str(uuids.UUID(bytes=rng.randbytes(16), version=4)),
    "float": lambda rng, _: str(rng.random()),
    "word": lambda rng, _: rng.choice(WORDS["things"]),
    "file": lambda rng, _: rng.choice(WORDS["files"]),
    "function": lambda rng, _: rng.choice(WORDS["functions"]),
    "base64": lambda rng, size: base64.b64encode(rng.randbytes(int(size))).decode(),
    "luhn": card,
    "pairs": lambda rng, count: rng.randbytes(int(count)).hex(":").upper(),
    "shape": shaped,
}
"""Name in a template to what makes it of the argument behind the colon."""
