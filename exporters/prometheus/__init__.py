"""`prometheus`: shows metrics to Prometheus, which comes and takes them."""

from .config import PrometheusConfig
from .exporter import Prometheus

__all__ = ["Prometheus", "PrometheusConfig"]
