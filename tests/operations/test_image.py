"""The image is built and run: small, as nobody, on a read-only root."""

import json
from pathlib import Path

from tests.operations.conftest import Site
from tests.operations.images import IMAGE
from tests.operations.tools import DOCKER, free_port, run, until

SECRETS = (
    *("SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "JWT_SIGNING_KEYS"),
    *("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"),
)
HARDENED = (
    *("--network", "host", "--no-healthcheck", "--read-only", "--tmpfs", "/tmp"),
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--memory", "512m", "--pids-limit", "200"),
)


def test_the_recipe_is_clean() -> None:
    looked = run("hadolint", DOCKER / "Dockerfile")
    assert looked.returncode == 0, looked.stdout


def test_it_is_small_and_of_a_user_of_its_own(engine: dict[str, str]) -> None:
    (image,) = json.loads(run("podman", "image", "inspect", IMAGE, env=engine).stdout)
    assert image["Size"] < 400_000_000
    assert image["Config"]["User"] == "10001:10001"
    assert image["Healthcheck"]["Test"][-1] == "docker/app/healthy.py"
    # What is only said while it is built stays there.
    assert "SECRET_KEY" not in json.dumps(image["Config"]["Env"])


def inside(engine: dict[str, str], *words: str) -> str:
    done = run("podman", "run", "--rm", *HARDENED, *words, env=engine)
    return f"{done.returncode} {done.stdout}"


SPOKEN = """
import django
from django.conf import settings
from django.utils import translation
settings.configure(LANGUAGES=[("es", ""), ("es-mx", "")], LOCALE_PATHS=["/app/locale"])
django.setup()
for language in ("es", "es-mx"):
    with translation.override(language):
        print(translation.gettext("Reminders"))
"""


def test_nothing_of_it_can_be_written_and_nothing_gained(
    engine: dict[str, str],
) -> None:
    script = (
        "grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status; id -u; touch /app/x"
    )
    told = inside(engine, "--entrypoint", "sh", IMAGE, "-c", script)
    assert "CapEff:\t0000000000000000" in told and "NoNewPrivs:\t1" in told
    assert "Seccomp:\t2" in told and "\n10001\n" in told
    assert "Read-only file system" in told


def test_no_test_no_secret_and_no_history_is_in_it(
    engine: dict[str, str],
) -> None:
    told = inside(engine, "--entrypoint", "ls", IMAGE, "-A", "/app")
    assert set(told.split()[1:]) == {
        *("apps", "config", "docker", "locale", "manage.py", "requirements"),
        *("static", "templates"),
    }


def test_it_speaks_all_that_the_site_does(engine: dict[str, str]) -> None:
    told = inside(engine, "--entrypoint", "python", IMAGE, "-c", SPOKEN)
    assert told.split()[1:] == ["Recordatorios"] * 2, told


def test_a_role_that_is_none_is_refused(engine: dict[str, str]) -> None:
    told = inside(engine, IMAGE, "nonsense")
    assert told.startswith("1 ") and "Start one of: web, worker NAME" in told


def test_it_serves_by_its_own_health_check_and_ends_politely(
    engine: dict[str, str], site: Site, tmp_path: Path
) -> None:
    """On the site's own database, with secrets from files."""
    words = []
    for name in SECRETS:
        secret = tmp_path / name
        secret.write_text(site.environment[name])
        secret.chmod(0o444)
        words += ["-v", f"{secret}:/run/secrets/{name}:ro"]
        words += ["-e", f"{name}_FILE=/run/secrets/{name}"]
    for name in ("DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "EMAIL_URL"):
        words += ["-e", f"{name}={site.environment[name]}"]
    port = str(free_port())
    words += ["-e", f"PORT={port}", "--name", "switchboard-web"]
    run("podman", "rm", "-f", "switchboard-web", env=engine)
    started = run("podman", "run", "-d", *HARDENED, *words, IMAGE, "web", env=engine)
    assert started.returncode == 0, started.stdout
    check = ("exec", "switchboard-web", "python", "-I", "docker/app/healthy.py")
    try:
        until(lambda: run("podman", *check, env=engine).returncode == 0, 120)
        stopped = run("podman", "stop", "-t", "30", "switchboard-web", env=engine)
        assert stopped.returncode == 0
        (state,) = json.loads(
            run("podman", "inspect", "switchboard-web", env=engine).stdout
        )
        assert state["State"]["ExitCode"] in (0, 143), state["State"]
    finally:
        run("podman", "rm", "-f", "switchboard-web", env=engine)
