"""`health_check`: tells load balancers and orchestrators over HTTP whether the pipelines run."""

from .config import HealthCheckConfig
from .extension import HealthCheck

__all__ = ["HealthCheck", "HealthCheckConfig"]
