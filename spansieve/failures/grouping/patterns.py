"""What varies in messages, a pattern a kind: addresses, times, paths, ids, numbers.

Each is to be tried at the start of a word. All are unambiguous or short, so that one try costs no more than the text
behind it, and begin with a class of characters where they can: what does not fit there is refused for next to nothing.
"""

import re
from typing import Final

END: Final = r"(?![^\W_])"
"""The end of a word."""

_EXTENSIONS: Final = (
    "7z bak bash bat bin bmp bz2 c++ cc cfg cjs conf cpp crt cs css csv cts dat db diff doc docx env exe gguf gif "
    "go gz h5 hpp htm html ico ini ipynb jar java jpeg jpg js json jsonl jsx kt lock log md mjs mov mp3 mp4 mts "
    "ndjson npy npz odt onnx parquet patch pdf pem php pickle pkl png pptx ppt proto ps1 pt py pyc pyi rb rs rst "
    "rtf safetensors scala scss sh sql sqlite sqlite3 svg swift tar tf tgz tmp toml ts tsv tsx txt vue wav webp "
    "whl xls xlsx xml xz yaml yml zip zsh "
)


def _by_first(words: str) -> str:
    """The words as a pattern that looks at the first letter once."""
    rests: dict[str, list[str]] = {}
    for word in words.split():
        rests.setdefault(word[0], []).append(re.escape(word[1:]))
    return "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in rests.items())


EXTENSION: Final = rf"\.(?:{_by_first(_EXTENSIONS)})(?!\w|\.\w|\()"
"""A known file extension at the end of a name."""
_LINE: Final = r"(?::\d+){0,3}"
_PART: Final = r"[\w.@+~%=#$\-]+"
ROOTED: Final = rf"(?<![_/<.)\]])/{_PART}(?:/{_PART})*/?(?<!\.)(?:\?[^\s\"'<>`)\]]*|{_LINE})"
HOME: Final = rf"~\w*(?:/{_PART})+/?(?<!\.){_LINE}|~/"
DOTTED: Final = rf"\.{{1,2}}(?:[/\\]{_PART})+[/\\]?(?<!\.){_LINE}|\.\.?/"
DRIVE: Final = (
    rf"[A-Za-z]:(?:[\\/]+[^\s\\/:*?\"'<>|,;)\]]+(?: [^\s\\/:*?\"'<>|]+(?=\\))*)+[\\/]*(?<!\.){_LINE}|[A-Za-z]:\\"
)
SHARE: Final = r"\\\\[\w.$\-]+(?:\\[\w.$\-]+)+"
RELATIVE: Final = (
    rf"(?=[\w@+\-]{{0,64}}+[./\\])(?:(?:[\w.@+\-]{{1,64}}+[/\\]){{0,32}}+[\w.@+\-]{{0,64}}{EXTENSION}{_LINE}"
    r"|[\w.@+\-]{1,64}+(?:/[\w.@+\-]{1,64}){2,32}/?(?<!\.)"
    r"|[\w.\-]{1,64}+/(?=['\"`”,;:)\s]|\Z))"
)
"""Begun at any word, so what it reads is bounded: else a text of dots would cost its square."""
PATH: Final = "|".join((ROOTED, HOME, DOTTED, DRIVE, SHARE, RELATIVE))
URL: Final = r"[A-Za-z][A-Za-z0-9+.\-]{1,20}://[^\s\"'<>`“”]+|data:[\w/+.\-]+;base64,[^\s\"'<>`]+"
EMAIL: Final = r"[\w.+%\-]{1,64}+@[\w\-]+(?:\.[\w\-]+)+"
UUID: Final = rf"[0-9a-fA-F]{{8}}(?:-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}{END}"
_SIX: Final = (
    r"(?=[0-9a-fA-F:]{0,45}\d)(?=[0-9a-fA-F:]{0,45}::|(?:[0-9a-fA-F]{1,4}:){7})"
    r"(?:[0-9a-fA-F]{0,4}:){2,8}[0-9a-fA-F]{0,4}(?:(?:\.\d{1,3}){3})?(?:%\w+)?"
)
IPV4: Final = r"\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5}|/\d{1,2})?(?!\.?[^\W_])"
IPV6: Final = rf"(?<!:)(?=[0-9a-fA-F]{{0,4}}:[0-9a-fA-F:]){_SIX}(?:/\d{{1,3}})?(?![\w:])"
BRACKETED: Final = rf"\[{_SIX}\](?::\d{{1,5}})?"
_MONTH: Final = r"[JFMASOND](?:an|eb|ar|pr|ay|un|ul|ug|ep|ct|ov|ec)[a-z]*"
_ZONE: Final = rf"(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d){END})?"
_CLOCK: Final = rf"\d\d?:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?[AaPp][Mm]{END})?{_ZONE}"
DAY_MONTH: Final = rf"\d{{1,2}}[ /\-]{_MONTH}[ /\-]\d{{4}}(?:[ :]{_CLOCK})?{END}"
MONTH_DAY: Final = rf"{_MONTH} \d{{1,2}},? {_CLOCK}(?: \d{{4}})?{END}"
WEEKDAY: Final = rf"[MTWFS](?:on|ue|ed|hu|ri|at|un)[a-z]*,? (?:{DAY_MONTH}|{MONTH_DAY})"
EPOCH: Final = rf"1\d{{9}}(?:\d{{3}}|\.\d{{1,9}})?(?!\.?\d){END}"
TIME: Final = "|".join(
    (
        rf"\d{{4}}(?P<between>[-/.])\d\d(?P=between)\d\d(?:[T ]{_CLOCK})?{END}",
        rf"\d{{8}}T\d{{6}}Z?{END}",
        rf"\d{{1,2}}/\d{{1,2}}/\d{{2,4}}(?: {_CLOCK})?{END}",
        DAY_MONTH,
        rf"\d{{1,2}}:\d\d:\d\d(?:[.,]\d+)?(?: ?[AaPp][Mm])?{_ZONE}{END}",
        rf"\d{{1,2}}:\d\d ?[AaPp][Mm]{END}",
        r"[012]\d:[0-5]\d(?<!line .....)(?![:\w])",
        EPOCH,
    )
)
_PREFIXES: Final = (
    "ami arn asst batch call chatcmpl cmpl conv cus evt fc file ft ftjob gen gho ghp ghs item job key msg org pi "
    "pk pod proj req resp rs run sess session sg sk span srvtoolu step sub subnet task thread tok token toolu "
    "trace user vol vpc vs ws xoxb xoxp "
)
PREFIXED: Final = (
    rf"(?P<prefix>(?:{_by_first(_PREFIXES)})[_-])(?=(?:proj-|ant-|live_|test_)?[A-Za-z]{{0,64}}\d)"
    r"(?=\d{0,64}[A-Za-z])[A-Za-z0-9][\w\-]{3,}"
    r"|(?P<arn>arn:)[\w\-]+:[^\s\"'<>,)\]]+|eyJ[\w\-]{6,}\.[\w\-]+(?:\.[\w\-]*)?"
)
_KUBE: Final = "bcdfghjklmnpqrstvwxz2456789"
SUFFIX: Final = (
    rf"(?=[a-z\-]*\d)[bcdfghjklmnpqrstvwxz0-9]{{6,10}}-[{_KUBE}]{{5}}(?![^\W_]|-)"
    rf"|(?=[a-z]*\d)(?=\d*[a-z])[{_KUBE}]{{5}}(?![\w\-])"
    rf"|(?![A-Za-z]+\d{{1,3}}{END})(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{{6,}}{END}"
)
HEX: Final = rf"(?=[a-fA-F]*\d)(?=\d*[a-fA-F])[0-9a-fA-F]{{8,}}{END}"
ADDRESS: Final = rf"0[xX][0-9a-fA-F]+{END}"
RUN: Final = rf"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{{12,}}(?:[+/=][A-Za-z0-9+/=]*)?{END}"
_NUMBER: Final = r"\d+(?:\.\d+)?"
_DURATION_UNIT: Final = (
    r"(?:s(?:ec(?:ond)?s?)?|m(?:s(?:ecs?)?|in(?:ute)?s?|illiseconds?|icroseconds?)?|h(?:rs?|ours?)?|d(?:ays?)?|[uµμ]s"
    r"|n(?:s|anoseconds?)|weeks?)"
)
DURATION: Final = (
    rf"{_NUMBER} ?{_DURATION_UNIT}(?:(?:,? (?:and )?)?{_NUMBER} ?{_DURATION_UNIT}(?=[\d\W_]|\Z))*{END}"
    rf"|{_NUMBER}(?:[hm]\d+(?:\.\d+)?)+s?{END}"
)
_SIZE_UNIT: Final = r"(?:[KMGTP]i?[Bb]?|k?B|[kmgt]i?b|bytes?|(?:kilo|mega|giga)bytes?)"
SIZE: Final = rf"(?:\d{{1,3}}(?:,\d{{3}})+|{_NUMBER}) ?{_SIZE_UNIT}{END}"
VERSION: Final = rf"v?\d+(?:\.\d+){{2,}}(?:[\-.]?(?:rc|alpha|beta|dev|post|a|b)[.\d]*)?{END}|v\d+\.\d+{END}"
NUM: Final = "|".join(
    (
        rf"(?<![(\[])\d{{1,3}}(?:,\d{{3}})+(?!,?\d)(?:\.\d+)?{END}|\d+(?:_\d{{3}})+{END}",
        VERSION,
        rf"\d+(?:\.\d+)?(?:[eE][+\-]?\d+)?(?:st|nd|rd|th|[kKMx])?{END}",
    )
)
