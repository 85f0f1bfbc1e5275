"""The settings of a server: every file is found by its hash, doors stay shut."""

import os
import subprocess
import sys
from pathlib import Path

ASK = """
import django
django.setup()
from importlib import import_module
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
try:
    call_command("check", deploy=True)
except SystemCheckError as error:
    print(error)
call_command("check")
try:
    import_module("config.wsgi")
except ImproperlyConfigured as error:
    print("no pages:", error)
call_command("collectstatic", interactive=False, verbosity=0)
call_command("check", deploy=True, fail_level="WARNING")
site = Client(SERVER_NAME="switchboard.example")
for path in ("/", "/accounts/login/", "/accounts/signup/", "/dev/phone/", "/nothing"):
    response = site.get(path, headers={"X-Forwarded-Proto": "https"})
    print(path, response.status_code)
landing = site.get("/", headers={"X-Forwarded-Proto": "https"})
print(landing["Strict-Transport-Security"])
print(landing.content.decode())
"""


def test_a_server_serves_its_pages(tmp_path: Path, db: None) -> None:
    test_only = ("DJANGO_ALLOW_ASYNC_UNSAFE",)
    environment = {
        **{k: v for k, v in os.environ.items() if k not in test_only},
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DEBUG": "0",
        "PHONE_SIMULATOR": "0",
        "DATA_DIR": str(tmp_path),
        "PUBLIC_URL": "https://switchboard.example",
        "EMAIL_URL": "dummymail://",
        "TRUSTED_PROXY_COUNT": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout
    for line in ("/ 200", "/accounts/login/ 200", "/dev/phone/ 404", "/nothing 404"):
        assert line in said
    # Before anything was gathered the checks say so, and nothing serves pages.
    assert "config.E009" in said and "no pages: The styles" in said
    assert "max-age=31536000" in said
    assert "/static/css/tokens." in said and "/static/css/tokens.css" not in said
