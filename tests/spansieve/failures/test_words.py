"""Keys, tools and labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.failures import base_key, label_of, last_part, tool_of
from spansieve.pdata import Value

from .building import span


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ("RateLimitError", "RateLimitError"),
        ("openai.RateLimitError", "RateLimitError"),
        ("a::b::Err", "Err"),
        ("java.io.IOException", "IOException"),
        ("*fs.PathError", "PathError"),
        ("**net.OpError", "OpError"),
        ("*errorString", "errorString"),
        ("builtins.run.<locals>.Boom", "Boom"),
        ("java.util.Map$EntryError", "Map$EntryError"),
        ("\\App\\Errors\\Denied", "Denied"),
        ("http_503", "http_503"),
        ("rate_limit_exceeded", "rate_limit_exceeded"),
        ("not-found", "not-found"),
        ("503", "503"),
        ("1.2.3", "1.2.3"),
        ("It broke. Twice", "It broke. Twice"),
        ("a.", "a."),
        ("", ""),
    ],
)
def test_a_type_loses_what_qualifies_it_and_no_more(written: str, short: str) -> None:
    assert last_part(written) == short


@given(st.text(max_size=300))
def test_a_short_type_is_the_end_of_a_type_and_stays_as_it_is(written: str) -> None:
    short = last_part(written)
    assert written.endswith(short)
    assert bool(short) == bool(written)
    assert last_part(short) == short


def test_the_key_is_type_and_tool() -> None:
    assert base_key("openai.RateLimitError", "search") == "RateLimitError:search"
    assert base_key("TimeoutError", "") == "TimeoutError:unknown"


@pytest.mark.parametrize(
    ("name", "attributes", "tool"),
    [
        ("x", {"gen_ai.tool.name": "bash", "tool.name": "old"}, "bash"),
        ("x", {"tool.name": "bash"}, "bash"),
        ("execute_tool bash", {}, "bash"),
        ("execute_tool bash", {"gen_ai.tool.name": ""}, "bash"),
        ("tool.bash", {}, "bash"),
        ("tools.batch", {}, ""),
        ("execute_tool", {}, ""),
        ("chat gpt-4o", {"gen_ai.tool.name": "bash", "gen_ai.operation.name": "chat"}, ""),
        ("x", {"gen_ai.tool.name": "bash", "spansieve.ai.kind": "model"}, ""),
        ("x", {"gen_ai.tool.name": "bash", "gen_ai.operation.name": "embeddings"}, ""),
        ("chat with bob", {"gen_ai.tool.name": "chat"}, "chat"),
        ("x", {"gen_ai.tool.name": "b" * 300}, "b" * 256),
    ],
)
def test_the_tool_of_a_span(name: str, attributes: dict[str, Value], tool: str) -> None:
    assert tool_of(span(name=name, attributes=attributes)) == tool


@pytest.mark.parametrize(
    ("name", "attributes", "label"),
    [
        ("execute_tool deploy", {"gen_ai.tool.name": "deploy"}, "tool:deploy"),
        ("exec_command", {"spansieve.ai.kind": "tool"}, "tool:exec_command"),
        ("invoke_agent coder", {}, "agent:coder"),
        ("run", {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "coder"}, "agent:coder"),
        ("run", {"spansieve.ai.kind": "agent", "agent.id": "a1"}, "agent:a1"),
        ("invoke_workflow main", {}, "workflow:main"),
        ("invoke_workflow", {}, "workflow:invoke_workflow"),
        ("w", {"spansieve.ai.kind": "workflow", "gen_ai.workflow.name": "main"}, "workflow:main"),
        ("chat gpt-4o", {}, "model:gpt-4o"),
        ("ask", {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o"}, "model:gpt-4o"),
        ("retrieve docs", {"spansieve.ai.kind": "retrieval"}, "retrieval:retrieve docs"),
        ("GET /users", {}, "span:GET /users"),
    ],
)
def test_the_label_of_a_span(name: str, attributes: dict[str, Value], label: str) -> None:
    assert label_of(span(name=name, attributes=attributes)) == label
