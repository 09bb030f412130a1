"""Takes OTLP in, over gRPC and over HTTP."""

from .config import OtlpConfig
from .receiver import Otlp

__all__ = ["Otlp", "OtlpConfig"]
