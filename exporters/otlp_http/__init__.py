"""`otlp_http` (also `otlphttp`): OTLP over HTTP, in protobuf or JSON."""

from .config import OtlpHttpConfig
from .exporter import OtlpHttp

__all__ = ["OtlpHttp", "OtlpHttpConfig"]
