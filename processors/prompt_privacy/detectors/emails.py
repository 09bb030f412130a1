"""E-mail addresses, and what only looks like one: decorators, versions, units, matrix products, accounts on hosts.

Sources: RFC 5322, section 3.4.1, without quoted local parts; RFC 6531 and RFC 5890 for letters beyond ASCII.
"""

import re
from collections.abc import Sequence

from .endings import COMMON_TLDS, NO_TLDS, REGISTRIES
from .family import Family, Finding, is_escape

_WINDOW = 256
"""Bytes to either side of the @ that are looked at: a domain has no more."""

# Letters beyond ASCII as UTF-8: Latin to Arabic, the scripts of India, Vietnamese; no punctuation is among them.
# Chinese, Japanese and Korean are written without spaces: an address may follow them directly, so they never mix with
# ASCII here.
_LETTER = rb"[\xc3-\xdf][\x80-\xbf]|\xe0[\xa4-\xb7][\x80-\xbf]|\xe1[\xb8-\xbb][\x80-\xbf]"
_UNSPACED = rb"\xe3[\x81-\xbf][\x80-\xbf]|[\xe4-\xed][\x80-\xbf]{2}"
_UNSPACED_TLDS = "|".join(("中国", "中國", "公司", "网络", "網絡", "香港", "台灣", "台湾", "한국")).encode()

# The local part is read backwards from the @, so the bytes of each letter stand in reverse.
_LOCAL = re.compile(
    rb"(?:[\w.+%-]|[\x80-\xbf][\xc3-\xdf]|[\x80-\xbf][\xa4-\xb7]\xe0|[\x80-\xbf][\xb8-\xbb]\xe1){1,64}"
    rb"|(?:[\x80-\xbf](?:[\x81-\xbf]\xe3|[\x80-\xbf][\xe4-\xed])){1,20}"
)
_DOMAIN = re.compile(
    rb"(?:(?:(?:[A-Za-z0-9-]|" + _LETTER + rb"){1,63}|(?:" + _UNSPACED + rb"){1,20})\.){1,8}"
    rb"(?:xn--[A-Za-z0-9-]{2,59}|[A-Za-z]{2,24}|(?:[\xce-\xdf][\x80-\xbf]){2,12}|" + _UNSPACED_TLDS + rb")"
)
# Nearly all have none of these letters: quicker patterns for those.
_ASCII_LOCAL = re.compile(rb"[\w.+%-]{1,64}")
_ASCII_DOMAIN = re.compile(rb"(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}")
_ACCOUNTS = frozenset((b"git", b"hg", b"noreply", b"no-reply", b"no_reply", b"donotreply", b"do-not-reply"))
_DIRECTIVE = re.compile(rb"%[-.0-9]*[sdvu]")
_VERSION = re.compile(rb"v?\d+\.\d+(?:[.+-]|$)")
_CODE = re.compile(rb"(?:self|this|cls|np|jnp|tf|torch)\.", re.IGNORECASE)
_MAIL_SCHEME = re.compile(rb"(?:mailto|sips?|xmpp):/$", re.IGNORECASE)


def _find(text: bytes, start: int, end: int) -> Sequence[Finding]:
    at = start + 1
    if text[at : at + 1] != b"@":
        return ()
    stop = _stop(text, at + 1, _domain_end(text, at + 1))
    begin = _begin(text, at) if stop > 0 else -1
    if begin < 0 or _names_a_host(text, begin, stop):
        return ()
    return (Finding(begin, stop, "EMAIL", "email"),)


def is_address(value: bytes) -> bool:
    """Whether `value` is an e-mail address, and nothing else."""
    at = value.find(b"@")
    return [(one.start, one.end) for one in _find(value, at - 1, at)] == [(0, len(value))] if at > 0 else False


def _domain_end(text: bytes, start: int) -> int:
    """Where a domain that begins at `start` seems to end; `start` where there is none."""
    domain = _ASCII_DOMAIN.match(text, start, start + _WINDOW)
    if not domain or text[domain.end() : domain.end() + 1] >= b"\x80":
        domain = _DOMAIN.match(text, start, start + _WINDOW)
    return domain.end() if domain else start


def _local_start(text: bytes, at: int) -> int:
    """Where what may be a local part begins; `at` where there is none."""
    back = text[max(0, at - _WINDOW) : at][::-1]
    local = _ASCII_LOCAL.match(back)
    if not local or back[local.end() : local.end() + 1] >= b"\x80":
        local = _LOCAL.match(back)
    return at - local.end() if local else at


def _begin(text: bytes, at: int) -> int:
    """Where the local part before the @ at `at` begins; -1 where there is none, or it is nobody's."""
    start = _local_start(text, at)
    if start < at and is_escape(text, start):
        start += 1
    elif text[max(0, start - 1) : start] == b"\\" and re.match(rb"u[0-9A-Fa-f]{4}", text[start:at]):
        start += 5
    if _DIRECTIVE.fullmatch(text, start, at):
        return -1
    while start < at and text[start] in b".%+-":
        start += 1
    local = text[start:at].lower()
    nobodys = not local.strip(b"_+-.%") or local[-1] in b".%" or local in _ACCOUNTS
    return -1 if nobodys else start


def _stop(text: bytes, start: int, end: int) -> int:
    """Where the domain that was found from `start` to `end` really ends; -1 where it is none."""
    domain = text[start:end].lower()
    if not domain or _VERSION.match(domain) or _CODE.match(domain) or text[end : end + 1] == b"(" or domain[0] in b"-":
        return -1
    rest, last = domain.rsplit(b".", 1)
    before = rest.rsplit(b".", 1)[-1]
    if last in NO_TLDS and not (before in REGISTRIES and len(last) == 2 and b"." in rest):
        return start + len(rest) if before in COMMON_TLDS and b"." in rest else -1  # a file named after an address
    return end if last in COMMON_TLDS or not _goes_on(text, end) else -1


def _goes_on(text: bytes, end: int) -> bool:
    """Whether a word goes on where a domain seems to end; or an index, as in `a@b.data[0]`."""
    return re.match(rb"[\w\[]|-\w", text[end : end + 2]) is not None


def _names_a_host(text: bytes, start: int, end: int) -> bool:
    """Whether `user@host` from `start` to `end` is the authority of a URL: credentials and a host, no address.

    An address may be the user of a URL: then another @ follows.
    """
    slash = text.rfind(b"/", max(0, start - _WINDOW), start)
    if slash < 0 or text[end : end + 1] == b"@" or re.search(rb"[\s?#\"'<>,;]", text[slash:start]):
        return False
    scheme = text[max(0, slash - 12) : slash].replace(b"\\", b"")
    return scheme.endswith(b":/") and not _MAIL_SCHEME.search(scheme)


FAMILIES = (
    Family(
        name="email",
        entities=("EMAIL",),
        words=(r"[\w.+%\x80-\xbf-]@[A-Za-z0-9\x80-\xbf\xc3-\xed-]+\.[A-Za-z\xce-\xed]",),
        digits=(),
        find=_find,
    ),
)
