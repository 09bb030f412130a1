"""Signatures of Standard Webhooks: who has the secret can tell that a body is ours, and new.

Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md, "Signature scheme".
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from typing import Final

_PREFIX: Final = "whsec_"


def key_of(secret: str) -> bytes:
    """The key in `whsec_<base64>`. Raises ValueError, which does not quote it."""
    if not secret.startswith(_PREFIX):
        raise ValueError("a secret begins with whsec_, and base64 follows. Make one: openssl rand -base64 32")
    text = secret.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("behind whsec_ stands no base64. Make a secret: openssl rand -base64 32") from None
    if not key:
        raise ValueError("behind whsec_ stands nothing. Make a secret: openssl rand -base64 32")
    return key


def signed_headers(keys: Sequence[bytes], notification_id: str, time_s: int, body: bytes) -> dict[str, str]:
    """The headers of an attempt at `time_s` (seconds since the Unix epoch); a signature for each of `keys`."""
    headers = {"webhook-id": notification_id, "idempotency-key": notification_id, "webhook-timestamp": str(time_s)}
    if keys:
        content = f"{notification_id}.{time_s}.".encode() + body
        macs = (base64.b64encode(hmac.digest(key, content, "sha256")).decode() for key in keys)
        headers["webhook-signature"] = " ".join(f"v1,{mac}" for mac in macs)
    return headers
