"""What is added for more machines than one: the site's processes on another, PostgreSQL and
Redis open to it, PgBouncer, a replica: by Compose's schema and the rules of this house.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from config.processes import WORKERS
from tests.operations.tools import DOCKER, run

NODE, SHARED, BOUNCER, REPLICA = (
    DOCKER / f"compose.{name}.yml"
    for name in ("node", "shared", "pgbouncer", "replica")
)


def read(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(path.read_text())
    assert isinstance(found, dict)
    return found


BASE = read(DOCKER / "compose.base.yml")


@pytest.mark.parametrize(
    "path", [NODE, SHARED, BOUNCER, REPLICA], ids=lambda path: path.name
)
def test_they_are_what_compose_reads(path: Path) -> None:
    schema = ("--builtin-schema", "vendor.compose-spec")
    checked = run("check-jsonschema", *schema, path)
    assert checked.returncode == 0, checked.stdout


def test_another_machine_has_the_processes_of_the_first() -> None:
    """But for who keeps things, and for where they are reached."""
    services = read(NODE)["services"]
    roles = {f"worker-{name}".replace("worker-worker", "worker") for name in WORKERS}
    assert services.keys() == {"web", "beat", *roles}
    for name, service in services.items():
        here = dict(service)
        there = dict(BASE["services"][name])
        for elsewhere in ("depends_on", "networks", "ports", "profiles"):
            here.pop(elsewhere, None)
            there.pop(elsewhere, None)
        assert here == there, name
    profiles = {service["profiles"][0] for service in services.values()}
    assert profiles == {"web", "workers", "beat"}
    secrets = set(BASE["services"]["web"]["secrets"])
    assert read(NODE)["secrets"] == {name: BASE["secrets"][name] for name in secrets}


@pytest.mark.parametrize("path", [NODE, SHARED, BOUNCER], ids=lambda path: path.name)
def test_what_is_open_is_open_inside_alone(path: Path) -> None:
    """By an address that has to be named, or on the machine itself; each port once."""
    services = read(path)["services"].values()
    ports = [port for service in services for port in service.get("ports", [])]
    assert ports and all(port.startswith("${INSIDE_ADDRESS:") for port in ports)
    outside = [port.rpartition("}:")[2].partition(":")[0] for port in ports]
    assert len(set(outside)) == len(outside)
    assert not any(":-0.0.0.0" in port for port in ports)


def insist_on_hardening(service: dict[str, Any]) -> None:
    """As that of all others."""
    redis = BASE["services"]["redis"]
    for name in ("read_only", "cap_drop", "security_opt", "pids_limit", "logging"):
        assert service[name] == redis[name], name
    assert service["mem_limit"] and service["cpus"] and service["healthcheck"]["test"]
    assert not str(service["user"]).startswith(("0", "root"))


def test_pgbouncer_is_hardened_and_all_but_migrations_go_through_it() -> None:
    services = read(BOUNCER)["services"]
    insist_on_hardening(services.pop("pgbouncer"))
    image = BASE["services"]["web"]["image"]
    site = {name for name, one in BASE["services"].items() if one["image"] == image}
    assert services.keys() == (site | {"web-beside"}) - {"migrate"}
    for service in services.values():
        variables = service["environment"]
        assert variables == {"DATABASE_URL_FILE": "/run/secrets/pgbouncer_url"}
        assert service["secrets"] == ["pgbouncer_url"]


def test_the_replica_is_hardened_and_like_the_server_it_follows() -> None:
    services = read(REPLICA)["services"]
    own = services.pop("replica")
    insist_on_hardening(own)
    first = BASE["services"]["postgres"]
    for name in ("image", "mem_limit", "tmpfs", "shm_size", "user", "stop_signal"):
        assert own[name] == first[name], name
    # Nothing but web shows reports, nothing but the worker of what is long mails them.
    assert services.keys() == {"web", "web-beside", "worker-bulk"}
