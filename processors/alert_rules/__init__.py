"""`alert_rules`: alerts when what metrics count passes a threshold."""

from .config import AlertRulesConfig
from .processor import AlertRules

__all__ = ["AlertRules", "AlertRulesConfig"]
