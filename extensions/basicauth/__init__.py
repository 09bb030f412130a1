"""`basicauth`: names and passwords (RFC 7617), for requests that come in or for those that go out."""

from .config import BasicAuthConfig
from .extension import BasicAuth

__all__ = ["BasicAuth", "BasicAuthConfig"]
