r"""Names of secrets: the words they are made of, and which names with such a word name something else.

The words are patterns as RE2 and Python's `re` both read them, over UTF-8 bytes; letters beyond ASCII as `\x..`.
"""

import re
from enum import Enum
from functools import lru_cache


class Kind(Enum):
    """How strictly the value behind a name is judged."""

    PASSWORD = 1
    """Chosen by people: 6 bytes will do."""
    SECRET = 2
    """Made by machines: 12 bytes or more, with a digit."""
    KEY = 3
    """Some `..._key`: as SECRET, and random without doubt."""
    SESSION = 4
    """A session's id: as SECRET, but no UUID, since traces are full of those."""
    BASIC = 5
    """`auth`: base64 of `user:password`."""
    COOKIE = 6
    """A bare session; `name=value` pairs are the headers' business."""


CHOSEN = (
    r"(?:passw(?:or)?d|pass[ _-]?phrase|passcode|pwd|passwort|kennwort|mot[ _-]de[ _-]passe|contrase(?:\xc3\xb1|n)a"
    r"|senha|palavra-passe|wachtwoord|l\xc3\xb6senord|has\xc5\x82o|adgangskode|passord|salasana|parola|\xc5\x9fifre"
    r"|\xd0[\xbf\x9f]\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|\xe5\xaf\x86\xe7\xa0\x81"
    r"|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8)"
)
"""Password, in languages; in small and in capital letters."""
BRIEF = r"(?:(?:^|[^A-Za-z]|\\[nrt])(?i:pass|pw|psk)|[a-z]Pass)"
"""`pass`, `pw` and `psk` (of a wireless network) as a word of its own: the byte before it belongs to the match."""
MADE = r"(?:secret|token|(?:api|access|account|secret|private)[ _.-]?key|credentials?|x-amz-signature|x-goog-signature)"
LEADS = r"(?=[AaCcHhJjKkLlMmPpSsTtWwXx\xc5\xd0\xe3\xe5\xeb])"
"""What CHOSEN, MADE and SESSION begin with: before them in patterns of `re`, which would try each word otherwise."""
KEY = r"(?:[A-Za-z0-9][_-](?i:key)|[a-z0-9]Key)"
"""Any other `..._key`: the byte before it belongs to the match."""
SESSION = r"(?:session[_-]?id|sess[_-]id|jsessionid|phpsessid|connect\.sid)"
WHOLE = r"(?:^|[^A-Za-z0-9_]|\\[nrt])(?i:sig|sid)"
"""Words that count only alone: the byte before them belongs to the match."""
SUFFIX = (
    r"(?i:[_.-]?(?:[0-9]{1,2}|prod(?:uction)?|dev|test|staging|live|value|old|new|current|primary|secondary|b64|base64"
    r"|plain|text|raw|base|backup|confirm(?:ation)?|again|repeat))?"
)
"""What may stand behind the word in a name that still names a secret: `DB_PASSWORD_PROD`, `token2`."""

_CRYPTIC = (
    r"(?:encryption|crypt|cipher|signing|signature|hmac|aes|shared|master|deploy|license|licence|fernet|jwt|webhook"
    r"|storage|auth|app|application|service|server|client|consumer|subscription|write|ingest|integration|admin|root|ssh"
    r"|host|session|stripe|openai|anthropic|sendgrid|maps|datadog|dd|algolia|honeycomb|functions?|cosmos|vault|unseal"
    r"|recovery|transport|stream|join|cluster|base)_key"
)
"""Keys that are a secret even where they are plain hexadecimal digits, as other things' keys seldom are."""
_NO_TOKEN = frozenset(
    b"request idempotency starting prev previous page paging pagination continuation resume sync cursor max min pad eos"
    b" bos unk sep mask cls stop special start end first last current curr num n total cancel cancellation cancelation"
    b" lock fencing prompt completion input output cached image audio per count text word sub peek lookahead delimiter"
    b" punctuation operator claim block newline".split()
)
"""What stands before `_token` where that is a place in a list, a piece of language, or a count."""
_NO_KEY = frozenset(
    b"primary foreign sort cache public pub partition idempotency dedup deduplicate deduplication routing object s3"
    b" bucket lookup group grouping index row col column map dict hash json config setting feature flag i18n"
    b" translation locale message msg event item node parent child state context doc document job task span trace"
    b" metric label tag hot press unique shard range issue project natural composite candidate surrogate query param"
    b" attr attribute field prop property sub super by for get set has on no any this the registry env header bind"
    b" binding memo etag blob file path section category topic record entity order instance merge class type data"
    b" template result run step thread conversation lock redis kv prompt arrow left right up down control ctrl shift"
    b" alt meta escape enter return tab delete backspace modifier".split()
)
"""What stands before `_key` where that is a key of a table, a mapping or a keyboard."""

_CAMEL = re.compile(rb"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS = re.compile(rb"[ .-]")
_NEXT = re.compile(rb"(?:^|_)next(?:_[a-z]+)?_?token\Z")
_KINDS = tuple(
    (re.compile(f"{pattern}{SUFFIX}\\Z".encode(), re.IGNORECASE), kind)
    for pattern, kind in (
        (rf"(?:{CHOSEN}|(?:^|_)(?:pass|pw|psk))", Kind.PASSWORD),
        (rf"(?:{SESSION}|connect_sid|(?:^|_)sid)", Kind.SESSION),
        (rf"(?:{MADE}|{_CRYPTIC}|x_(?:amz|goog)_signature|^sig|authorization)", Kind.SECRET),
        (r"cookie", Kind.COOKIE),
        (r"_key", Kind.KEY),
        (r"(?:^|_)auth", Kind.BASIC),
    )
)


@lru_cache(maxsize=4096)
def kind_of(name: bytes) -> Kind | None:
    """What kind of secret bears `name` (as written: `dbPassword`, `X-Api-Key`); None where it names none, such as
    `next_page_token` or `primary_key`.
    """
    plain = _SEPARATORS.sub(b"_", _CAMEL.sub(b"_", name)).lower()
    return None if _names_no_secret(plain) else next((k for words, k in _KINDS if words.search(plain)), None)


def _names_no_secret(plain: bytes) -> bool:
    before, _, last = plain.rpartition(b"_")
    word = before.rpartition(b"_")[2]
    if last in {b"token", b"tokens"}:
        return last == b"tokens" or word in _NO_TOKEN or _NEXT.search(plain) is not None
    return last == b"key" and word in _NO_KEY
