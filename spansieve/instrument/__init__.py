"""Helpers for an agent that has no instrumentation yet; they need `opentelemetry-api` alone. See docs/instrument.md."""

from .agents import AgentRun, agent, decision
from .batches import ToolBatch, parallel_tools
from .conversation import Conversation, conversation
from .models import ModelCall, model_call
from .tools import ToolCall, tool

__all__ = [
    "AgentRun",
    "Conversation",
    "ModelCall",
    "ToolBatch",
    "ToolCall",
    "agent",
    "conversation",
    "decision",
    "model_call",
    "parallel_tools",
    "tool",
]
