"""`otlp` (also `otlp_grpc`): OTLP over gRPC to any backend that speaks it."""

from .config import OtlpConfig
from .exporter import Otlp

__all__ = ["Otlp", "OtlpConfig"]
