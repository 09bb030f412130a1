"""Names in place of values: hashes and placeholders under a secret key, equal where the values are.

A key never works as it is: for each purpose another one is derived from it, `HMAC-SHA-256(key, label)` with the labels
in `pseudonyms.py`, so that what is written for one purpose tells nothing of another. What goes into a hash is joined
unambiguously: each part stands behind its length. Hashes are the first 128 bits of HMAC-SHA-256 (RFC 2104), written
`k1:0f9a...` with the key's id in front.
"""

from .config import HashConfig, PreviousKey
from .keyring import Key, Keyring
from .normal import normal
from .pseudonyms import GLOBAL, WRITTEN, Pseudonyms, Scope, Within, derived

__all__ = [
    "GLOBAL",
    "WRITTEN",
    "HashConfig",
    "Key",
    "Keyring",
    "PreviousKey",
    "Pseudonyms",
    "Scope",
    "Within",
    "derived",
    "normal",
]
