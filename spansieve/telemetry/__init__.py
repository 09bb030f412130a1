"""What the service says of itself: metrics on a Prometheus endpoint, logs as text or JSON."""

from .instruments import Instruments
from .logs import set_up_logs

__all__ = ["Instruments", "set_up_logs"]
