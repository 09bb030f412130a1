"""How much memory there is, how much the process has, and how it is kept below a limit."""

from .config import MemoryLimits
from .limiter import Limiter
from .system import Memory, SystemMemory

__all__ = ["Limiter", "Memory", "MemoryLimits", "SystemMemory"]
