"""A laptop: pages with tracebacks, secrets made on first use, mail kept in files."""

import os

from config.env import DATA_DIR, env, laptop_secrets, published

for _name, _value in laptop_secrets().items():
    if not (os.environ.get(_name) or os.environ.get(f"{_name}_FILE")):
        os.environ[_name] = _value

from config.settings.base import *  # after the secrets
from config.settings.base import OAUTH_CLIENTS, PROVIDER_BASE_URLS, STORAGES

DEBUG = env.yes_or_no("DEBUG", default=True)
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *env.list("ALLOWED_HOSTS", default=[]),
]
PHONE_SIMULATOR = env.yes_or_no("PHONE_SIMULATOR", default=DEBUG)
TWILIO_NUMBER = env.str("TWILIO_NUMBER", default="+12025550100")
# Add it to an authenticator app to sign in as ada@example.com.
_DEMO_TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
DEMO_TOTP_SECRET = env.str(
    "DEMO_TOTP_SECRET", default=_DEMO_TOTP_SECRET if DEBUG else ""
)
# Providers for which nothing was registered are played by a server of our own.
PROVIDER_SIMULATOR_URL = env.str(
    "PROVIDER_SIMULATOR_URL", default=published("PROVIDER_SIMULATOR_URL")
).rstrip("/")
if PROVIDER_SIMULATOR_URL:
    for _provider in PROVIDER_BASE_URLS.keys() - OAUTH_CLIENTS.keys():
        OAUTH_CLIENTS[_provider] = (f"demo-{_provider}", "demo")
        PROVIDER_BASE_URLS[_provider] = PROVIDER_SIMULATOR_URL
WEBHOOKS_MAY_LOOP_BACK = True
LOG_FORMAT = env.one_of("LOG_FORMAT", ("json", "plain"), default="plain")
LOGGING = {"format": LOG_FORMAT, "level": LOG_LEVEL}

if not env.str("EMAIL_URL", default=""):
    POST_BACKEND = "apps.core.mailbox.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"

# Files straight from where they are kept, no collectstatic step.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
