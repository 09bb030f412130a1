"""Alerts of all kinds, for tests: any that a processor could make, and one as people will know it."""

from hypothesis import strategies as st

from spansieve.alerts import Alert, Pattern, fingerprint_of, new_id
from spansieve.failures import ErrorContext

NOW_NS = 1_700_000_000_000_000_000
KEY = "TimeoutError:bash"

texts = st.text(max_size=20)
times = st.integers(0, 4_000_000_000_000_000_000)
counts = st.integers(0, 2**53)
hexes = st.text("0123456789abcdef", min_size=16, max_size=16)
scalars = st.one_of(
    texts, st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False), st.booleans()
)

patterns = st.builds(
    Pattern,
    key=texts,
    fingerprint=hexes,
    type=texts,
    tool=texts,
    template=texts,
    frames=st.lists(texts, max_size=3).map(tuple),
    count=counts,
    first_seen_ns=times,
    last_seen_ns=times,
    rate_per_minute=st.floats(0, 1e9),
    recovered=counts,
    state=st.sampled_from(["new", "active", "resolved", "regressed"]),
)
examples = st.builds(
    ErrorContext,
    trace_id=st.binary(min_size=16, max_size=16),
    span_id=st.binary(min_size=8, max_size=8),
    time_ns=times,
    type=texts,
    message=texts,
    stack=texts,
    tool=texts,
    agent=texts,
    user_id=texts,
    thread_id=texts,
    metadata=st.dictionaries(texts, scalars, max_size=4),
)
alerts = st.builds(
    Alert,
    id=st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26).map("al_{}".format),
    type=st.text("abcdefgh_", min_size=1, max_size=20),
    status=st.sampled_from(["firing", "resolved"]),
    severity=st.sampled_from(["critical", "error", "warning", "info"]),
    fingerprint=hexes,
    starts_at_ns=times,
    updated_at_ns=times,
    ends_at_ns=st.none() | times,
    summary=texts,
    count=counts,
    window_s=counts,
    labels=st.dictionaries(texts, texts, max_size=3),
    pattern=st.none() | patterns,
    example=st.none() | examples,
    path=st.lists(texts, max_size=3).map(tuple),
)

PATTERN = Pattern(
    key=KEY,
    fingerprint="00112233445566aa",
    type="TimeoutError",
    tool="bash",
    template="no answer within <dur>",
    frames=("tools/bash.run", "agent/loop.step"),
    count=40,
    first_seen_ns=NOW_NS - 600 * 10**9,
    last_seen_ns=NOW_NS,
    rate_per_minute=9.5,
    recovered=3,
    state="active",
)
EXAMPLE = ErrorContext(
    trace_id=bytes(range(16)),
    span_id=bytes(range(8)),
    time_ns=NOW_NS - 10**9,
    type="TimeoutError",
    message="no answer within 30s",
    stack='Traceback:\n  File "tools/bash.py", line 7, in run',
    tool="bash",
    agent="coder",
    user_id="<PERSON_kqzdkqzd>",
    thread_id="c-17",
    metadata={"gen_ai.request.model": "m-1", "attempt": 2, "cached": False, "share": 0.5},
)
SPIKE = Alert(
    id=new_id(NOW_NS),
    type="error_spike",
    status="firing",
    severity="warning",
    fingerprint=fingerprint_of("error_spike", "shop"),
    starts_at_ns=NOW_NS,
    updated_at_ns=NOW_NS,
    ends_at_ns=None,
    summary="12 errors in 60 s, mostly TimeoutError in bash",
    count=12,
    window_s=60,
    labels={"service": "shop", "tool": "bash"},
    pattern=PATTERN,
    example=EXAMPLE,
    path=("tool:bash", "agent:coder"),
)
"""An alert with everything that one can say."""
