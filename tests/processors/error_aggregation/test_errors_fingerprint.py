"""`spansieve errors fingerprint`: what errors are grouped as, from a shell."""

import json

from click.testing import CliRunner

from spansieve.cli import main

ERROR = {"type": "openai.RateLimitError", "message": "Error code: 429 - wait 5s", "stack": None, "tool": None}


def run(*arguments: str, given: str = "") -> "tuple[int, str]":
    done = CliRunner().invoke(main, ["errors", *arguments], input=given)
    return done.exit_code, done.output


def test_an_error_a_line_is_answered_with_its_pattern() -> None:
    code, output = run("fingerprint", given=f"{json.dumps(ERROR)}\n\n{json.dumps({'message': 'café 3'})}\n")
    first, second = map(json.loads, output.splitlines())
    assert code == 0
    assert first.pop("fingerprint") != second["fingerprint"]
    assert first == {"key": "RateLimitError:unknown", "template": "Error code: 429 - wait <dur>", "frames": []}
    assert second["template"] == "café <num>"


def test_a_pair_is_answered_with_whether_both_are_one_pattern() -> None:
    pairs = [
        {"a": ERROR, "b": ERROR | {"message": "Error code: 429 - wait 1m3s"}},
        {"a": ERROR, "b": ERROR | {"message": "Error code: 500 - wait 5s"}},
        {"a": {"message": "no room for gpt-4o in here"}, "b": {"message": "no room for o3-mini in here"}},
    ]
    code, output = run("fingerprint", "--pairs", given="".join(f"{json.dumps(pair)}\n" for pair in pairs))
    assert code == 0
    assert [json.loads(line) for line in output.splitlines()] == [{"same": True}, {"same": False}, {"same": True}]


def test_a_pair_knows_nothing_of_the_pairs_before() -> None:
    first = {"a": {"message": "no room for gpt-4o in here"}, "b": {"message": "no room for o3-mini in here"}}
    second = {"a": {"message": "no room for o3-mini in here"}, "b": {"message": "no place for gpt-4o in here"}}
    _, output = run("fingerprint", "--pairs", given=f"{json.dumps(first)}\n{json.dumps(second)}\n")
    assert output == '{"same": true}\n{"same": false}\n'


def test_a_line_that_is_no_error_is_named_and_quoted_nowhere() -> None:
    for line, what in (
        ("{secret", "no JSON"),
        ('["secret"]', "an object was meant"),
        ('{"type": 3, "message": "secret"}', "type is no text"),
        ("\ud83d", "no JSON"),
    ):
        code, output = run("fingerprint", given=f'{{"type": "A"}}\n{line}\n'.encode("utf-8", "replace").decode())
        assert code == 2
        assert "line 2" in output
        assert what in output
        assert "secret" not in output
        assert "Traceback" not in output


def test_a_pair_that_lacks_a_side_is_named() -> None:
    code, output = run("fingerprint", "--pairs", given='{"a": {}}\n')
    assert code == 2
    assert "line 1: b" in output
