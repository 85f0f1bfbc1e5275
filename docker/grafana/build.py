"""`python docker/grafana/build.py`: the dashboards, written anew into dashboards/*.json.

A dashboard is a title and its panels; a panel is what it shows, in which unit, and the
queries with the words of their legends. Grafana takes everything else from here.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "dashboards"
# What one panel may span; Grafana counts 24 columns.
_WIDE, _HIGH, _COLUMNS = 12, 8, 24
_SECONDS = "switchboard_django_http_requests_latency_seconds_by_view_method_bucket"
_RESPONSES = "switchboard_django_http_responses_total_by_status_total"
# Those take the short way past what counts pages (apps/core/shortcut.py).
_WEBHOOKS = "switchboard_webhook_seconds"


@dataclass(frozen=True)
class Panel:
    title: str
    unit: str
    queries: tuple[tuple[str, str], ...]


def panel(title: str, unit: str, *queries: tuple[str, str]) -> Panel:
    return Panel(title, unit, queries)


def rate(counter: str, by: str = "") -> str:
    return f"sum{f' by ({by})' if by else ''} (rate({counter}[$__rate_interval]))"


def slowest(buckets: str, share: float, by: str = "") -> str:
    """Seconds in which `share` of all were done."""
    labels = f"le, {by}" if by else "le"
    inner = f"sum by ({labels}) (rate({buckets}[$__rate_interval]))"
    return f"histogram_quantile({share}, {inner})"


# A query a line, to be read like a table.
DASHBOARDS = {
    "system": ("System", (
        panel("Reached", "short", ("up", "{{job}} {{service}}")),
        panel("Processors in use", "percentunit", ("1 - avg(rate(node_cpu_seconds_total{mode='idle'}[$__rate_interval]))", "in use")),
        panel("Memory", "percentunit", ("1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", "in use")),
        panel("Disk", "percentunit", ("1 - node_filesystem_avail_bytes{fstype!~'tmpfs|overlay'} / node_filesystem_size_bytes", "{{mountpoint}}")),
        panel("Load", "short", ("node_load1", "one minute"), ("node_load15", "fifteen minutes")),
        panel("Signs of life", "s", ("max by (name) (switchboard_heartbeat_age_seconds)", "{{name}}")),
        panel("Connections of PostgreSQL", "short", ("max by (state) (switchboard_database_connections)", "{{state}}"), ("max(switchboard_database_connections_limit)", "at most"), ("max(switchboard_database_waiting_connections)", "wait for a lock")),
        panel("Connections of pools that were free when asked for (with DATABASE_POOL_SIZE)", "percentunit", ("1 - sum(rate(switchboard_database_pool_queued_total[$__rate_interval])) / sum(rate(switchboard_database_pool_requests_total[$__rate_interval]))", "of the pools")),
        panel("Connections of pools (with DATABASE_POOL_SIZE)", "short", ("sum(switchboard_database_pool_connections)", "open"), ("sum(switchboard_database_pool_free)", "free")),
        panel("Statements of PostgreSQL", "s", (slowest("switchboard_database_statement_seconds_bucket", 0.5), "half"), ("switchboard:database_statement_seconds:p95", "95 %")),
        panel("Size of the database", "bytes", ("max(switchboard_database_bytes)", "database"), ("max(switchboard_backup_bytes)", "newest copy")),
        panel("Oldest transaction", "s", ("max(switchboard_database_oldest_transaction_seconds)", "open")),
        panel("Transactions", "ops", ("max by (outcome) (rate(switchboard_database_transactions_total[$__rate_interval]))", "{{outcome}}")),
        panel("Pages of tables found in memory", "percentunit", ("max(rate(switchboard_database_pages_total{source='memory'}[$__rate_interval])) / sum(max by (source) (rate(switchboard_database_pages_total[$__rate_interval])))", "share")),
        panel("Memory of Redis", "bytes", ("max(switchboard_redis_memory_bytes)", "in use"), ("max(switchboard_redis_memory_limit_bytes)", "at most")),
        panel("Commands of Redis", "ops", ("max(rate(switchboard_redis_commands_total[$__rate_interval]))", "commands"), ("max(rate(switchboard_redis_evicted_keys_total[$__rate_interval]))", "thrown away")),
        panel("Found in the cache", "percentunit", ("sum(rate(switchboard_django_cache_get_hits_total[$__rate_interval])) / sum(rate(switchboard_django_cache_get_total[$__rate_interval]))", "share")),
        panel("Age of the newest copy", "s", ("time() - max(switchboard_backup_finished_timestamp_seconds)", "age")),
        panel("Migrations that are missing", "short", ("max(switchboard_django_migrations_unapplied)", "missing")),
    )),
    "application": ("Application", (
        panel("Answers", "reqps", (rate(_RESPONSES, "status"), "{{status}}"), (rate(f"{_WEBHOOKS}_count", "status"), "webhooks {{status}}")),
        panel("Seconds", "s", (slowest(_SECONDS, 0.5), "half"), (slowest(_SECONDS, 0.95), "95 %"), (slowest(_SECONDS, 0.99), "99 %")),
        panel("Seconds of webhooks", "s", (slowest(f"{_WEBHOOKS}_bucket", 0.5), "half"), (slowest(f"{_WEBHOOKS}_bucket", 0.95), "95 %"), (slowest(f"{_WEBHOOKS}_bucket", 0.99), "99 %")),
        panel("Slowest pages", "s", (f"topk(10, {slowest(_SECONDS, 0.95, 'view')})", "{{view}}")),
        panel("Most asked", "reqps", (f"topk(10, {rate('switchboard_django_http_requests_total_by_view_transport_method_total', 'view')})", "{{view}}")),
        panel("Errors of the last hour", "percentunit", ("switchboard:errors:ratio_rate1h", "all")),
        panel("Seconds of one in twenty", "s", ("switchboard:request_seconds:p95", "pages"), ("switchboard:webhook_seconds:p95", "webhooks")),
    )),
    "business": ("Business", (
        panel("Texts in", "short", ("sum(increase(switchboard_sms_inbound_total[1h]))", "an hour")),
        panel("Texts out", "short", ("sum by (outcome) (increase(switchboard_sms_outbound_total[1h]))", "{{outcome}}")),
        panel("Dollars an hour", "currencyUSD", ("sum by (what) (rate(switchboard_spent_micros_total[1h])) * 3600 / 1e6", "{{what}}")),
        panel("Not allowed by a budget", "short", ("sum by (pot, scope) (increase(switchboard_over_budget_total[1h]))", "{{pot}} {{scope}}")),
        panel("Accounts connected", "short", ("sum by (provider) (max by (provider, status) (switchboard_oauth_connections{status='connected'}))", "{{provider}}")),
        panel("Letters", "short", ("sum by (outcome) (increase(switchboard_letters_total[1h]))", "{{outcome}}")),
    )),
    "oauth": ("OAuth", (
        panel("Handshakes", "ops", (rate("switchboard_oauth_flows_total", "provider, outcome"), "{{provider}} {{outcome}}")),
        panel("Renewals", "ops", (rate("switchboard_oauth_refreshes_total", "provider, outcome"), "{{provider}} {{outcome}}")),
        panel("Seconds of a renewal", "s", (slowest("switchboard_oauth_refresh_seconds_bucket", 0.95, "provider"), "{{provider}}")),
        panel("Seconds of a call", "s", (slowest("switchboard_oauth_call_seconds_bucket", 0.95, "provider"), "{{provider}}")),
        panel("Calls", "ops", (rate("switchboard_oauth_calls_total", "provider, outcome"), "{{provider}} {{outcome}}")),
        panel("Connections", "short", ("max by (provider, status) (switchboard_oauth_connections)", "{{provider}} {{status}}")),
    )),
    "sms": ("Texts", (
        panel("In", "ops", (rate("switchboard_sms_inbound_total", "outcome"), "{{outcome}}")),
        panel("Out", "ops", (rate("switchboard_sms_outbound_total", "outcome"), "{{outcome}}")),
        panel("Calls that prove nothing", "ops", (rate("switchboard_sms_webhook_refused_total"), "refused")),
        panel("By the fallback address", "ops", (rate("switchboard_sms_webhook_fallback_total", "error_code"), "{{error_code}}")),
        panel("Seconds the oldest text waits", "s", ("max(switchboard_sms_untaken_seconds)", "for a worker"), ("max(switchboard_sms_unanswered_seconds)", "for its answer")),
        panel("Dollars an hour by pot", "currencyUSD", ("sum by (pot) (rate(switchboard_spent_micros_total[1h])) * 3600 / 1e6", "{{pot}}")),
    )),
    "tasks": ("Tasks", (
        panel("Jobs", "ops", (rate("switchboard_jobs_total", "outcome"), "{{outcome}}")),
        panel("Most work", "ops", (f"topk(10, {rate('switchboard_jobs_total', 'kind')})", "{{kind}}")),
        panel("Seconds of a job", "s", (f"topk(10, {slowest('switchboard_job_seconds_bucket', 0.95, 'kind')})", "{{kind}}")),
        panel("Seconds it waits", "s", (slowest("switchboard_job_wait_seconds_bucket", 0.95, "queue"), "{{queue}}")),
        panel("Seconds the oldest job waits", "s", ("max by (queue) (switchboard_job_oldest_seconds)", "{{queue}}")),
        panel("Webhooks of people", "ops", (rate("switchboard_webhooks_total", "outcome"), "{{outcome}}")),
        panel("Signs of life", "s", ("max by (name) (switchboard_heartbeat_age_seconds)", "{{name}}")),
    )),
}  # fmt: skip


def built(name: str) -> str:
    """The JSON of one; the same every time."""
    title, panels = DASHBOARDS[name]
    found = {
        "uid": f"switchboard-{name}",
        "title": title,
        "tags": ["switchboard"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "utc",
        "panels": [_shown(number, each) for number, each in enumerate(panels)],
    }
    return json.dumps(found, indent=2) + "\n"


def _shown(number: int, shown: Panel) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "prometheus"}
    place = number * _WIDE
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": shown.title,
        "datasource": source,
        "gridPos": {
            "x": place % _COLUMNS,
            "y": place // _COLUMNS * _HIGH,
            "w": _WIDE,
            "h": _HIGH,
        },
        "fieldConfig": {
            "defaults": {"unit": shown.unit, "min": 0},
            "overrides": [],
        },
        "targets": [
            {
                "refId": chr(ord("A") + position),
                "expr": expression,
                "legendFormat": legend,
                "datasource": source,
            }
            for position, (expression, legend) in enumerate(shown.queries)
        ],
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in DASHBOARDS:
        (FOLDER / f"{name}.json").write_text(built(name))
