"""The masks: what of a message varies, and what is kept on purpose. One table a row of the specification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spansieve.failures.grouping.masker import MAX_CUT_TEMPLATE, MAX_MESSAGE, Masker

MASKER = Masker()


def check(*rows: tuple[str, str]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("message", "template"), rows)


@check(
    ("GET https://api.openai.com/v1/x?y failed", "GET <url api.openai.com> failed"),
    ("url='https://api.acme.io/a'", "url=<url api.acme.io>"),
    ("at http://localhost:8080/x", "at <url localhost>"),
    ("at https://user:pw@db.internal:5432/x", "at <url db.internal>"),
    ("at http://10.0.0.1/a", "at <url>"),
    ("at https://build-12345.example.com/a", "at <url>"),
    ("at https://[2001:db8::1]/a", "at <url>"),
    ("image data:image/png;base64,iVBORw0KGgo= refused", "image <url> refused"),
)
def test_a_url_keeps_its_host_unless_that_is_made_up(message: str, template: str) -> None:
    assert MASKER.template(message) == template


@check(
    ("cannot invite someone.else+x@corp.example", "cannot invite <email>"),
    ("run 7c1d2b34-aaaa-4bbb-8ccc-001122334455 is gone", "run <uuid> is gone"),
    ("dial tcp 10.1.2.3:41022: i/o timeout", "dial tcp <ip>: i/o timeout"),
    ("from 192.168.0.0/16", "from <ip>"),
    ("from [2001:db8::1]:53 and fe80::1%eth0 and ::1", "from <ip> and <ip> and <ip>"),
    ("std::io::Error and a::b", "std::io::Error and a::b"),
)
def test_addresses_and_uuids_go(message: str, template: str) -> None:
    assert MASKER.template(message) == template


@check(
    ("user <EMAIL_hacc> at <IP_zzqa>", "user <email> at <ip>"),
    ("user <EMAIL> at <IP>", "user <email> at <ip>"),
    ("<PERSON_zaqqlmno> and <SECRET> and <US_SSN_abcd>", "<PERSON> and <SECRET> and <US_SSN>"),
    ("at postgresql://<URL_CREDENTIALS_buxp>@db.internal:5432/x", "at <url db.internal>"),
    ("at postgresql://<URL_CREDENTIALS>@10.20.0.5:5432/x", "at <url>"),
    ("List<T> and <Error> and <lowercase_name>", "List<T> and <Error> and <lowercase_name>"),
)
def test_what_privacy_wrote_is_alike_for_all_values(message: str, template: str) -> None:
    assert MASKER.template(message) == template


@pytest.mark.parametrize(
    "time",
    [
        "2026-02-03T11:22:33Z",
        "2026-02-03 11:22:33,456",
        "2026-02-03T11:22:33.123456+02:00",
        "2026-02-03",
        "2026/02/03 11:22:33",
        "20260203T112233Z",
        "Tue, 03 Feb 2026 11:22:33 GMT",
        "3 Feb 2026 11:22:33 +0100",
        "03/Feb/2026:11:22:33 +0000",
        "Tue Feb 3 11:22:33 2026",
        "11:22:33.5",
        "11:22",
        "5:30 pm",
        "1717171717",
        "1717171717123",
    ],
)
def test_times_go(time: str) -> None:
    assert MASKER.template(f"expired at {time}") == "expired at <time>"


@check(
    ("open /etc/a.yaml: denied", "open <path>: denied"),
    ("cannot open C:\\Program Files\\Acme\\x.txt: denied", "cannot open <path>: denied"),
    ("cannot read ~/.ssh/id_rsa", "cannot read <path>"),
    ("src/app.ts:12:5 - error", "<path> - error"),
    ("conflict in docs/guide/index", "conflict in <path>"),
    ("cannot read notes.txt today", "cannot read <path> today"),
    ("asyncio.run() cannot be called", "asyncio.run() cannot be called"),
    ("call json.loads first", "call json.loads first"),
    ("I/O and/or TCP/IP application/json", "I/O and/or TCP/IP application/json"),
    ("</div> is open", "</div> is open"),
    ("url: /v1/orders?id=3 (x)", "url: <path> (x)"),
)
def test_paths_go_and_dotted_names_stay(message: str, template: str) -> None:
    assert MASKER.template(message) == template


def test_a_path_keeps_its_extension_where_that_is_asked_for() -> None:
    masker = Masker(keep_extension=True)
    assert masker.template("cannot parse /a/b.json: bad") == "cannot parse <path.json>: bad"
    assert masker.template("cannot parse 'b.yaml'") == "cannot parse <path.yaml>"
    assert masker.template("cannot parse /a/b") == "cannot parse <path>"


@check(
    ("<function f at 0x7f3b> failed", "<function f at <hex>> failed"),
    ("commit 9f8e7d6c5b4a is bad", "commit <hex> is bad"),
    ("deadbeef and facade", "deadbeef and facade"),
)
def test_hexadecimal_goes_where_it_holds_digit_and_letter(message: str, template: str) -> None:
    assert MASKER.template(message) == template


@check(
    ("no job job_81Kd7Qa2PzXw", "no job job_<id>"),
    ("req_8f2a3b of org-Ab00Cd", "req_<id> of org-<id>"),
    ("toolu_01A09q90qw90lq917835lq9 timed out", "toolu_<id> timed out"),
    ("arn:aws:iam::123456789012:user/bob may not", "arn:<id> may not"),
    ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl expired", "token <id> expired"),
    ("key abc123def456ghi is bad", "key <id> is bad"),
    ("pod agent-7d9f8c6b5-x2x4q died", "pod agent-<id> died"),
    ("in file exec_8f3a21bc", "in file exec_<id>"),
    ("key sk-proj-Ab12Cd34Ef_g-h expired", "key sk-<id> expired"),
    ("no column user_name or user_email_x2", "no column user_name or user_email_x2"),
    ("use text-embedding-ada or convert_to_float32", "use text-embedding-ada or convert_to_float32"),
)
def test_ids_go_and_their_prefix_stays(message: str, template: str) -> None:
    assert MASKER.template(message) == template


@check(
    ("after 45 s", "after <dur>"),
    ("after 30000ms", "after <dur>"),
    ("after 1m3s", "after <dur>"),
    ("after 2 minutes and 5 seconds", "after <dur>"),
    ("of 5 GiB, not 12MB or 100 bytes", "of <size>, not <size> or <size>"),
)
def test_durations_and_sizes_go(message: str, template: str) -> None:
    assert MASKER.template(message) == template


@check(
    ("1,234 items at 1e9 and +3", "<num> items at <num> and <num>"),
    ("line 3, char 80", "line <num>, char <num>"),
    ("the 3rd of 21", "the <num> of <num>"),
    ("version v1.2.3-rc1", "version <num>"),
    ("step 3/7 of chunk #12 is 50%", "step <num>/<num> of chunk #<num> is <num>%"),
    ("task_12 and worker-3", "task_<num> and worker-<num>"),
    ("port=443", "port=<num>"),
    ("barcode 77, unicode 65, decode 5", "barcode <num>, unicode <num>, decode <num>"),
)
def test_other_numbers_go(message: str, template: str) -> None:
    assert MASKER.template(message) == template


@pytest.mark.parametrize(
    "message",
    [
        "Request failed with status code 401",
        "Error code: 429 - slow down",
        "[Errno 13] Permission denied",
        "[WinError 5] Access is denied",
        "(os error 2)",
        "exit status 126",
        "exit code: 137",
        "Command exited with code 1",
        "terminated by signal 9",
        "HTTP/1.1 503",
        "HTTP Error 404: Not Found",
        "HTTP error! status: 404",
        "status=500",
        "statusCode: 403",
        "rpc error: code = 14",
        "SQLSTATE 42P01",
        "SQLSTATE[23505]: x",
        "MCP error -32601: Method not found",
        "<Response [404]>",
        "Request failed: 404",
        "502 Bad Gateway",
        "Client error '404 Not Found'",
        "(1045, 'Access denied')",
        "ConnectionResetError(104, 'Connection reset by peer')",
        "ORA-00942: table or view does not exist",
        "Error 111 connecting",
        "the status was 500",
    ],
)
def test_codes_stay(message: str) -> None:
    assert MASKER.template(message) == message


@check(
    ('KeyError: "price"', "KeyError: 'price'"),
    ("no attribute `get`", "no attribute 'get'"),
    ("unknown page “Sales”", "unknown page 'Sales'"),
    ("invalid literal: '12a'", "invalid literal: <str>"),
    ("unknown page “Sales 2026, north”", "unknown page <str>"),
    ("it can't be 'so much' as it's", "it can't be <str> as it's"),
    ("[Errno 2] No such file: 'docs/'", "[Errno 2] No such file: <str>"),
    ("No module named 'cv2'", "No module named 'cv2'"),
    ("Cannot find module '@acme/tools'", "Cannot find module '@acme/tools'"),
    ("Command '['git', 'push']' failed", "Command 'git …' failed"),
    ("(Caused by X('no route [Errno 113]'))", "(Caused by X('no route [Errno 113]'))"),
    ('details = "name 7 must not be empty"', "details = 'name <num> must not be empty'"),
    ('"Missing variables for 3 steps"', "'Missing variables for <num> steps'"),
    ("never 'closed", "never 'closed"),
)
def test_quotations_go_and_names_and_messages_in_quotes_stay(message: str, template: str) -> None:
    assert MASKER.template(message) == template


@check(
    ('body {"a": 1, "b": [1, 2, 3], "c": "x"} end', "body <json> end"),
    ("{'type': 'overloaded_error', 'id': 'x1'}", "<json overloaded_error>"),
    (
        '{"error":{"type":"server_error","message":"had 3 errors","id":"evt_81Kd7Qa2PzXw"}}',
        "<json server_error> had <num> errors",
    ),
    ('{"message":"Endpoint request timed out"}', "<json> Endpoint request timed out"),
    ('{"to": "bob@example.com", "message": "hello there"}', "<json>"),
    (
        'bad: [{"code": "invalid_type", "path": ["steps", 3, "name"], "message": "Required"}]',
        "bad: <json invalid_type steps.name> Required",
    ),
    ('cut {"error": {"type": "server_error", "message": "The ser', "cut <json server_error>"),
    ("{ code: 'ECONNREFUSED', errno: -111, port: 5432 }", "<json ECONNREFUSED>"),
    ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate", "[SSL: CERTIFICATE_VERIFY_FAILED] certificate"),
    ("keys: {'context', 'question', 'answer'}", "keys: {'context', 'question', 'answer'}"),
    ("short {x: 1}", "short {x: <num>}"),
)
def test_json_goes_and_what_tells_failures_apart_stays(message: str, template: str) -> None:
    assert MASKER.template(message) == template


@check(
    ("shape (5,3) of [1, 2, 3, 4]", "shape (<num>,…) of [<num>,…]"),
    ("1 error in 3 errors", "<num> errors in <num> errors"),
    ("1 validation error for Plan", "<num> validation errors for Plan"),
    ("takes 1 positional argument but 2 were given", "takes <num> positional arguments but <num> were given"),
)
def test_how_many_there_were_folds(message: str, template: str) -> None:
    assert MASKER.template(message) == template


def test_a_pydantic_message_keeps_fields_and_kinds_and_no_input() -> None:
    message = """1 validation error for Plan
steps.3.name
  Input should be an integer, got a fraction [type=int_from_float, input_value={'a': [1]}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2.10/v/int_from_float"""
    assert MASKER.template(message) == (
        "<num> validation errors for Plan steps.<num>.name Input should be an integer, got <str> "
        "[type=int_from_float, input_value=<str>] For further information visit <url errors.pydantic.dev>"
    )


def test_masks_of_ones_own_run_first() -> None:
    masker = Masker([("order", r"ORD \d+"), ("sku", r"[A-Z]{3}\d")])
    assert masker.template("ORD 17 lacks ABC7 in 3 s") == "<order> lacks <sku> in <dur>"


@pytest.mark.parametrize(("name", "pattern"), [("no name", "x"), ("", "x"), ("bad", "("), ("back", r"(a)\1")])
def test_a_mask_that_is_none_is_refused_by_name(name: str, pattern: str) -> None:
    with pytest.raises(ValueError, match="mask"):
        Masker([(name, pattern)])


def test_only_the_beginning_of_a_message_counts() -> None:
    assert MASKER.template("x" * MAX_MESSAGE + " one") == MASKER.template("x" * MAX_MESSAGE + " two")


def test_where_a_long_message_is_cut_its_values_do_not_decide() -> None:
    words = " ".join(f"{'abcdefghij'[at % 10]}{'klmnopqrst'[at // 10]} word" for at in range(80))
    one, other = (MASKER.template(f"job {number} failed: {words}") for number in (7, 123456789))
    assert one == other
    assert len(one) <= MAX_CUT_TEMPLATE


PIECES = st.sampled_from(
    [
        *(
            "cannot open",
            "price",
            "status code 404",
            "'name'",
            "'a b'",
            "/a/b.txt",
            "https://a.io/x",
            "5 s",
            "12",
            "1 error of",
        ),
        *(
            "job_81Kd7Qa2PzXw",
            '{"type": "x_error", "id": 12345}',
            "[1, 2]",
            "2026-01-02",
            "10.0.0.1:80",
            "a@b.co",
            "gpt-4o",
        ),
    ]
)


@given(st.lists(PIECES, max_size=12))
def test_a_template_is_its_own_template(pieces: list[str]) -> None:
    template = MASKER.template(" ".join(pieces))
    assert MASKER.template(template) == template


@given(st.text(max_size=700) | st.text("'\"`{}[]:,./\\a1@- \n", max_size=700))
def test_no_text_is_too_odd(text: str) -> None:
    assert len(MASKER.template(text)) <= 16 * MAX_MESSAGE


class Counting:
    """An alternation that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self._real = MASKER._messages

    def match(self, text: str, place: int) -> object:
        self.asked += 1
        return self._real.match(text, place)


@pytest.mark.parametrize(
    "unit", ["a.", "'a ", "E('", "{'a':", "[{", "\\'", "1.", "a-1 ", "a@", "::", '{"message": "', "é", "'a 'b"]
)
def test_the_work_grows_with_the_text(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(size: int) -> int:
        counting = Counting()
        monkeypatch.setattr(MASKER, "_messages", counting)
        MASKER.template((unit * size)[:size])
        return counting.asked

    assert asked(512) <= 4 * asked(128) + 16
    assert asked(512) <= 4 * 512  # three levels of texts in texts
