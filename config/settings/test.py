"""Tests: real PostgreSQL and Redis (tests/servers.py starts them), fast hashing."""

import os
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="switchboard-test-"))

from config.settings.dev import *  # after DATA_DIR

DEBUG = False
PUBLIC_URL = "https://switchboard.example"
ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PHONE_SIMULATOR = True
WHITENOISE_AUTOREFRESH = False
LOGGING = {"format": "json", "level": "INFO"}
