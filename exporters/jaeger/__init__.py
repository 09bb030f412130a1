"""`jaeger`: traces to a Jaeger v2, with links into its UI."""

from .config import JaegerConfig
from .exporter import Jaeger

__all__ = ["Jaeger", "JaegerConfig"]
