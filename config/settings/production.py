"""A server: HTTPS only, nothing defaulted that must be chosen."""

from config.env import env
from config.settings.base import *
from config.settings.base import PUBLIC_URL, TRUSTED_PROXY_COUNT

# What has no sensible default on a server; config/checks.py insists on each.
MUST_BE_CHOSEN = ("PUBLIC_URL", "EMAIL_URL")

DEBUG = env.yes_or_no("DEBUG", default=False)
SILENCED_SYSTEM_CHECKS = [
    # The proxy redirects to HTTPS. Twilio's POST must never be redirected.
    "security.W008",
    # Being on browsers' preload list is for whoever owns the domain to ask for.
    "security.W021",
]
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
if SESSION_COOKIE_SECURE:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    BROWSER_COOKIE_NAME = "__Host-browser"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = PUBLIC_URL.partition(":")[0]
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
