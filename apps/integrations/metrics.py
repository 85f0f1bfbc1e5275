"""What Prometheus hears of connections: by provider, never by person."""

from prometheus_client import Counter, Histogram

_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)

FLOWS = Counter(
    "switchboard_oauth_flows_total",
    "Handshakes begun and how they ended",
    ["provider", "outcome"],
)
REFRESHES = Counter(
    "switchboard_oauth_refreshes_total", "Tokens renewed", ["provider", "outcome"]
)
REFRESH_SECONDS = Histogram(
    "switchboard_oauth_refresh_seconds",
    "How long a provider took to renew a token",
    ["provider"],
    buckets=_SECONDS,
)
LOCK_SECONDS = Histogram(
    "switchboard_oauth_lock_wait_seconds",
    "How long a call waited for somebody else who renews the same token",
    buckets=_SECONDS,
)
REVOCATIONS = Counter(
    "switchboard_oauth_revocations_total",
    "Grants taken back at the provider",
    ["provider", "outcome"],
)
CALLS = Counter(
    "switchboard_oauth_calls_total",
    "Calls of a provider's API",
    ["provider", "capability", "outcome"],
)
CALL_SECONDS = Histogram(
    "switchboard_oauth_call_seconds",
    "How long a provider's API took",
    ["provider", "capability"],
    buckets=_SECONDS,
)
