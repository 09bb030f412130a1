"""Which browsers' pages may send, said as the Fetch standard wants it (fetch.spec.whatwg.org, "CORS protocol")."""

import re
from collections.abc import Mapping

from .config import Cors

_USUAL = frozenset({"accept", "accept-language", "content-language", "content-type", "origin", "x-requested-with"})


class CorsRules:
    """The rules of one listener; without `allowed_origins` they allow nothing and say nothing."""

    def __init__(self, config: Cors | None) -> None:
        """Make the patterns; `*` stands for any text."""
        self._config = config or Cors()
        patterns = (re.escape(origin.lower()).replace(r"\*", ".*") for origin in self._config.allowed_origins)
        self._origins = re.compile("|".join(patterns)) if self._config.allowed_origins else None
        self._headers = _USUAL | {name.lower() for name in self._config.allowed_headers}

    @property
    def on(self) -> bool:
        """Whether any page may send."""
        return self._origins is not None

    def _allowed(self, request: Mapping[str, str]) -> str:
        origin = request.get("Origin", "")
        return origin if origin and self._origins is not None and self._origins.fullmatch(origin.lower()) else ""

    def answer(self, request: Mapping[str, str]) -> dict[str, str]:
        """Headers of an answer to a page's request."""
        if not self.on:
            return {}
        origin = self._allowed(request)
        if not origin:
            return {"Vary": "Origin"}
        headers = {"Vary": "Origin", "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
        if self._config.exposed_headers:
            headers["Access-Control-Expose-Headers"] = ", ".join(self._config.exposed_headers)
        return headers

    def preflight(self, request: Mapping[str, str]) -> dict[str, str]:
        """Headers of the answer to an OPTIONS request; without permission in them the browser sends nothing."""
        varies = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
        asked = request.get("Access-Control-Request-Headers", "")
        wanted = [name.strip() for name in asked.split(",") if name.strip()]
        origin = self._allowed(request)
        posts = request.get("Access-Control-Request-Method", "").upper() == "POST"
        if not (origin and posts and ("*" in self._headers or self._headers.issuperset(map(str.lower, wanted)))):
            return {"Vary": varies}
        headers = {
            "Vary": varies,
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Methods": "POST",
        }
        if wanted:
            headers["Access-Control-Allow-Headers"] = ", ".join(wanted)
        if self._config.max_age:
            headers["Access-Control-Max-Age"] = str(self._config.max_age)
        return headers
