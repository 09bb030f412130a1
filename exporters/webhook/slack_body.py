"""Messages for Slack's incoming webhooks. Source: Slack, "Block Kit" (limits), "Formatting text for app surfaces"."""

from collections.abc import Sequence
from typing import Any, Final

from spansieve.alerts import Alert
from spansieve.links import LinkTemplate

from .fields import said_of
from .links import links_of
from .notification import Notification

MAX_BLOCKS: Final = 50
MAX_TEXT: Final = 3000
"""Characters of a section."""
_PER_ALERT: Final = 2
_SHOWN: Final = 250
"""Characters of one text of an alert; escaped, one may become six."""
_NAMES, _LINKS = 4, 5
_SIGNS: Final = {
    "critical": ":rotating_light:",
    "error": ":red_circle:",
    "warning": ":warning:",
    "info": ":information_source:",
}


def slack_body(
    notification: Notification, shown: Sequence[Alert], links: Sequence[LinkTemplate], external_url: str
) -> dict[str, Any]:
    """The message with `shown` of the alerts."""
    firing = sum(alert.status == "firing" for alert in notification.alerts)
    state = f"FIRING: {firing}" if firing else "RESOLVED"
    names = [value for name, value in notification.group_labels.items() if name != "fingerprint"]
    title = f"[{state}] " + " ".join(_short(name, 60) for name in names[:_NAMES])
    fits = shown[: (MAX_BLOCKS - 2) // _PER_ALERT]
    blocks = [_section([f"*{title}*" + (f"  <{_url(external_url)}|open>" if external_url else "")])]
    for alert in fits:
        blocks += _alert(alert, links)
    more = len(notification.alerts) - len(fits)
    if more:
        blocks.append(_context(f"and {more} more"))
    text = f"{title} {_short(notification.alerts[0].summary)}"
    return {"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def escaped(text: str) -> str:
    """`text` as nothing but text: no link, no mention, no format, on one line."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = "".join(sign if sign.isprintable() else " " for sign in text)
    return text.replace("`", "'").replace("@", "@\u200b").replace("*", "\u2217")


def _alert(alert: Alert, links: Sequence[LinkTemplate]) -> list[dict[str, Any]]:
    pattern = alert.pattern
    sign = _SIGNS[alert.severity] if alert.status == "firing" else ":white_check_mark:"
    lines = [f"{sign} *{_short(alert.type)}* {_short(alert.summary)}"]
    found = [f"<{_url(link['url'])}|{_short(link['name'], 60).replace('|', ' ')}>" for link in links_of(alert, links)]
    if pattern is not None:
        lines.append(f"`{_short(pattern.key)}`  {pattern.count} in all, {pattern.rate_per_minute:.3g} a minute")
    lines += found[:_LINKS]
    if said := said_of(alert):
        lines.append(f"`{_short(said)}`")
    if alert.path:
        lines.append(_short(" → ".join(alert.path)))
    labels = "  ".join(f"{name}: {value}" for name, value in alert.labels.items())
    return [_section(lines), *([_context(_short(labels))] if labels else [])]


def _short(text: str, most: int = _SHOWN) -> str:
    """Cut before it is escaped, so that no escape is cut."""
    return escaped(text if len(text) <= most else f"{text[: most - 1]}…")


def _url(url: str) -> str:
    return url.replace("&", "&amp;").replace("<", "%3C").replace(">", "%3E").replace("|", "%7C")


def _section(lines: Sequence[str]) -> dict[str, Any]:
    """A section with as many whole lines as it holds."""
    text = ""
    for line in lines:
        if len(text) + len(line) < MAX_TEXT:
            text += f"\n{line}" if text else line
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}
