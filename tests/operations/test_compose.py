"""The compose files by the schema of Compose, and by the rules of this house."""

import os
import re
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.env import ROOT
from config.processes import WORKERS
from tests.operations import redis_server
from tests.operations.tools import DOCKER, run, serving, until

Services = dict[str, dict[str, Any]]
FILES = sorted(DOCKER.glob("docker-compose.*.yml"))
BASE = DOCKER / "compose.base.yml"


def read(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text())
    assert isinstance(found, dict)
    return found


SERVICES: Services = read(BASE)["services"]
# By which port of their own.
LOOKED_AT = {"grafana": 3000, "prometheus": 9090, "alertmanager": 9093}


def test_they_are_what_compose_reads() -> None:
    assert [each.name for each in FILES] == [
        "docker-compose.dev.yml",
        "docker-compose.prod.yml",
        "docker-compose.stage.yml",
    ]
    schema = ("--builtin-schema", "vendor.compose-spec")
    checked = run("check-jsonschema", *schema, BASE, *FILES)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_hardened_and_bounded(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"] and service["mem_limit"] and service["cpus"]
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert "privileged" not in service and "network_mode" not in service
    assert "docker.sock" not in str(service)
    if name in ("migrate", "volumes"):  # they end, and others wait for their end
        assert service["healthcheck"] == {"disable": True}
    else:
        assert service["healthcheck"]["test"]
        assert int(service["healthcheck"]["interval"].rstrip("s")) >= 10
    if name == "alloy":  # it reads logs that are root's, and has that one right
        assert service["cap_add"] == ["DAC_READ_SEARCH"]
    elif name == "volumes":  # it gives them to whom they are for, and ends
        assert service["cap_add"] == ["CHOWN"]
    else:
        assert not str(service["user"]).startswith(("0", "root"))
        assert "cap_add" not in service


@pytest.mark.parametrize("path", [BASE, *FILES], ids=lambda path: path.name)
def test_what_has_to_be_set_is_set_in_the_example(path: Path) -> None:
    """What stands there behind a # can be left out."""
    example = (DOCKER / ".env.example").read_text()
    wanted = set(re.findall(r"\$\{(\w+):\?", path.read_text()))
    assert wanted <= set(re.findall(r"^(\w+)=", example, re.MULTILINE))


@pytest.mark.parametrize("path", [BASE, *FILES], ids=lambda path: path.name)
def test_only_the_door_publishes_a_port(path: Path) -> None:
    services: Services = read(path)["services"]
    published = {name: one["ports"] for name, one in services.items() if "ports" in one}
    outside = {
        name
        for name, ports in published.items()
        if not all(port.startswith("127.0.0.1:") for port in ports)
    }
    assert outside <= {"nginx"}
    assert set(published) <= {"nginx", *LOOKED_AT}
    for service in services.values():
        assert set(service) & {"cap_add", "privileged", "user"} == set() or path == BASE


def test_operators_open_what_runbooks_send_them_to_by_the_tunnel_of_the_docs() -> None:
    """On the machine itself, and by a network that has ports: an internal one has none."""
    networks = read(BASE)["networks"]
    told = (ROOT / "docs/operations.md").read_text()
    for name, port in LOOKED_AT.items():
        (published,) = SERVICES[name]["ports"]
        default = f"127.0.0.1:${{{name.upper()}_PORT:-{port}}}:{port}"
        assert published == default
        assert [each for each in SERVICES[name]["networks"] if networks[each] == {}]
        assert f"-L {port}:127.0.0.1:{port}" in told


def test_what_keeps_things_reaches_nothing_outside() -> None:
    assert read(BASE)["networks"]["back"] == {"internal": True}
    inside = ("postgres", "redis", "backup", "volumes")
    for name in (*inside, "loki"):
        assert SERVICES[name]["networks"] == ["back"]
    assert SERVICES["grafana"]["networks"] == ["back", "desk"]
    # It tells somebody outside what the site cannot, and nobody reaches it from there.
    assert SERVICES["alertmanager"]["networks"] == ["back", "desk", "out"]


def test_each_worker_has_a_service() -> None:
    commands = [service.get("command", []) for service in SERVICES.values()]
    started = [words[1] for words in commands if words[:1] == ["worker"]]
    assert sorted(started) == sorted(WORKERS)


def test_secrets_are_files_that_one_script_makes_and_keeps(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    assert run("sh", DOCKER / "secrets.sh", folder).returncode == 0
    made = {path.name: path.read_text() for path in folder.iterdir()}
    files = (
        BASE,
        *(DOCKER / f"compose.{name}.yml" for name in ("pgbouncer", "replica")),
    )
    assert set(made) == {name for path in files for name in read(path)["secrets"]}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert made["postgres_password"].strip() in made["database_url"]
    for name, place in (("pgbouncer", "pgbouncer:6432"), ("replica", "replica:5432")):
        url = made["database_url"].replace("@postgres:5432", f"@{place}")
        assert made[f"{name}_url"] == url
    assert made["redis_password"].strip() in made["redis_acl"]
    assert run("sh", DOCKER / "secrets.sh", folder).returncode == 0
    assert made == {path.name: path.read_text() for path in folder.iterdir()}


def test_secrets_without_openssl_are_none_and_what_has_none_is_made_again(
    tmp_path: Path,
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("sh", "dirname", "mkdir", "chmod", "cat", "mv", "rm", "sed", "grep"):
        (programs / name).symlink_to(str(shutil.which(name)))
    folder = tmp_path / "secrets"
    without = {"PATH": str(programs)}
    done = run("sh", DOCKER / "secrets.sh", folder, env=without)
    assert done.returncode == 1 and "openssl" in done.stdout, done.stdout
    assert not folder.exists()
    # One that is there and fails in the middle.
    (programs / "openssl").write_text('#!/bin/sh\n[ "$3" != 24 ] || exit 1\necho abc\n')
    (programs / "openssl").chmod(0o755)
    assert run("sh", DOCKER / "secrets.sh", folder, env=without).returncode == 1
    made = {path.name: path.read_text() for path in folder.iterdir()}
    assert made.keys() == {"secret_key", "field_encryption_keys", "jwt_signing_keys"}
    assert all(made.values())
    # As it was left by the script before it looked.
    shutil.rmtree(folder)
    folder.mkdir()
    mail = "smtp://us:@mail.example"
    left = {
        "secret_key": "",
        "field_encryption_keys": "k1:\n",
        "postgres_password": "",
        "database_url": "postgres://switchboard:@postgres:5432/switchboard\n",
        "redis_acl": "user default off\nuser switchboard on > ~* &* +@all\n",
        "redis_url": "redis://switchboard:@redis:6379/0\n",
        "jwt_signing_keys": "j1:of our own\n",
        "email_url": mail,
    }
    for name, content in left.items():
        (folder / name).write_text(content)
    assert run("sh", DOCKER / "secrets.sh", folder).returncode == 0
    made = {path.name: path.read_text() for path in folder.iterdir()}
    assert made["jwt_signing_keys"] == left["jwt_signing_keys"]
    assert made["email_url"] == mail
    password = made["postgres_password"].strip()
    assert len(password) == 48 and f":{password}@postgres" in made["database_url"]
    assert f"on >{made['redis_password'].strip()} " in made["redis_acl"]
    assert len(made["secret_key"]) > 60 and len(made["field_encryption_keys"]) > 40


def test_the_secrets_of_the_script_make_a_site_that_starts(tmp_path: Path) -> None:
    """Each variable of the compose file that names a file is one the settings read."""
    run("sh", DOCKER / "secrets.sh", tmp_path / "secrets")
    variables = SERVICES["web"]["environment"]
    files = {
        name: str(tmp_path / "secrets" / Path(value).name)
        for name, value in variables.items()
        if name.endswith("_FILE")
    }
    assert len(files) == len(SERVICES["web"]["secrets"])
    plain = {name.removesuffix("_FILE") for name in files}
    environment = {
        **{name: value for name, value in os.environ.items() if name not in plain},
        **files,
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "PUBLIC_URL": "https://switchboard.example",
    }
    del environment["DJANGO_ALLOW_ASYNC_UNSAFE"]
    checked = run(".venv/bin/python", "manage.py", "check", env=environment)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_mounted_is_there(name: str) -> None:
    for volume in SERVICES[name].get("volumes", []):
        source = volume.partition(":")[0]
        if source.startswith("./"):
            assert (DOCKER / source).exists()


def test_redis_takes_its_configuration_and_asks_for_the_password(
    tmp_path: Path,
) -> None:
    conf, cli = redis_server.lay_out(tmp_path)
    log = tmp_path / "redis.log"
    for start in ("first", "second"):
        with serving("redis-server", conf, log=log):
            until(lambda: "PONG" in run("redis-cli", *cli, "ping").stdout, 20, log)
            assert "NOAUTH" in run("redis-cli", *cli[:2], "get", "a").stdout
            assert "NOPERM" in run("redis-cli", *cli, "shutdown").stdout
            if start == "first":
                run("redis-cli", *cli, "set", "kept", "yes")
            else:
                assert "yes" in run("redis-cli", *cli, "get", "kept").stdout


def test_each_volume_of_somebody_else_is_given_to_them() -> None:
    """Those whose folder an image does not bring along begin as root's."""
    (script,) = SERVICES["volumes"]["entrypoint"][2:]
    given = dict.fromkeys(re.findall(r"/\w+", script))
    mounted = {each.partition(":")[2] for each in SERVICES["volumes"]["volumes"]}
    assert mounted == set(given)
    brought = {"/var/lib/postgresql/data", "/data", "/prometheus", "/alertmanager"}
    brought |= {"/var/lib/grafana", "/loki"}
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source, _, rest = volume.partition(":")
            place, _, mode = rest.partition(":")
            if not source.startswith((".", "/", "$")) and mode != "ro":
                assert place in brought | mounted, volume
