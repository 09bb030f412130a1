"""Conditions and statements in the OpenTelemetry Transformation Language (OTTL), as Collector users write them.

An expression is parsed and compiled to closures once; `docs/ottl.md` has the language, with what differs from the Go
Collector's. Processors use `compile_group` to validate and to run, and `Guards` for `error_mode`.
"""

from .access import Get
from .compare import Test
from .compiler import Environment
from .contexts import OF_SIGNAL, ContextName, EventAt, MetricAt
from .groups import Expressions, Group, compile_group
from .modes import ErrorMode, Guards
from .values import EvaluationError

__all__ = [
    "OF_SIGNAL",
    "ContextName",
    "Environment",
    "ErrorMode",
    "EvaluationError",
    "EventAt",
    "Expressions",
    "Get",
    "Group",
    "Guards",
    "MetricAt",
    "Test",
    "compile_group",
]
