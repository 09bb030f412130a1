"""The alternation that finds what varies in a message: an empty group behind each kind names it.

The first alternative that fits at the leftmost place wins, so what holds others (a URL holds an address, a code is a
number) stands before them. They stand in groups by their first character, and plain words that no number follows, the
most of a message, are passed over before any is tried.
"""

import re
from typing import Final

from .codes import NUMBER_CODE, RAISED_CODE, RPC_CODE, WORDED_CODE
from .patterns import (
    ADDRESS,
    BRACKETED,
    DAY_MONTH,
    DOTTED,
    DRIVE,
    DURATION,
    EMAIL,
    END,
    EPOCH,
    HEX,
    HOME,
    IPV4,
    IPV6,
    MONTH_DAY,
    NUM,
    PREFIXED,
    RELATIVE,
    ROOTED,
    RUN,
    SHARE,
    SIZE,
    SUFFIX,
    TIME,
    URL,
    UUID,
    VERSION,
    WEEKDAY,
)

WORD_START: Final = r"(?<![^\W_])"
_SIMPLE: Final = (
    r"(?<![_\-/.:,(\[])(?![1-5]\d\d(?!\d))\d{1,9}+(?=[;)\]]|\Z|[.,](?:[ ]|\Z)|[ ][^\W\dsmhdunwkKMGTPbBµμJFASOND])"
)
"""The most frequent kind of number, tried first: no code, no part of anything, no unit or month behind it."""
_ALONE: Final = r"(?=\d+(?:\.\d+)?[A-Za-zµμ]{0,3}(?:[ ,;)\]\"']|\Z|[.:](?:[ ]|\Z)))"
"""What may be a number with a unit, and nothing longer."""
_SIGN: Final = r"[+\-\u2212]"
_HAS_DIGIT: Final = r"(?=[\w\-:.]{0,64}\d)"
_QUOTE: Final = r"[\"'`“\u2018]"
_NOT_AFTER: Final = "".join(
    f"(?<!{word})"
    for word in (
        *("[Ss]tatus", "STATUS", "[Cc]ode", "CODE", "[Ee]rrno", "[Ee]rror", "ERROR", "[Ss]ignal", "SIGNAL", "[Ee]xit"),
        *("[Ee]xited", "[Ww]ith", "rc", "HTTP", "[Hh]ttp", "[Rr]esponse", "[Rr]eturned", "[Ff]ailed", "[Aa]nswered"),
        *("SQLSTATE", "[Ss][Qq][Ll][Ss]tate", "[A-Z][a-z][a-z]", "uary", "ember", "tober", "March", "April", "June"),
        *("July", "August", "day"),
    )
)
_NO_NUMBER: Final = rf"(?:(?![ ,:=#(\[]{{1,4}}(?:(?:is|of|was|with) )?['\"(\[#]?[\-\u2212]?\d)|{_NOT_AFTER})"
"""Behind a word: no number follows, or it says nothing about the number."""
_SKIPPED: Final = (
    r"(?:[ ,;()=!?*&|#%>\]}]++|[.:]++(?=[ ]|\Z)|\.{2,}+(?![/\\])|-(?= )"
    r"|['\"`](?<=[^\W_].)|[.:/_\-](?<=[A-Za-z].)(?=[A-Za-z])"
    rf"|(?!got |Could not|Invalid json|input_value=|[MTWFS](?:on|ue|ed|hu|ri|at|un)[ ,]){WORD_START}"
    rf"[A-Za-z]++(?:[_'\-][A-Za-z]++|-\do{END}){{0,8}}+"
    rf"(?=[ ,;()=!?>\]}}'\"]|[.:]++(?:[ ]|\Z)|\Z){_NO_NUMBER}[ ,;()=!?]*+)*+"
)
"""What is passed over before anything is tried: plain words that no number follows, and marks between them."""


def _any(**kinds: str) -> str:
    """The alternatives, each with its marker behind it."""
    return "|".join(f"(?:{pattern})(?P<{kind}>)" for kind, pattern in kinds.items())


def messages(custom: str = "") -> re.Pattern[str]:
    """The alternation for messages, to be matched from place to place: what nothing fits is `other`.

    What was found begins at the group `at`; the last group is its kind, with an underscore and a letter where several
    alternatives have one. `custom`, a pattern of masks that are there already, passes as it is.
    """
    letters = _any(
        url=URL,
        email=EMAIL,
        code=WORDED_CODE,
        got=r"got [^\[\]]{1,200}(?= \[type=)",
        input=r"input_value=",
        output=r"(?:Could not parse (?:LLM )?output|Invalid json output): ",
        time=rf"{WEEKDAY}|{MONTH_DAY}",
    )
    after = _any(path=f"{DRIVE}|{RELATIVE}", id_a=PREFIXED)
    ids = _any(id_b=rf"(?<=[A-Za-z0-9][_-])(?:{SUFFIX})", hex=HEX, run=RUN, num=VERSION)
    with_letter = (
        rf"{letters}|{_HAS_DIGIT}(?:{_any(uuid=UUID, ip=IPV6)})|{after}|{_HAS_DIGIT}(?:{ids})"
        rf"|{_any(quote_a=rf'[bu]{_QUOTE}')}"
    )
    alone = _any(
        time_e=f"{EPOCH}|{DAY_MONTH}",
        code_e=f"{NUMBER_CODE}|{RAISED_CODE}",
        dur_e=DURATION,
        size_e=SIZE,
        num_e=NUM,
    )
    with_digit = _any(
        email_d=EMAIL,
        uuid_d=UUID,
        ip_d=f"{IPV4}|{IPV6}",
        time_d=TIME.replace("between", "between_d"),
        code_d=f"{NUMBER_CODE}|{RAISED_CODE}",
        path_d=RELATIVE,
        id_d=rf"(?<=[A-Za-z0-9][_-])(?:{SUFFIX})",
        hex_d=f"{ADDRESS}|{HEX}",
        run_d=RUN,
        dur_d=DURATION,
        size_d=SIZE,
        num_d=NUM,
    )
    with_sign = _any(
        code_s=f"{RPC_CODE}|{RAISED_CODE}",
        dur_s=rf"{_SIGN}(?:{DURATION})",
        size_s=rf"{_SIGN}(?:{SIZE})",
        num_s=rf"{_SIGN}(?:{NUM})|{_SIGN}\.\d+{END}",
    )
    with_mark = _any(path_m=f"{ROOTED}|{HOME}|{DOTTED}|{SHARE}", num_m=rf"\.\d+{END}")
    quotes = _any(code_q=rf"['\"](?:{WORDED_CODE})", quote=_QUOTE)
    starts = "|".join(
        (
            *([_any(custom=custom)] if custom else ()),
            rf"(?=[A-Za-z])(?:{with_letter})",
            rf"(?=\d)(?:{_any(num_f=_SIMPLE)}|{_ALONE}(?:{alone})|{with_digit})",
            rf"(?=[\"'`“\u2018])(?:{quotes})",
            rf"(?=[/~.\\])(?:{with_mark})",
            rf"(?={_SIGN})(?:{with_sign})",
            rf"(?=[:\[])(?:{_any(ip_m=f'{BRACKETED}|{IPV6}')})",
            rf"(?=[_@])(?:{_any(path_n=RELATIVE)})",
        )
    )
    return re.compile(rf"{_SKIPPED}(?P<at>)(?:{WORD_START}(?:{starts})|[{{\[](?P<open>)|(?:[^\W_]++|.)(?P<other>))")


def names() -> re.Pattern[str]:
    """The alternation for the name of a module: what is made up anew for each run."""
    kinds = _any(
        uuid=UUID,
        time=TIME,
        tmp=r"tmp[a-z0-9_]{8}(?![a-z0-9_])",
        id=rf"{PREFIXED}|(?<=[A-Za-z0-9][_-])(?:{SUFFIX})",
        hex=f"{ADDRESS}|{HEX}",
        run=RUN,
        num=NUM,
    )
    return re.compile(rf"{WORD_START}(?:{kinds})")
