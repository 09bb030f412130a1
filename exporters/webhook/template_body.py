"""Bodies by a Jinja template of the user's, in a sandbox: it sees the body `spansieve.webhook/v1`, and nothing else."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from jinja2 import ChainableUndefined, Template, TemplateSyntaxError, meta
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .notification import MAX_BODY_BYTES, Unsendable

_ENVIRONMENT: Final = ImmutableSandboxedEnvironment(
    autoescape=False,
    undefined=ChainableUndefined,  # an alert has no pattern, or no example: that costs no notification
    keep_trailing_newline=True,
)


@lru_cache(64)
def compiled(text: str) -> Template:
    """The template `text`. Raises ValueError with the line that is wrong."""
    try:
        named = list(meta.find_referenced_templates(_ENVIRONMENT.parse(text)))
        made = _ENVIRONMENT.from_string(text)
    except TemplateSyntaxError as error:
        raise ValueError(f"the template has a mistake in line {error.lineno}: {error.message}") from None
    except TemplateError as error:
        raise ValueError(f"the template has a mistake: {error.message}") from None
    if named:
        raise ValueError("the template includes another one, and there is none: write all of it here.")
    return made


def rendered(text: str, content_type: str, body: Mapping[str, Any]) -> bytes:
    """The body that the template `text` makes. Raises Unsendable where it fails, or where it makes no JSON and has to;
    what is too long is cut off behind the limit, for whoever fits it.
    """
    parts: list[str] = []
    size = 0
    try:
        for part in compiled(text).generate(body):
            parts.append(part)
            size += len(part)
            if size > MAX_BODY_BYTES:
                return b" " * (MAX_BODY_BYTES + 1)
    except Exception as error:  # what a template raises may quote what it was given
        raise Unsendable(f"the template failed: {type(error).__name__}") from None
    made = "".join(parts)
    if _is_json(content_type):
        try:
            json.loads(made)
        except (ValueError, RecursionError):
            raise Unsendable("the template made no JSON") from None
    return made.encode("utf-8", "replace")


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")
