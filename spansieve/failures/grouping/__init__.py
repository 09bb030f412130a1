"""Which errors are one: messages without what varies, the top frames of five languages, and a fingerprint of both."""

from .grouper import Group, Grouper

__all__ = ["Group", "Grouper"]
