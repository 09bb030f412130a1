"""What a value looks like: entropy, placeholders, code, numbers, paths. What all families of secrets ask."""

import re
from collections import Counter
from math import log2


def entropy(value: bytes) -> float:
    """Shannon's entropy of `value` in bits a byte; 0 where it is empty."""
    size = len(value)
    return -sum(count / size * log2(count / size) for count in Counter(value).values())


_DIGIT = re.compile(rb"[0-9]")
_LOWER = re.compile(rb"[a-z]")
_UPPER = re.compile(rb"[A-Z]")
_LETTER = re.compile(rb"[A-Za-z\x80-\xff]")


def has_digit(value: bytes) -> bool:
    """Whether a digit stands in `value`."""
    return _DIGIT.search(value) is not None


def has_letter(value: bytes) -> bool:
    """Whether a letter, of any script, stands in `value`."""
    return _LETTER.search(value) is not None


def is_mixed(value: bytes) -> bool:
    """Whether `value` has two of: small letters, capitals, digits."""
    lower, upper = _LOWER.search(value), _UPPER.search(value)
    return (lower is not None and upper is not None) or (lower is not upper and has_digit(value))


_SIGNS = re.compile(rb"\$[A-Za-z_({$]|%[A-Za-z({%]|[<{\[(]|#\{|@[{@]|[:@][A-Za-z_]+\Z|\?+\Z|\W{0,3}\Z")
_WORDS_OF_IT = re.compile(
    rb"!(?:ref|sub|secret|vault|env|getatt|join|var)\b|enc[(\[]|op:|vault:|ssm:|arn:|env:|secretref:|insert[-_ ]"
    rb"|enter[-_ ]|put[-_ ]|add[-_ ]|my[-_ ]?(?:api|secret|token|pass|key|access|own|new|super)"
    rb"|(?:the|some|any)[-_ ]?(?:api|secret|token|pass|key|access)|change[-_ ]?(?:me|this|it)\b"
    rb"|replace[-_ ]?(?:me|this|it)\b"
    rb"|fill[-_ ]?(?:me|this|it|in)\b|not?[-_ ]?(?:set|used|available|defined)|un(?:set|used|defined)|n/a\Z"
    rb"|dummy[-_]?(?:key|token|secret)"
)
"""In small letters, at the beginning."""
_TO_FILL = re.compile(
    rb"\$\{|\$\(|\{\{|\{[\w.:\[\]\"']{0,60}\}|%\(|%[sdr]\Z|<[^<>]{0,60}>|#\{|\*\*\*"
    rb"|\xe2\x80\xa2\xe2|\xe2\x80\xa6|\.\.\.|xxxxx|XXXXX|00000|-----|_____|#####"
)
_SAYS_SO = re.compile(
    rb"your|redacted|placeholder|withheld|masked|filtered|hidden|change[-_]?me|replace[-_]?me|[-_]here\Z"
)


def is_placeholder(value: bytes) -> bool:
    """Whether `value` stands for another, is masked, or says what to put there: `${X}`, `{{ x }}`, `<token>`, `****`,
    `%s`, `your-key`, `[REDACTED]`.
    """
    small = value.lower()
    if not value[:1].isalnum() and _SIGNS.match(value) is not None:
        return True
    return (
        _WORDS_OF_IT.match(small) is not None
        or _TO_FILL.search(value) is not None
        or _SAYS_SO.search(small) is not None
    )


_INVITED = re.compile(rb"your[-_]?[a-z]|[-_]here\Z|placeholder|x{5}|redacted|change[-_]?me|\.{3}")


def is_invited(body: bytes) -> bool:
    """Whether a token's `body` says what to put there, as in `sk-ant-api03-YOUR_KEY_HERE`."""
    return _INVITED.search(body.lower()) is not None


_PARTS = (
    r"(?:[a-z]|[A-Z][a-z])?"
    r"(?:(?:[A-Z]*+[a-z]{2,}+[0-9]{0,5}|DIGITS)(?:[A-Z]++[a-z]{2,}+[0-9]{0,5}|DIGITS){0,12}[A-Z]*+|[A-Z]{3,}+)"
).replace("DIGITS", "(?:[A-Z]{2,}+[0-9]{1,4}|[A-Z][0-9]{2,3})(?=[A-Z])")
"""Words written together, `parseJSONBody`, `SHA256Sum`."""
_WORDS = re.compile(
    # each word with what parts it from the next is settled once it matched: two ways of reading each would be 2^n
    rf"(?>[_\-./:, +@|]++|(?:[a-z]+|[A-Z]+|[A-Z][a-z]?|{_PARTS})?(?:[0-9]{{1,4}}[a-z]?|[0-9]{{5,20}})?"
    r"(?:[_\-./:, +@|]|\Z))+"
    r"|(?:[0-9]+[_\-./:]|[a-z]+(?:[_\-./:]|\Z))+".encode()
)


def is_wordy(value: bytes) -> bool:
    """Whether `value` is made of words as programs name things: `next_page_2`, `db-credentials`, `MaxRetries`,
    `config.token`, `API_KEY`.
    """
    return _WORDS.fullmatch(value) is not None


_CODE = re.compile(
    rb"""
    (?: self|this|config|settings|os|process|env|system|app|req|request|ctx|context|args|opts|options|params|props|data
      | secrets?|vars?|local|module|kwargs|inputs|github|matrix|steps|\$?_(?:ENV|SERVER|POST|GET) )
        (?: \?? \. [A-Za-z_] | \[ | -> )
    | (?: await|new|return|lambda|function|async|typeof|yield ) \b
    | (?: none|null|nil|true|false|undefined|nan|string|bytes|optional|str|int|bool|float|object|any ) \b
        (?! [!@\#$%^&*] )
    | [A-Za-z_]\w*+ (?: \(|\[|\{ | (?: (?:\.|\?\.|->|::) [A-Za-z_]\w*+ )++ \W? $ )
    | [A-Za-z_]{1,64}+=$
    | (?-i: (?:[A-Z][a-z]+)+ - (?:[A-Z][a-z]+)+ ) $
    | [A-Za-z_][\w.]*+ [=!<>]= [^=]
    """,
    re.VERBOSE | re.IGNORECASE,
)


def is_code(value: bytes) -> bool:
    """Whether `value`, found without quotes, is an expression or a type: `os.environ[`, `config.x`, `f(`, `None`."""
    return _CODE.match(value) is not None


_NUMBER = re.compile(rb"[-+]?[0-9][0-9_,.:TZe+\-]*|0x[0-9A-Fa-f]{1,8}")
_PATH = re.compile(rb"(?:[~.]{0,2}/|[A-Za-z]:[\\/]|\\\\)[\w.~/\\ @+-]*|(?:[\w.-]+/)+[\w-]+\.[A-Za-z]{1,5}")


def is_number(value: bytes) -> bool:
    """Whether `value` is a number, a date or a time."""
    return _NUMBER.fullmatch(value) is not None


def is_path(value: bytes) -> bool:
    """Whether `value` is a path of files. Base64 has slashes as well: it has digits among letters of both cases."""
    if _PATH.fullmatch(value) is None:
        return False
    parts = [part for part in value.split(b"/") if part]
    return not any(len(part) > 8 and has_digit(part) and not is_wordy(part) for part in parts)


_REFERENCE = re.compile(
    rb"[A-Za-z][\w+.-]{1,24}://|arn:aws|sha(?:1|256|384|512)[-:]|(?:ssh-|ecdsa-)[a-z0-9-]{3,20} AAAA|-{4,5} ?BEGIN"
    rb"|data:[a-z]+/|-----"
)


def is_reference(value: bytes) -> bool:
    """Whether `value` says where something is or proves what it is: a URL, an ARN, a digest, a public key, PEM."""
    return _REFERENCE.match(value) is not None


_UUID = re.compile(rb"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}")


def is_uuid(value: bytes) -> bool:
    """Whether `value` is a UUID."""
    return _UUID.fullmatch(value) is not None
