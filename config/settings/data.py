"""Where things are kept: PostgreSQL, Redis, cookies, and the keys that seal."""

from config.env import env, served

_POSTGRES = ("postgres", "postgresql")
_REDIS = ("redis", "rediss", "unix")
# Nothing answers there, and a system check says that a database is missing.
_NOWHERE = "postgres:///"
_database = env.db_url_config(served("DATABASE_URL", _POSTGRES) or _NOWHERE)
# Seconds a query may take; a longer one is a defect. Commands have no limit: manage.py
# builds indexes.
DATABASE_STATEMENT_SECONDS = env.whole("DATABASE_STATEMENT_SECONDS", default=15)
DATABASES = {
    "default": {
        **_database,
        "ENGINE": "django.db.backends.postgresql",
        # One connection per thread, kept: the pool costs the webhook a quarter more
        # CPU, and a worker process has few threads (docs/decisions/0003).
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
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

REDIS_URL = served("REDIS_URL", _REDIS)
_redis_options = {
    "CLIENT_CLASS": "django_redis.client.DefaultClient",
    # Redis answers in under a millisecond; who waits longer waits for a dead one.
    "SOCKET_CONNECT_TIMEOUT": 1,
    "SOCKET_TIMEOUT": 1,
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
