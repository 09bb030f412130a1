"""What is left to make alike once values are masked: how many there were."""

import re
from typing import Final

_LIST: Final = re.compile(r"(<([a-z]+)(?: [^<>]*)?>)(?:, ?\1)+(?:, ?…)?")
_COUNTED: Final = (
    "error|item|row|file|attempt|token|argument|character|element|value|record|message|time|call|request|result|field|key"
    "|line|column|step|retry|issue|problem|warning|failure|sub-exception|thread|node|worker|page|chunk|document"
)
_ONE: Final = re.compile(
    rf"(<num> (?:(?!(?:of|in|to|at|on|for|and|or|from|by|with) )[a-z]+ )?(?:{_COUNTED}))(?![\w\-]| <num>)"
)
_WAS: Final = re.compile(r"(?<=<num> )was(?= given)")


def folded(masked: str) -> str:
    """A masked text with lists of one mask as one, and nouns that were counted in the plural."""
    if "<" not in masked:
        return masked
    masked = _LIST.sub(lambda found: f"{found[1]},…", masked)
    return _WAS.sub("were", _ONE.sub(r"\1s", masked)) if "<num> " in masked else masked
