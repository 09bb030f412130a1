"""`webhook`: alerts to people and to what pages them, over HTTP."""

from .config import WebhookConfig
from .exporter import Webhook

__all__ = ["Webhook", "WebhookConfig"]
