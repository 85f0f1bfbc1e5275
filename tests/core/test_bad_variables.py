"""A variable that cannot be read is named in words, and stops nobody from saying so."""

import os
import subprocess
import sys

from tests.embedded.watching import ROOT


def check(**variables: str) -> str:
    """What `manage.py check` says with these in the environment."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.dev",
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


WRONG = {
    "SMS_UNKNOWN_GRACE": ("soon", "a whole number of at least 0"),
    "JOBS_LEASE_SECONDS": ("-5", "a whole number of at least"),
    "TRUSTED_PROXY_COUNT": ("x", "a whole number"),
    "DATABASE_STATEMENT_SECONDS": ("1.5", "a whole number of at least 0"),
    "AUDIT_KEEP_MONTHS": ("0", "a whole number of at least 1"),
    "PORT": ("http", "a whole number"),
    "DEBUG": ("maybe", "1 or 0"),
    "LOG_LEVEL": ("LOUD", "one of DEBUG, INFO"),
    "LOG_FORMAT": ("xml", "one of json, plain"),
    "EMAIL_URL": ("bad", "begins with smtp://"),
    "REDIS_URL": ("foo", "begins with redis://"),
    "DATABASE_URL": ("sqlite:///x", "begins with postgres://"),
}


def test_every_variable_and_what_it_takes_is_named_at_once() -> None:
    said = check(**{name: value for name, (value, _) in WRONG.items()})
    for name, (value, words) in WRONG.items():
        found = said.partition(f"{name} is {value!r}; it takes")[2].partition("\n")[0]
        assert words in found, name


def test_commands_find_nothing_wrong_with_their_own_settings() -> None:
    """manage.py lifts the limit on queries: that is no mistake."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.dev"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
