"""`dry_run`: everything passes as it is, and nobody may forget that."""

from typing import Final

from spansieve.plugin import Host, Mistake

from .config import PromptPrivacyConfig

REMIND_SECONDS: Final = 600.0
_WARNING: Final = (
    "dry_run is true: nothing is taken out, personal data and secrets pass as they are. The metric "
    "spansieve_privacy_findings_total counts what would go"
)


def confined(config: PromptPrivacyConfig) -> Mistake | None:
    """Why data must not leave this host, or None where it may."""
    if not config.dry_run or config.i_know:
        return None
    hint = "Set dry_run: false, send to this host alone while you try it, or set i_know: true if you mean it."
    return Mistake("nothing is taken out of the data", hint, path=("dry_run",))


class Reminder:
    """Warns at the start and then every ten minutes, as long as data passes."""

    def __init__(self, host: Host) -> None:
        """The first time is now."""
        self._host = host
        self._due = float("-inf")

    def remind(self) -> None:
        """Warn if it is time to."""
        now = self._host.clock.monotonic()
        if now >= self._due:
            self._due = now + REMIND_SECONDS
            self._host.log.warning(_WARNING)
