"""`file`: OTLP into a file, a request a line, readable by the Collector's own file receiver."""

from .config import FileConfig, GroupByConfig, RotationConfig
from .exporter import File

__all__ = ["File", "FileConfig", "GroupByConfig", "RotationConfig"]
