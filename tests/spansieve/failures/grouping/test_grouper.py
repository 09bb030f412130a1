"""The fingerprint of an error: what goes into it, and that it is the same everywhere."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.failures.grouping import Grouper

STACK = 'Traceback (most recent call last):\n  File "/app/bot/tools/fs.py", line 31, in read\n    open(p)\nOSError: x'


def test_a_group_tells_key_template_frames_and_fingerprint() -> None:
    found = Grouper().group("builtins.OSError", "cannot read /a/b in 3 s", STACK, "read_file")
    assert found.key == "OSError:read_file"
    assert found.template == "cannot read <path> in <dur>"
    assert found.frames == ("tools/fs.read",)
    assert found.fingerprint == "4731f0bf260fc3c3"  # SHA-256 over the four: any change here forgets all known patterns


def test_without_tool_and_stack_the_template_stands_alone() -> None:
    found = Grouper().group("", "", "", "")
    assert (found.key, found.template, found.frames) == ("unknown:unknown", "", ())


@pytest.mark.parametrize(
    "changed",
    [{"type": "ValueError"}, {"message": "cannot write"}, {"stack": STACK.replace("read", "stat")}, {"tool": "x"}],
)
def test_key_message_and_frames_each_make_another_pattern(changed: dict[str, str]) -> None:
    error = {"type": "OSError", "message": "cannot read", "stack": STACK, "tool": "t"}
    grouper = Grouper()
    assert grouper.group(**error).fingerprint != grouper.group(**(error | changed)).fingerprint


def test_a_persons_fingerprint_overrides_message_frames_type_and_tool() -> None:
    grouper = Grouper()
    one = grouper.group("A", "one", STACK, "x", override="billing is down")
    other = grouper.group("B", "other", "", "y", override="billing is down")
    assert one.fingerprint == other.fingerprint
    assert one.key != other.key
    assert grouper.group("A", "one", STACK, "x").fingerprint != one.fingerprint
    assert grouper.group("A", "one", STACK, "x", override="billing is slow").fingerprint != one.fingerprint


def test_a_long_stack_counts_with_both_its_ends() -> None:
    padding = "    go()\n" * 4000
    stack = STACK.replace("    open(p)\n", padding)
    assert Grouper().group("E", "", stack, "").frames == ("tools/fs.read",)


def test_the_same_errors_are_the_same_groups_in_every_process() -> None:
    code = (
        "import json, sys; from spansieve.failures.grouping import Grouper; g = Grouper();"
        "print(json.dumps([g.group(**error) for error in json.load(sys.stdin)]))"
    )
    names = ["gpt-4o", "o3-mini", "gpt-4o-mini", "7x9"]
    errors = [{"type": "E", "message": f"no room for {name} in here", "stack": STACK, "tool": ""} for name in names]
    answers = {
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", code],
            input=json.dumps(errors),
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(answers) == 1


@given(st.text(max_size=60), st.text(max_size=600), st.text(max_size=600), st.text(max_size=20), st.text(max_size=20))
def test_whatever_an_error_says_it_has_a_group(type_: str, message: str, stack: str, tool: str, override: str) -> None:
    grouper = Grouper()
    found = grouper.group(type_, message, stack, tool, override)
    assert len(found.fingerprint) == 16
    assert grouper.group(type_, message, stack, tool, override).fingerprint == found.fingerprint


def test_surrogates_are_text_too() -> None:
    assert Grouper().group("E\ud800", "x\udfff 'y", "", "t\ud800").fingerprint
