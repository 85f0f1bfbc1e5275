"""Tests: real PostgreSQL and Redis (tests/servers.py starts them), fast hashing."""

import os

os.environ.setdefault("DATA_DIR", ".data/test")

from config.env import env
from config.settings.dev import *  # after DATA_DIR
from config.settings.dev import INSTALLED_APPS

DEBUG = False
PUBLIC_URL = "https://switchboard.example"
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PHONE_SIMULATOR = True
# Nothing is written from beside a test.
WEBHOOK_TIMES_EVERY = 0.0
if not env.str("EMAIL_URL", default=""):
    # What is handed over is found in `mail.outbox`; see tests/conftest.py.
    POST_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# Files are looked for when they are asked for: each `Client` would list all of them first.
WHITENOISE_AUTOREFRESH = True
LOGGING = {"format": "json", "level": "INFO"}
INSTALLED_APPS = [*INSTALLED_APPS, "tests.rbac.things", "tests.jobs.chores"]
