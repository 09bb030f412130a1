"""`bearertokenauth`: a token in a header, for requests that come in and for those that go out."""

from .config import BearerTokenAuthConfig
from .extension import BearerTokenAuth

__all__ = ["BearerTokenAuth", "BearerTokenAuthConfig"]
