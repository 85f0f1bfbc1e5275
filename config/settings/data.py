"""Where things are kept: PostgreSQL, Redis, cookies, and the keys that seal."""

from typing import Any

from config.env import env, served

_POSTGRES = ("postgres", "postgresql")
_REDIS = ("redis", "rediss", "unix")
# Nothing answers there, and a system check says that a database is missing.
_NOWHERE = "postgres:///"
_database = env.db_url_config(served("DATABASE_URL", _POSTGRES) or _NOWHERE)
# Seconds a query may take; a longer one is a defect. Commands have no limit: manage.py
# builds indexes.
DATABASE_STATEMENT_SECONDS = env.whole("DATABASE_STATEMENT_SECONDS", default=15)
# Connections that the threads of a process share. 0: each thread keeps one of its own,
# which is the quickest where threads are few (docs/decisions/0003).
DATABASE_POOL_SIZE = env.whole("DATABASE_POOL_SIZE", default=0)
# Seconds a thread waits for one of them, before 503.
DATABASE_POOL_SECONDS = env.whole("DATABASE_POOL_SECONDS", default=3, least=1)
_pool = {
    "min_size": min(1, DATABASE_POOL_SIZE),
    "max_size": DATABASE_POOL_SIZE,
    "timeout": DATABASE_POOL_SECONDS,
}
# Whether the server keeps the plans of statements that are asked all day. 0 where
# PgBouncer before 1.21 hands out its connections by the transaction.
DATABASE_PREPARED = env.yes_or_no("DATABASE_PREPARED", default=True)
DATABASES = {
    "default": {
        **_database,
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 0 if DATABASE_POOL_SIZE else None,
        # Of one that a thread keeps core/connections.py finds out for less.
        "CONN_HEALTH_CHECKS": bool(DATABASE_POOL_SIZE),
        "DISABLE_SERVER_SIDE_CURSORS": not DATABASE_PREPARED,
        "OPTIONS": {
            "pool": _pool if DATABASE_POOL_SIZE else False,
            "connect_timeout": 3,
            # A lock that is held longer belongs to a process that hangs.
            "options": f"-c statement_timeout={DATABASE_STATEMENT_SECONDS}s"
            " -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
            # Only what asks for it is prepared (core/prepared.py); what the ORM writes
            # is another statement with every value. None would mean nothing at all.
            "prepare_threshold": 1_000_000_000,
            # What the address says itself (?sslmode=require) comes last.
            **_database.get("OPTIONS", {}),
        },
    }
}
# A streaming replica of it, which reports of operators read (core/replica.py). Empty: none.
ANALYTICS_DATABASE_URL = env.address("ANALYTICS_DATABASE_URL", _POSTGRES, default="")
DATABASE_ROUTERS: list[str] = []
if ANALYTICS_DATABASE_URL:
    DATABASES["replica"] = {
        **DATABASES["default"],
        **env.db_url_config(ANALYTICS_DATABASE_URL),
        "ENGINE": "django.db.backends.postgresql",
        # Seldom asked, and gone for a while when it is made anew.
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **DATABASES["default"]["OPTIONS"],
            "pool": False,
            **env.db_url_config(ANALYTICS_DATABASE_URL).get("OPTIONS", {}),
        },
        "TEST": {"MIRROR": "default"},
    }
    DATABASE_ROUTERS = ["apps.core.replica.Router"]

# Who of several Redis leads, its Sentinels say: "10.0.0.1:26379,10.0.0.2:26379,…". Then
# the host of REDIS_URL is what they call the leader (docs/scale.md).
REDIS_SENTINELS = env.places("REDIS_SENTINELS")
# Of the Sentinels themselves, where they want one.
REDIS_SENTINEL_OPTIONS = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "password": env.str("REDIS_SENTINEL_PASSWORD", default="") or None,
}
# To Sentinels there is no TLS of ours.
REDIS_URL = served("REDIS_URL", _REDIS[:1] if REDIS_SENTINELS else _REDIS)
_redis_options: dict[str, Any] = {
    "CLIENT_CLASS": "django_redis.client.DefaultClient",
    # Redis answers in under a millisecond; who waits longer waits for a dead one.
    "SOCKET_CONNECT_TIMEOUT": 1,
    "SOCKET_TIMEOUT": 1,
}
if REDIS_SENTINELS:
    _redis_options |= {
        "CONNECTION_FACTORY": "django_redis.pool.SentinelConnectionFactory",
        "SENTINELS": REDIS_SENTINELS,
        "SENTINEL_KWARGS": REDIS_SENTINEL_OPTIONS,
    }
CACHES = {
    "default": {
        "BACKEND": "django_prometheus.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": _redis_options,
        "KEY_PREFIX": "cache",
    },
    "sessions": {
        "BACKEND": "django_prometheus.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": _redis_options,
        "KEY_PREFIX": "session",
    },
}
SESSION_ENGINE = "apps.accounts.sessionstore"
SESSION_CACHE_ALIAS = "sessions"
# A day longer than a sign-in lasts: who comes back is told that it is over, and finds
# what they had typed.
SESSION_COOKIE_AGE = 2 * 86_400
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "apps.core.problems.csrf_failed"
# The beginning of cookies that outlive the sign-ins, one for each person: which
# browsers they have used before.
BROWSER_COOKIE_NAME = "browser"

FIELD_ENCRYPTION_KEYS = env.str("FIELD_ENCRYPTION_KEYS", default="")
# Seeds of Ed25519, newest first, written like the keys above.
JWT_SIGNING_KEYS = env.str("JWT_SIGNING_KEYS", default="")
