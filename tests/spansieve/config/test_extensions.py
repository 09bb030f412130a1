"""Keys that name an extension: said with file, line and the mend before anything starts."""

from collections.abc import Callable

import pytest

Problems = Callable[..., list[str]]

CONFIG = """\
receivers: {{otlp: }}
extensions: {{health: , guard: , guard/2: }}
exporters:
  guarded:
    {keys}
service:
  extensions: [health, guard]
  pipelines:
    metrics: {{receivers: [otlp], exporters: [guarded]}}
"""
AT = "c.yaml:5:12: exporters.guarded.auth.authenticator: names the extension "


@pytest.mark.parametrize("keys", ["auth: {authenticator: guard}", "auth: {others: [guard]}", "auth: ", "room: "])
def test_what_is_there_started_and_able_is_allowed(problems: Problems, keys: str) -> None:
    assert problems(CONFIG.format(keys=keys)) == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gaurd", "gaurd, which is not configured. Did you mean guard?"),
        ("guard/2", "guard/2, which does not run. Add guard/2 to service.extensions."),
        ("health", "health, which gives no credentials to clients. Those that do: guard."),
        ("guard/", "guard/, which is not configured. Did you mean guard?"),
    ],
)
def test_what_is_not_is_a_mistake(problems: Problems, name: str, said: str) -> None:
    assert problems(CONFIG.format(keys=f"auth: {{authenticator: {name}}}")) == [AT + said]


def test_lists_and_optional_keys_are_looked_at(problems: Problems) -> None:
    [found] = problems(CONFIG.format(keys="auth: {others: [guard, nobody]}"))
    assert found.startswith("c.yaml:5:28: exporters.guarded.auth.others[1]: names the extension nobody")
    [found] = problems(CONFIG.format(keys="room: guard"))
    assert found.startswith("c.yaml:5:5: exporters.guarded.room: names the extension guard, which gives no storage.")


def test_what_no_pipeline_names_may_refer_to_anything(problems: Problems) -> None:
    unused = CONFIG.format(keys="room: nobody").replace("exporters: [guarded]", "exporters: [backend]")
    assert problems(unused.replace("exporters:\n", "exporters:\n  backend:\n", 1)) == []
