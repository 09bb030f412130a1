"""Tokens of known and of no known shape, passwords, keys: none of them opens anything."""

import base64
import json
from pathlib import Path
from random import Random

from .shapes import CLASSES, run, shaped

TOKENS = dict(line.split(" ", 1) for line in Path(__file__).with_name("tokens.txt").read_text("utf-8").splitlines())
"""Name and shape of each format that an issuer made known; `jwt` is beside them."""
USERS = ("deployer", "app_rw", "postgres", "ci-bot", "svc.reports", "warehouse", "root", "etluser", "grafana_ro")
STEMS = ("Winter", "osprey", "Kr4ken", "marble", "Tundra", "bluefin", "Zephyr", "granite", "Monsoon", "lantern")


def token(rng: Random, name: str) -> str:
    """A token of the format `name`."""
    return shaped(rng, TOKENS[name])


def jwt(rng: Random, _: str = "") -> str:
    """A signed token whose first two parts are JSON."""
    header = {"alg": rng.choice(["HS256", "RS256", "ES256"]), "typ": "JWT", "kid": shaped(rng, "{x:8}")}
    claims = {
        "sub": shaped(rng, "{d:9}"),
        "iss": "https://login.tarnwood.test",
        "exp": rng.randint(1_700_000_000, 1_799_999_999),
    }
    parts = [
        base64.urlsafe_b64encode(json.dumps(part, separators=(",", ":")).encode()).decode().rstrip("=")
        for part in (header, claims)
    ]
    return ".".join([*parts, run(rng, CLASSES["W"], 43)])


def password(rng: Random, _: str = "") -> str:
    """What a person chose: a word, digits and a special character, or ten and more of a generator."""
    stem = rng.choice(STEMS)
    forms = [f"{stem}{rng.choice('!#-')}{rng.randint(10, 9999)}", f"{stem}{rng.randint(100, 999)}{rng.choice('!#')}"]
    return rng.choice([*forms, run(rng, CLASSES["w"], rng.randint(10, 18))])


def secret(rng: Random, length: str) -> str:
    """A secret without a shape of its own, of `length` letters and digits."""
    return run(rng, CLASSES["w"], int(length or rng.randint(24, 44)))


def hex_secret(rng: Random, length: str) -> str:
    """A secret in hexadecimal digits."""
    return run(rng, CLASSES["x"], int(length or 32))


def base64_secret(rng: Random, size: str) -> str:
    """`size` random bytes in base64."""
    return base64.b64encode(rng.randbytes(int(size or 30))).decode()


def userinfo(rng: Random, _: str = "") -> str:
    """A user and a password as they stand before the `@` of a URL."""
    return f"{rng.choice(USERS)}:{run(rng, CLASSES['w'], rng.randint(9, 16))}"


def basic(rng: Random, _: str = "") -> str:
    """The value of basic authentication: RFC 7617."""
    return base64.b64encode(userinfo(rng).encode()).decode()


def private_key(rng: Random, label: str) -> str:
    """A block of PEM with random bytes inside; `label` as in `RSA PRIVATE KEY`."""
    label = label or rng.choice(["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"])
    body = base64.b64encode(rng.randbytes(rng.randint(110, 420))).decode()
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----"])


def cut_key(rng: Random, label: str) -> str:
    """The first lines of a private key."""
    return "\n".join(private_key(rng, label).split("\n")[:3])


def pgp_key(rng: Random, _: str = "") -> str:
    """An armoured private key of OpenPGP: RFC 4880, section 6.2."""
    block = private_key(rng, "PGP PRIVATE KEY BLOCK").split("\n", 1)
    return f"{block[0]}\n\n{block[1]}"


def hidden_token(rng: Random, shape: str) -> str:
    """Lines of a settings file with a token of `shape`, all in base64."""
    lines = f"LOG_LEVEL={rng.choice(['info', 'debug'])}\nTOKEN={shaped(rng, shape)}\n"
    return base64.b64encode(lines.encode()).decode()


def hidden_key(rng: Random, label: str) -> str:
    """A private key, all in base64."""
    return base64.b64encode(private_key(rng, label).encode()).decode()
