"""The dashboard: what processors show of its measures."""

from .shown import DASHBOARD, Cell, DashboardStatus, Measure, Share, is_dashboard

__all__ = ["DASHBOARD", "Cell", "DashboardStatus", "Measure", "Share", "is_dashboard"]
