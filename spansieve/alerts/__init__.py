"""Alerts: what is told of what went wrong, as a record inside, and as OTLP log records and JSON outside."""

from .record import Alert, Pattern, Severity, State, Status

__all__ = ["Alert", "Pattern", "Severity", "State", "Status"]
