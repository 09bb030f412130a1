"""When to try again, and when not."""

import random

from .config import WebhookRetry
from .delivery import Outcome


def wait_of(outcome: Outcome, attempts: int, retry: WebhookRetry) -> float:
    """Seconds until the next try, after `attempts` failed: what the endpoint asked for, up to `max_interval`, or else
    the backoff with jitter: also where it asked for no wait at all, lest it is asked without end.
    """
    if outcome.after:
        return min(outcome.after, retry.max_interval)
    grown = retry.initial_interval * retry.multiplier ** min(attempts - 1, 64)
    spread = random.uniform(1 - retry.randomization_factor, 1 + retry.randomization_factor)  # noqa: S311 (no secret)
    return min(grown, retry.max_interval) * spread


def why_not(first_try: float, next_try: float, retry: WebhookRetry) -> str | None:
    """Why there is no next try at `next_try` (seconds, as `first_try`); None if there is."""
    if not retry.enabled:
        return "retry_disabled"
    most = retry.max_elapsed_time
    return "retries_exhausted" if most and next_try - first_try > most else None
