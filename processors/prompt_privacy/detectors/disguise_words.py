"""Cores that tell that a text may hold a disguised thing, for the union of words.

They are searched in raw requests too. So a percent sign or a character reference alone is none of them, and neither is
the full-width punctuation of Chinese and Japanese text.
"""

from .keys import SUFFIX

_INVISIBLE = r"(?:\xc2\xad|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xe2\x81[\xa0-\xa4\xa6-\xa9]|\xef\xbb\xbf)"
_FULL_WIDTH_WORD = r"(?:\xef\xbc[\x90-\x99\xa1-\xba]|\xef\xbd[\x81-\x9a])"
_PERCENT = r"%(?:25)*"
_NO_SLASH = rf"(?:[\w.+!*$~-]|{_PERCENT}(?:[013-9A-Fa-f][0-9A-Fa-f]|2[0-46-9A-Ea-e]))"
_MARK = r"(?:2[0-9A-Fa-f]|3[A-Fa-f]|5[BbDd]|7[BbDd])"
"""The code of a punctuation mark that may stand before a number."""
_NUMBER = (
    r"(?:[0-9](?:[ .-]?[0-9]){5}|[A-Za-z]{2}[0-9]{2}[ -]?[A-Za-z0-9]{4}|[A-Z]{2} [0-9]{2}|(?:[XYZ]-?|[A-Z]{4})[0-9]{6})"
)
"""What numbers begin with, and those with letters."""
_COLOURS = r"(?:(?:\x1b|\\+(?:u001[bB]|x1[bB]|033|e))\[[0-9;]*[mK])+"
_KEYS = (
    r"(?i:pass(?:w(?:or)?d|[ _-]?phrase|code)?|pwd|secret|token|key|auth(?:orization)?|credentials?|sig|sid"
    r"|session(?:[_-]?id)?|cookie|dob)" + SUFFIX
)

WORDS: tuple[str, ...] = (
    # invisible characters behind a character of a value; not those that join emoji
    rf"[\w.@+=:/-]{_INVISIBLE}",
    r"[\w.@+=:/-]\\+u(?i:200[b-f]|202[a-e]|20[26][0-4]|00ad|feff)",
    rf"[\w.@+=:/-]{_PERCENT}(?i:E2{_PERCENT}80{_PERCENT}8[B-F]|E2{_PERCENT}81{_PERCENT}A[0-4]|C2{_PERCENT}AD|EF{_PERCENT}BB)",
    # full-width at signs, letters and digits; marks only between letters or digits
    r"\xef\xbc\xa0|\xef\xb9\xab",
    rf"{_FULL_WIDTH_WORD}{_FULL_WIDTH_WORD}",
    rf"(?:[A-Za-z0-9]|{_FULL_WIDTH_WORD})\xef\xbc[\x8b\x8d-\x8f](?:[A-Za-z0-9]|{_FULL_WIDTH_WORD})",
    r"\\+u(?i:ff(?:20|0[bde]|1[0-9]|2[1-9a-f]|3[0-9a]|4[1-9a-f]|5[0-9a])|fe6b)",
    # at signs
    rf"{_PERCENT}40[A-Za-z0-9\x80-\xff-]+(?:\.|{_PERCENT}2[eE])[A-Za-z]",
    rf"{_PERCENT}40{_PERCENT}[2-7][0-9A-Fa-f]",
    r"\\+u0040[A-Za-z0-9]",
    r"&(?:amp;)*(?:#0*64|#[xX]0*40|commat);",
    r"@[A-Za-z0-9-]+(?:&(?:amp;)*(?:#0*46|#[xX]0*2[eE]|period);|\\+u002[eE]|%2[eE])",
    # letters and digits as references or escapes
    r"&(?:amp;)*#(?:0*(?:4[3-689]|5[0-7]|6[5-9]|[789][0-9]|1[01][0-9]|12[0-2])|[xX]0*(?:2[BbDdEe]|3[0-9]|[4-7][0-9A-Fa-f]));",
    r"\\+u00(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])",
    # numbers
    rf"{_PERCENT}2[Bb](?:\(|{_PERCENT}28)?[1-9][0-9 (.%-]",
    rf"{_PERCENT}28[0-9][0-9][0-9]{_PERCENT}29",
    rf"[0-9][0-9)]{_PERCENT}(?:20|2[Dd])[0-9][0-9]",
    r"[0-9)](?:\xc2\xa0|\xe2\x80[\x87\x89\xaf])[0-9]",
    r"\\+u002[bB]\(?[1-9]",
    rf"{_PERCENT}{_MARK}{_NUMBER}",
    rf"\\+u00{_MARK}{_NUMBER}",
    # a terminal's colours inside a value, and behind a key
    rf"[\w@.+=:-]{_COLOURS}[\w@.+=:-]",
    rf"{_KEYS}[\"'\\]*{_COLOURS}[\"'\\]*(?:[ ]?[:=]|\|)",
    # keys with their values, and URLs inside URLs
    rf"{_KEYS}(?:{_PERCENT}22)?{_PERCENT}3[AaDd]",
    rf"{_KEYS}(?:\\+u003[dD]|\\+u0022|&quot;)",
    rf"{_PERCENT}3[Aa]{_PERCENT}2[Ff]{_PERCENT}2[Ff]{_NO_SLASH}*(?:@|{_PERCENT}40)",
)
