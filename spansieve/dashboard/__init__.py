"""The dashboard: the measures of agents, what processors show of them, and the same for Grafana."""

from .measures import GROUPS, MEASURES, Definition, Unit
from .shown import DASHBOARD, Cell, DashboardStatus, Measure, Share, is_dashboard

__all__ = [
    "DASHBOARD",
    "GROUPS",
    "MEASURES",
    "Cell",
    "DashboardStatus",
    "Definition",
    "Measure",
    "Share",
    "Unit",
    "is_dashboard",
]
