"""Numbers that say what went wrong, each with the word before that makes it a code: they stay in a template."""

from typing import Final

_PHRASES: Final = (
    "Continue|OK|Created|Accepted|No Content|Moved|Found|Not Modified|Bad Request|Unauthorized|Payment Required"
    "|Forbidden|Not Found|Method Not Allowed|Not Acceptable|Request Time|Conflict|Gone|Length Required|Precondition"
    "|Payload|Content Too|URI Too|Unsupported Media|Unprocessable|Locked|Failed Dependency|Too Early|Too Many|Upgrade"
    "|Internal Server|Not Implemented|Bad Gateway|Service Unavailable|Gateway Time|Client Error|Server Error"
)
_AFTER_WORD: Final = r"['\"]?[\s:=#(\[]{1,4}(?:(?:is|of|was|with) )?['\"(\[#]?"
_AFTER_CODE: Final = r"(?![^\W_]|[.,]\d)"
_CODE_WORDS: Final = (
    r"[Ss](?i:tatus(?:[ _\-]?code)?|ignal|(?:ub|ql)[ _\-]?code)|[Cc](?i:ode|lose[ _\-]?code)"
    r"|[Ee](?i:rrno|rr(?:or)?[ _\-]?code|xit(?:ed)?(?:[ _\-]?(?:status|code|signal))?(?: with)?(?: (?:status|code))?)"
    r"|[Hh](?i:ttp[ _\-]?(?:status(?:[ _\-]?code)?|code))|[Gg](?i:rpc[ _\-]?(?:status(?:[ _\-]?code)?|code))"
    r"|[Rr](?i:c(?==)|e(?:turn|t|sponse|sult|ason)[ _\-]?(?:code|status(?:[ _\-]?code)?))"
    r"|[Ww](?i:in ?error)|[Vv](?i:endor ?code)|[Nn](?i:ative ?code)"
)
WORDED_CODE: Final = "|".join(
    (
        rf"(?:{_CODE_WORDS}){_AFTER_WORD}[\-\u2212]?\d{{1,6}}{_AFTER_CODE}",
        r"[Ss](?i:qlstate)[\s\[:=(]{1,3}[0-9A-Z]{5}(?![^\W_])",
        rf"[Ee](?i:rror)(?:[ #(]{{1,2}}-?\d{{1,6}}{_AFTER_CODE}"
        rf"|['\"]?[:=] ?-?(?:[1-5]\d\d{_AFTER_CODE}|\d{{1,6}}(?=\Z|[,;)\]])))",
        rf"[HhRr](?i:ttps?|esponse)(?:/\d(?:\.\d)?)?(?i: error| status)?[ :=(\[]{{1,3}}[1-5]\d\d{_AFTER_CODE}",
        r"[RrAaFf](?i:eturned|esponded with|nswered(?: with)?|ailed(?: with)?):? [45]\d\d(?=\Z|[.,;:)\]]| [A-Z(]| -)",
        r"[OPTD](?:RA|LS|NS|PY|PI)-\d{3,5}",
    )
)
NUMBER_CODE: Final = "|".join(
    (
        rf"[1-5]\d\d(?: (?:{_PHRASES})|(?=, message=))",
        r"\d{1,5}(?=, ?['\"]|\))(?:(?<=\A\(\d)|(?<=\A\(\d\d)|(?<=\A\(\d{3})|(?<=\A\(\d{4})|(?<=\A\(\d{5}))",
        r"[1-5]\d\d(?<=\A\d\d\d)(?=:? [A-Z{<]|\Z)|\d\d?(?= [A-Z_]{4,}:)(?:(?<=\A\d)|(?<=\A\d\d))",
    )
)
RAISED_CODE: Final = r"(?:(?<=Error\()|(?<=Exception\())-?\d{1,5}(?=, ?['\"]|\))"
RPC_CODE: Final = r"[\-\u2212]32(?:[0-6]\d\d|7[0-5]\d|76[0-8])(?!\d)"
CODE: Final = "|".join((WORDED_CODE, NUMBER_CODE, RAISED_CODE, RPC_CODE))
