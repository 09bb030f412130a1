"""disguise: what a text reads like, and where each byte of that stood."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spansieve.processors.prompt_privacy.detectors.disguise import WORDS, plain
from tests.processors.prompt_privacy.detectors.addresses import union

CORES = union(WORDS)
PARTS = [
    *("a", "@", ".", "%40", "%2540", "%252540", "%C3%BC", "%E2%80%8B", "%25", "%", "40", "\\u0040", "\\\\u200b", "\\"),
    *(
        "u0041",
        "\\ud83d",
        "&#64;",
        "&#x2e;",
        "&amp;",
        "#64;",
        "&commat;",
        "&",
        "\uff20",
        "\uff11",
        "\uff1a",
        "\u200b",
        "\u00ad",
        "ü",
        "\x1b[36m",
        "\\u001b[K",
        "\x1b[",
    ),
]
TEXTS = st.lists(st.sampled_from(PARTS), max_size=14).map("".join).map(str.encode)


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("jane%40acme.io", "jane@acme.io"),
        ("jane%2540acme.io", "jane@acme.io"),
        ("\x1b[01;31m\x1b[Kjane\x1b[m\x1b[K@acme.io", "jane@acme.io"),
        ("\\\\u001b[36mjane@acme.io\\\\u001b[0m", "jane@acme.io"),
        ("M%C3%BCller", "Müller"),
        (r"jane\u0040acme.io", "jane@acme.io"),
        (r"{\"to\":\"jane\\u0040acme.io\"}", r"{\"to\":\"jane@acme.io\"}"),
        (r"t\u00e9l\u00e9phone", "téléphone"),
        ("jane&#64;acme&#x2E;io", "jane@acme.io"),
        ("a &amp;#64; b &commat; c &period;", "a @ b @ c ."),
        ("jane\uff20acme\uff0eio \uff0b\uff14\uff19", "jane@acme.io +49"),
        ("ja\u200bne\u00ad@\u2060acme\ufeff.io", "jane@acme.io"),
        (r"ja\u200bne%E2%80%8B@acme.io", "jane@acme.io"),
        ("+49\u00a030\u2011123", "+49 30-123"),
        (r"\u0026#64;", "@"),
    ],
)
def test_disguises_are_taken_off(text: str, reads: str) -> None:
    assert plain(text.encode())[0] == reads.encode()


@pytest.mark.parametrize(
    "text", ["", "jane@acme.io", "100% of it", "a & b", r"C:\users\n", r"\u005c \u0000 \ud83d", "%zz"]
)
def test_what_wears_no_disguise_has_no_offsets(text: str) -> None:
    assert plain(text.encode()) == (text.encode(), None)


@pytest.mark.parametrize(
    ("text", "value", "stretch"),
    [
        ("to jane%2540acme.io now", "jane@acme.io", "jane%2540acme.io"),
        ("\u200bjane\u200b@acme.io\u200b", "jane@acme.io", "jane\u200b@acme.io"),
        ("x\uff20y", "@", "\uff20"),
        (r"x \\u0041b", "Ab", r"\\u0041b"),
        ("%C3%BCx", "üx", "%C3%BCx"),
        ("a%E2%80%8Bb", "ab", "a%E2%80%8Bb"),
    ],
)
def test_a_stretch_of_the_plain_text_is_cut_from_the_original(text: str, value: str, stretch: str) -> None:
    reads, offsets = plain(text.encode())
    assert offsets
    start = reads.index(value.encode())
    begin, end = offsets.original(start, start + len(value.encode()))
    assert text.encode()[begin:end].decode() == stretch


@given(TEXTS)
@example(b"%252540")
def test_offsets_rise_and_leave_no_byte_out(text: bytes) -> None:
    reads, offsets = plain(text)
    if not offsets or not reads:
        return
    places = [offsets.original(place, place + 1) for place in range(len(reads))]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)
    whole_start, whole_end = offsets.original(0, len(reads))
    assert (whole_start, whole_end) == (places[0][0], places[-1][1])
    for left_out in (text[:whole_start], text[whole_end:]):  # invisible characters at the edges alone
        assert plain(left_out)[0] == b""
    for (_, end), (start, _) in pairwise(places):
        assert start < end or plain(text[end:start])[0] == b""


@given(st.one_of(TEXTS, st.binary(max_size=40)))
def test_any_bytes_may_be_read(text: bytes) -> None:
    reads, offsets = plain(text)
    assert (reads == text) == (offsets is None) or len(reads) == len(text)
    plain(reads)


@pytest.mark.parametrize(
    "text",
    [
        *("jane%40acme.io", "jane%2540acme.io", r"jane\u0040acme.io", "jane&#64;acme.io", "jane&commat;acme.io"),
        *(
            "jane@acme&#46;io",
            "jane\uff20acme.io",
            "jane@acme\uff0eio",
            "\uff4a\uff41\uff4e\uff45",
            "\uff14\uff11\uff11\uff11",
            "41\u200b11",
            "ja\u00adne@acme.io",
        ),
        *(
            r"ja\u200bne",
            r"4\uff11",
            r"\uff20",
            "ja%E2%80%8Bne",
            "sms?to=%2B49%20151",
            "to=%252B49151",
            "%28206%29%20904",
        ),
        *(
            "4111%201111%201111",
            "password%3Dhunter2",
            "api_key%253Dx",
            r"token\u003dx",
            r"password\u0022",
            "secret&quot;:",
        ),
        *("u=https%3A%2F%2Fme%3Apw%40db%3A5432", "&#106;&#97;&#110;", "&#x6A;", r"\u006aane"),
    ],
)
def test_a_core_tells_of_a_disguise(text: str) -> None:
    assert CORES.search(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        *(
            "密码\uff0c用户\uff08张三\uff09\uff1a你好\uff01\uff1f",
            "👨\u200d👩\u200d👧",
            "100%25 and %20off",
            "registry/%40types%2fnode",
            "a&amp;b",
        ),
        *(
            "it&#39;s &#8217; &#160;",
            r"\u4f60\uff0c\u597d\uff1a",
            r"Caf\u00e9 \u2019",
            "?q=a%20b%26c",
            "\\\\users\\\\x",
        ),
        "\ufefffile",
    ],
)
def test_no_core_hits_ordinary_text(text: str) -> None:
    assert not CORES.search(text.encode())
