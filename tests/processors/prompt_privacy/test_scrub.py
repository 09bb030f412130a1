"""spansieve scrub: what goes in comes out in the same form, without personal data and secrets."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from spansieve.cli.recording import read
from spansieve.otlp.json_mapping import to_json
from spansieve.pdata import LogBatch, TraceBatch
from spansieve.processors.prompt_privacy.scrub import scrub
from spansieve.testing import OK, otlp_request
from tests.captures import CAPTURES
from tests.e2e.program import COMMAND

JANE, BOB, CARD = "jane.doe@acme.io", "bob@initech.example", "4111111111111111"
TOKEN = "ghp_" + "x7Kq2Lm9Rt4Wv8Yb3Nc6Pd1Fg5Hj0Sz2Qa4E"
PIPELINE = "service: {pipelines: {traces: {receivers: [otlp], processors: [%s], exporters: [debug]}}}"


def run(*arguments: object, stdin: str | bytes = b"") -> Result:
    content = stdin.encode() if isinstance(stdin, str) else stdin
    done = CliRunner().invoke(scrub, [*map(str, arguments)], input=content)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def scrubbed(text: str, *arguments: object) -> str:
    done = run(*arguments, stdin=text)
    assert done.exit_code == 0, done.stderr
    return done.stdout_bytes.decode()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A file to be filled by `configured`."""
    return tmp_path / "c.yaml"


def configured(config: Path, section: str, *, more: str = "") -> Path:
    config.write_text(
        "receivers: {otlp: {protocols: {grpc: {}}}}\nexporters: {debug: {}}\n"
        f"processors:\n  prompt_privacy: {section}\n{more}{PIPELINE % 'prompt_privacy'}\n"
    )
    return config


def test_a_value_has_one_number_wherever_and_however_it_is_written() -> None:
    text = f"to {JANE} and {BOB}\nfrom {JANE.upper()}, card {CARD}\n"
    assert scrubbed(text) == "to <EMAIL_1> and <EMAIL_2>\nfrom <EMAIL_1>, card <CARD_1>\n"


def test_it_has_the_same_number_in_all_files(tmp_path: Path) -> None:
    one, two = tmp_path / "a.log", tmp_path / "b.log"
    one.write_text(f"{JANE}\n")
    two.write_text(f"{BOB} {JANE}\n")
    assert run(one, two).stdout == "<EMAIL_1>\n<EMAIL_2> <EMAIL_1>\n"


def test_clean_text_comes_out_as_it_is() -> None:
    for text in ("", "\n", "no newline", "a\r\nb\r\n", "grüße \U0001f600\n\n"):
        assert scrubbed(text) == text


def test_what_was_scrubbed_once_stays_as_it_is() -> None:
    once = scrubbed(f"{JANE} {CARD} key {TOKEN}\n")
    assert scrubbed(once) == once


def test_the_owner_of_a_home_directory_is_removed_from_there_on() -> None:
    text = "cd /home/mlindqvist/src\nmlindqvist pushed\n"
    assert scrubbed(text) == "cd /home/<PERSON_1>/src\n<PERSON_1> pushed\n"


def test_show_tells_place_entity_rule_and_action_and_never_the_value() -> None:
    done = run("--show", stdin=f"grüße {JANE}\n\nkey: {TOKEN}\n")
    first, second, summary = done.stderr.splitlines()
    assert first == "1:7: EMAIL, rule email, placeholder"
    assert second == "3:6: SECRET, rule github_token, placeholder"
    assert summary == "found: EMAIL 1, SECRET 1"
    assert JANE not in done.output
    assert TOKEN not in done.output


def test_reveal_tells_the_value_too_on_stderr_alone() -> None:
    done = run("--reveal", stdin=f"grüße {JANE}\n")
    assert done.stderr.startswith(f"1:7: EMAIL, rule email, placeholder: '{JANE}'\n")
    assert done.stdout == "grüße <EMAIL_1>\n"


def test_files_are_named_in_what_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "worst.log"
    file.write_text(f"\n{JANE}")
    assert f"{file}:2:1: EMAIL" in run(file, "--show").stderr


def test_check_writes_no_text_and_its_exit_code_says_whether_something_was_found() -> None:
    dirty, clean = run("--check", stdin=f"by {JANE}\n"), run("--check", stdin="by nobody\n")
    assert (dirty.exit_code, dirty.stdout, dirty.stderr) == (1, "", "found: EMAIL 1\n")
    assert (clean.exit_code, clean.output) == (0, "")


def test_json_lines_stay_json_line_by_line_also_between_text() -> None:
    lines = [{"card": int(CARD), "to": [JANE]}, {"nested": json.dumps({"a": f"x\n{BOB}"})}, {"n": 1}]
    text = "starting\n" + "".join(json.dumps(line) + "\n" for line in lines) + f"done by {JANE}\n"
    first, *middle, last = scrubbed(text).splitlines()
    assert (first, last) == ("starting", "done by <EMAIL_1>")
    assert [json.loads(line) for line in middle] == [
        {"card": "<CARD_1>", "to": ["<EMAIL_1>"]},
        {"nested": json.dumps({"a": "x\n<EMAIL_2>"})},
        {"n": 1},
    ]


def test_half_a_private_key_in_a_line_of_json_does_not_reach_into_the_next() -> None:
    head = "-----BEGIN RSA PRIVATE KEY-----"
    lines = [{"cut": head + "\nMIIEow" + "A" * 40}, {"end": "B" * 40 + "\n-----END RSA PRIVATE KEY-----"}, {"n": 1}]
    out = scrubbed("".join(json.dumps(line) + "\n" for line in lines)).splitlines()
    assert len([json.loads(line) for line in out]) == 3
    assert "MIIEow" not in out[0]


def test_json_over_many_lines_stays_json_however_long_it_is() -> None:
    rows = [{"id": place, "card": int(CARD), "mail": f"u{place}@acme.io"} for place in range(4000)]
    out = json.loads(scrubbed(json.dumps(rows, indent=1)))
    assert out[3999] == {"id": 3999, "card": "<CARD_1>", "mail": "<EMAIL_4000>"}
    assert [row["id"] for row in out] == list(range(4000))


def key(lines: int) -> str:
    return "-----BEGIN PRIVATE KEY-----\n" + "MIIEvQIBADANBg+k7hw\n" * lines + "-----END PRIVATE KEY-----"


@pytest.mark.parametrize("before", [255_900, 240_000, 235_000, 262_100, 500_000])
def test_a_private_key_goes_whole_wherever_it_stands(before: int) -> None:
    filler = "nothing to see here, move along please\n" * (before // 39) + "." * (before % 39) + "\n"
    assert scrubbed(f"{filler}{key(700)}\n{filler}") == f"{filler}<SECRET_1>\n{filler}"


def test_a_line_that_never_ends_is_scrubbed_as_well() -> None:
    filler = "ä lorem ipsum " * 30_000
    assert scrubbed(f"{filler}{JANE} {filler}{CARD} ") == f"{filler}<EMAIL_1> {filler}<CARD_1> "


def test_many_near_misses_withhold_nothing() -> None:
    text = "git clone git@github.com:acme/x.git\n" * 3000
    assert scrubbed(text) == text


def test_what_can_not_be_searched_is_withheld_alone() -> None:
    out = scrubbed(f"{JANE}\n" + "a@a." * 3000 + f"\n{BOB}\n")
    assert out.startswith("<EMAIL_1>\n")
    assert out.count("<WITHHELD:budget>") == 1
    assert out.endswith("\n<EMAIL_2>\n")


@given(st.binary(max_size=300))
@settings(max_examples=40, deadline=None)
def test_no_bytes_are_more_than_text(content: bytes) -> None:
    done = run(stdin=b"x" + content)
    assert done.exit_code in {0}
    assert done.stdout_bytes[:1] == b"x"


def test_bytes_around_a_finding_stay() -> None:
    done = run(stdin=b"\n\x00\xff\xfe " + JANE.encode() + b" \x80\x00\n")
    assert done.stdout_bytes == b"\n\x00\xff\xfe <EMAIL_1> \x80\x00\n"


def test_utf_16_is_refused_since_nothing_would_be_found_in_it() -> None:
    done = run(stdin=JANE.encode("utf-16"))
    assert done.exit_code == 2
    assert "(standard input): is UTF-16" in done.stderr


# --- OTLP


def otlp() -> bytes:
    return otlp_request("agent", OK.with_(name=f"mail {JANE}"), OK.with_(attributes={"to": JANE, "n": 1}))


def test_otlp_in_protobuf_passes_the_processor(tmp_path: Path) -> None:
    file = tmp_path / "001.traces.pb"
    file.write_bytes(otlp())
    for done in (run(file), run(stdin=otlp())):
        first, second = TraceBatch.parse(done.stdout_bytes)
        address = second.attributes["to"]
        assert isinstance(address, str)
        assert address.startswith("<EMAIL_")
        assert len(address) == len("<EMAIL_abcd>")
        assert first.name == f"mail {address}"
        assert second.attributes["spansieve.privacy.redacted"] == ["EMAIL:1"]


def test_otlp_in_json_stays_json(tmp_path: Path) -> None:
    line = to_json("traces", otlp())
    pretty = json.dumps(json.loads(line), indent=2).encode()
    for content in (line, line + b"\n", pretty):
        out = run(stdin=content).stdout
        assert out.endswith("\n")
        assert list(json.loads(out)) == ["resourceSpans"]
        assert JANE not in out
        assert "<EMAIL_" in out


def test_what_the_file_exporter_writes_comes_out_line_by_line(tmp_path: Path) -> None:
    recorded = [one for one in read(CAPTURES / "openai_traceloop") if one.items][:6]
    file = tmp_path / "out.jsonl"
    file.write_bytes(b"".join(to_json(one.signal, one.body) + b"\n" for one in recorded))
    lines = run(file).stdout_bytes.splitlines()
    assert [list(json.loads(line)) for line in lines] == [
        list(json.loads(to_json(one.signal, one.body))) for one in recorded
    ]
    assert JANE.encode() not in b"".join(lines)


def test_show_names_the_item_and_the_place_in_it(tmp_path: Path) -> None:
    file = tmp_path / "001.traces.pb"
    file.write_bytes(otlp())
    first, second, summary = run(file, "--show").stderr.splitlines()
    assert first.startswith(f"{file}: span 1 (")
    assert first.endswith("), name: EMAIL, rule email, placeholder")
    assert second.endswith("), attribute to: EMAIL, rule email, placeholder")
    assert summary == "found: EMAIL 2"


def test_show_tells_no_key_of_an_attribute_that_holds_a_value() -> None:
    body = otlp_request("agent", OK.with_(attributes={JANE: JANE}))
    done = run("--show", stdin=body)
    assert JANE not in done.stderr
    assert done.stderr.count("EMAIL, rule email") == 2


def test_json_that_only_looks_like_otlp_is_scrubbed_as_json() -> None:
    out = scrubbed(json.dumps({"resourceSpans": 5, "by": JANE}) + "\n")
    assert json.loads(out) == {"resourceSpans": 5, "by": "<EMAIL_1>"}


def test_a_file_that_should_be_otlp_and_is_not_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "001.traces.pb"
    file.write_bytes(b"hello")
    done = run(file)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{file}: is neither an OTLP request in protobuf nor OTLP JSON" in done.stderr


def test_log_records_and_their_bodies_are_shown_too() -> None:
    [one] = [one for one in read(CAPTURES / "gemini") if one.signal == "logs"][:1]
    done = run("--show", stdin=one.body)
    assert len(LogBatch.parse(done.stdout_bytes)) == one.items
    assert "log record" in done.stderr or "resource" in done.stderr


# --- configuration


def test_content_that_is_hashed_is_shown_and_is_nothing_to_check_for(config: Path) -> None:
    path = configured(config, f"{{content: hash, hash: {{key: {'d' * 64}}}}}")
    body = otlp_request("agent", OK.with_(attributes={"gen_ai.input.messages": "Who is Ada?"}))
    done = run("--config", path, "--show", "--check", stdin=body)
    assert done.exit_code == 0
    assert "attribute gen_ai.input.messages: PROMPT, rule content, hash" in done.stderr
    assert done.stderr.endswith("found: nothing; content: PROMPT 1\n")


def test_actions_and_allow_lists_of_the_configuration_hold(config: Path) -> None:
    section = "{entities: {EMAIL: mask, CARD: drop}, allow: {domains: [initech.example]}}"
    text = f"{JANE} [{CARD}] {BOB}\n"
    assert scrubbed(text, "--config", configured(config, section)) == f"j***@a***.io [] {BOB}\n"


def test_what_is_allowed_is_counted_and_nothing_to_check_for(config: Path) -> None:
    path = configured(config, "{allow: {domains: [acme.io]}}")
    done = run("--config", path, "--show", "--check", stdin=JANE)
    assert done.exit_code == 0
    assert done.stderr == "1:1: EMAIL, rule email, allow\nfound: nothing; allowed: EMAIL 1\n"


def test_a_dry_run_changes_nothing_says_so_and_finds_all(config: Path) -> None:
    path = configured(config, "{dry_run: true}")
    done = run("--config", path, "--show", stdin=f"{JANE}\n")
    assert done.stdout == f"{JANE}\n"
    assert "warning: prompt_privacy has dry_run: true, so the text is written as it is" in done.stderr
    assert "1:1: EMAIL" in done.stderr
    assert run("--config", path, "--check", stdin=JANE).exit_code == 1


def test_a_configuration_without_the_processor_says_so(config: Path) -> None:
    config.write_text(
        f"receivers: {{otlp: {{protocols: {{grpc: {{}}}}}}}}\nprocessors: {{batch: {{}}}}\nexporters: {{debug: {{}}}}\n"
        f"{PIPELINE % 'batch'}\n"
    )
    done = run("--config", config, stdin=JANE)
    assert done.exit_code == 2
    assert f"{config}: configures no prompt_privacy" in done.stderr


def test_of_several_processors_one_has_to_be_named(config: Path) -> None:
    configured(config, "{}", more="  prompt_privacy/2: {entities: {EMAIL: mask}}\n")
    done = run("--config", config, stdin=JANE)
    assert done.exit_code == 2
    assert "choose with --processor one of prompt_privacy, prompt_privacy/2" in done.stderr
    assert scrubbed(JANE, "--config", config, "--processor", "prompt_privacy/2") == "j***@a***.io"


def test_a_missing_file_is_named() -> None:
    done = run("/nowhere/worst.log")
    assert done.exit_code == 2
    assert "/nowhere/worst.log" in done.stderr


# --- hashes of former keys


KEYS = f"{{hash: {{key: {'c' * 64}, key_id: k2, previous: [{{key_id: k1, key: {'d' * 64}}}]}}}}"


def test_verify_says_which_key_made_a_hash_of_a_prompt(config: Path) -> None:
    former = configured(config, f"{{hash: {{key: {'d' * 64}}}}}")
    body = otlp_request("agent", OK.with_(attributes={"gen_ai.input.messages": "Who is Ada?"}))
    [span] = TraceBatch.parse(run("--config", former, stdin=body).stdout_bytes)
    made = span.attributes["spansieve.ai.prompt.hash"]
    path = configured(config, KEYS)

    for prompt in ("Who is Ada?\n", '[{"role": "user", "content": "Who is Ada?"}]'):
        done = run("--config", path, "--verify", made, stdin=prompt)
        assert (done.exit_code, done.stdout) == (0, "k1 made it: spansieve.ai.prompt.hash\n")
    other = run("--config", path, "--verify", made, stdin="Who is Bob?\n")
    assert (other.exit_code, other.stdout) == (1, "")
    assert "none of the keys k2, k1 made it" in other.stderr


def test_verify_knows_tags_too(config: Path) -> None:
    former = configured(config, f"{{hash: {{key: {'d' * 64}}}, entities: {{EMAIL: hmac}}}}")
    tag = scrubbed(JANE, "--config", former)
    done = run("--config", configured(config, KEYS), "--verify", tag, stdin=f"{JANE.upper()}\n")
    assert (done.exit_code, done.stdout) == (0, "k1 made it: tag\n")


@pytest.mark.parametrize(
    ("section", "found", "said"),
    [("{}", "k1:" + "0" * 32, "so there is no key to verify with"), (KEYS, "k1", "a hash is such as k1:")],
)
def test_verify_says_what_it_needs(config: Path, section: str, found: str, said: str) -> None:
    done = run("--config", configured(config, section), "--verify", found, stdin="x")
    assert done.exit_code == 2
    assert said in done.stderr


# --- the real program


def test_the_program_reads_standard_input_and_survives_a_reader_that_leaves(tmp_path: Path) -> None:
    file = tmp_path / "long.log"
    file.write_text(f"mail {JANE}\n" + "nothing to see here\n" * 40_000)
    with (
        file.open("rb") as content,
        subprocess.Popen(  # noqa: S603 (our own)
            [*COMMAND, "scrub"], stdin=content, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as program,
    ):
        assert program.stdout is not None
        assert program.stderr is not None
        assert program.stdout.readline() == b"mail <EMAIL_1>\n"
        program.stdout.close()
        assert program.stderr.read() == b""
