"""What a deployment asks of Docker, in which order. Docker itself is played by a script
that writes down what it is asked and remembers which services run."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.operations.tools import DOCKER, run

ONE = "registry.example/switchboard@sha256:" + "1" * 64
TWO = "registry.example/switchboard@sha256:" + "2" * 64
THREE = "registry.example/switchboard@sha256:" + "3" * 64
BEGUN = "localhost/switchboard:1"
WORKERS = ["worker", "worker-bulk", "worker-mail", "worker-webhooks", "beat"]
DOCKER_ITSELF = r"""#!/bin/sh
# docker pull …, docker inspect …, docker compose OPTIONS up|stop|run|ps|exec …
here=$PLAYED
# Whoever cannot say how far it is has failed.
echo "docker $1" >&2 || exit 120
image=$(echo "${SWITCHBOARD_IMAGE:-}" | sed 's/.*sha256:\(.\).*/\1/')
case $1 in
    pull) echo "pull $3" >>"$here/asked"; exit 0 ;;
    inspect)
        # One at a time, as Docker says it of one name.
        [ $# = 4 ] && case "$4" in *' '* | '') exit 1 ;; esac
        case $3 in *Image*) echo "$BEGUN" ;; *) echo healthy ;; esac
        exit 0 ;;
esac
shift
while [ "$1" != up ] && [ "$1" != stop ] && [ "$1" != run ] && [ "$1" != ps ] && [ "$1" != exec ]; do
    shift
done
verb=$1
for last in "$@"; do :; done
case $verb in
    ps)
        if [ -e "$here/running/$last" ]; then
            echo "id-of-$last"
            [ "$last" != worker ] || [ ! -e "$here/scaled" ] || echo "id-of-another-$last"
        fi ;;
    exec)
        [ -e "$here/running/$3" ] || exit 1
        case "$*" in
            *"sh -s"*)
                cat >/dev/null
                echo "smoke $last" >>"$here/asked"
                ! grep -qx "$last" "$here/bad" 2>/dev/null ;;
            *8443*) [ ! -e "$here/closed" ] ;;
            *reload*) echo "reload $(grep -o '[a-z-]*:8000' "$UPSTREAM_FILE")" >>"$here/asked" ;;
        esac ;;
    *)
        echo "$image $*" >>"$here/asked"
        shift
        for word in "$@"; do
            case $word in
                -* | switchboard | migrate) ;;
                *)
                    [ "$verb" != up ] || touch "$here/running/$word"
                    [ "$verb" != stop ] || rm -f "$here/running/$word" ;;
            esac
        done ;;
esac
"""


@dataclass
class Server:
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PATH": f"{self.folder}:{os.environ['PATH']}",
            "PLAYED": str(self.folder),
            "STATE": str(self.folder / "state"),
            "ENV_FILE": str(self.folder / ".env"),
            "DRIVER": "compose",
            "BEGUN": BEGUN,
            "WATCH_SECONDS": "1",
            "READY_SECONDS": "5",
        }

    def turn(self, script: str, *words: str, **more: str) -> tuple[int, str]:
        done = subprocess.run(
            ["sh", str(DOCKER / "deploy" / script), *words],
            env=self.environment | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout

    def asked(self) -> list[str]:
        """Since the last time."""
        path = self.folder / "asked"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines

    def running(self) -> set[str]:
        return {path.name for path in (self.folder / "running").iterdir()}


@pytest.fixture
def server(tmp_path: Path) -> Server:
    (tmp_path / "docker").write_text(DOCKER_ITSELF)
    (tmp_path / "docker").chmod(0o755)
    (tmp_path / "running").mkdir()
    (tmp_path / ".env").write_text("DOMAIN=switchboard.example\n")
    return Server(tmp_path)


def places(asked: list[str], *words: str) -> list[int]:
    """Where each stands first among what was asked; "$" is the end of a line."""
    lines = [f"{line}$" for line in asked]
    return [next(i for i, line in enumerate(lines) if word in line) for word in words]


def test_all_comes_up_in_order_the_first_time(server: Server) -> None:
    code, told = server.turn("deploy.sh", ONE)
    assert code == 0, told
    asked = server.asked()
    order = places(
        asked,
        *(
            f"pull {ONE}",
            "1 run --rm -T --no-deps volumes$",
            "postgres redis certificates",
            "1 run --rm -T --no-deps migrate$",
        ),
        *("worker-bulk", "--force-recreate web$", "up -d --no-deps --wait nginx"),
        *("smoke http://web:8000", "reload web:8000", "prometheus"),
    )
    assert order == sorted(order), asked
    assert {"web", "nginx", "postgres", *WORKERS} <= server.running()


def test_the_next_starts_beside_and_its_image_is_named_by_digest(
    server: Server,
) -> None:
    server.turn("deploy.sh", ONE)
    server.asked()
    code, told = server.turn("deploy.sh", TWO)
    assert code == 0, told
    asked = server.asked()
    order = places(
        asked,
        *(f"pull {TWO}", "migrate manage only_expands$", "migrate$"),
        *("2 up -d --no-deps --force-recreate web-beside", "smoke http://web-beside"),
        *("reload web-beside:8000", "stop -t 40 web$", "up -d --no-deps worker"),
    )
    # Nobody meets it before it was looked at, and what keeps things stays as it is.
    assert order == sorted(order), asked
    assert "2 up -d --no-deps --wait --no-recreate postgres redis certificates" in asked
    assert "web-beside" in server.running() and "web" not in server.running()
    code, told = server.turn("rollback.sh")
    assert code == 0, told
    asked = server.asked()
    assert "1 up -d --no-deps --force-recreate web" in asked
    assert not any("migrate" in line for line in asked)
    assert "web" in server.running() and "web-beside" not in server.running()


def begin_by_hand(server: Server) -> None:
    """As docker/site.sh up does it."""
    for name in ("web", "nginx", "postgres", "redis", "certificates", *WORKERS):
        (server.folder / "running" / name).touch()


def test_what_was_begun_by_hand_is_taken_over(server: Server) -> None:
    begin_by_hand(server)
    code, told = server.turn("deploy.sh", ONE)
    assert code == 0 and f"taking over {BEGUN}" in told, told
    asked = server.asked()
    # nginx is made anew with the file that it is led by, before anything else is touched.
    order = places(
        asked,
        *("up -d --no-deps --wait nginx", f"pull {ONE}", "only_expands$", "migrate$"),
        *("--force-recreate web-beside", "reload web-beside:8000", "stop -t 40 web$"),
    )
    assert order == sorted(order), asked
    assert {"web-beside", "nginx", *WORKERS} <= server.running()
    assert "web" not in server.running()
    state = (server.folder / "state/state").read_text()
    assert f"current={ONE}\nprevious={BEGUN}\n" in state


def test_a_first_deployment_that_was_killed_is_not_taken_over(server: Server) -> None:
    begin_by_hand(server)
    (server.folder / "state").mkdir()
    (server.folder / "state/turning").write_text(f"deploy {TWO}\n")
    code, told = server.turn("deploy.sh", ONE)
    assert code == 0 and "taking over" not in told, told
    assert "what was interrupted is undone" in told
    state = (server.folder / "state/state").read_text()
    assert f"current={ONE}\nprevious=\n" in state


def test_a_bad_release_leaves_what_was_begun_by_hand(server: Server) -> None:
    begin_by_hand(server)
    (server.folder / "bad").write_text("http://web-beside:8000")
    code, told = server.turn("deploy.sh", ONE)
    assert code == 1 and f"back at {BEGUN}" in told, told
    assert {"web", "nginx", *WORKERS} <= server.running()
    inc = server.folder / "state/upstream.inc"
    assert "server web:8000" in inc.read_text()
    assert inc.stat().st_mode & 0o777 == 0o644


def test_a_door_that_does_not_lead_to_it_is_noticed(server: Server) -> None:
    server.turn("deploy.sh", ONE)
    (server.folder / "closed").touch()
    code, told = server.turn("deploy.sh", TWO)
    assert code == 1 and "nginx does not lead to it" in told, told
    assert "web" in server.running()


def test_several_workers_of_a_kind_are_all_waited_for_and_stay_several(
    server: Server,
) -> None:
    with (server.folder / ".env").open("a") as variables:
        variables.write('SCALE="worker=2 worker-bulk=3"\n')
    (server.folder / "scaled").touch()
    code, told = server.turn("deploy.sh", ONE)
    assert code == 0, told
    scales = "--scale worker=2 --scale worker-bulk=3"
    assert any(f"--no-deps {scales} worker" in line for line in server.asked())


def test_webs_elsewhere_may_stand_in_the_file(server: Server) -> None:
    with (server.folder / ".env").open("a") as variables:
        variables.write("WEB_ELSEWHERE='10.0.0.2:8000'\n")
    assert server.turn("deploy.sh", ONE)[0] == 0
    assert "server 10.0.0.2:8000" in (server.folder / "state/upstream.inc").read_text()


def test_who_reads_along_may_go(server: Server) -> None:
    """As an ssh that is cut: what Docker cannot say any more is no failure."""
    server.turn("deploy.sh", ONE)
    words = ["sh", str(DOCKER / "deploy/deploy.sh"), TWO]
    with subprocess.Popen(
        words,
        env=server.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout
        process.stdout.close()
        assert process.wait(60) == 0
    assert not (server.folder / "state/turning").exists()
    assert f"current={TWO}\n" in (server.folder / "state/state").read_text()


@pytest.mark.parametrize("contract", ["0", "1"])
def test_each_way_back_leads_further_back(server: Server, contract: str) -> None:
    """Never to one that was gone back from, nor past a deployment that took away what
    those before it use."""
    for release in (ONE, TWO, THREE):
        code, told = server.turn("deploy.sh", release, CONTRACT=contract)
        assert code == 0, told
    code, told = server.turn("rollback.sh")
    assert code == 0 and f"at {TWO}" in told, told
    code, told = server.turn("rollback.sh")
    if contract == "1":
        assert code == 1 and f"no release before {TWO}" in told, told
    else:
        assert code == 0 and f"at {ONE}" in told, told
        code, told = server.turn("rollback.sh")
        assert code == 1 and f"no release before {ONE}" in told, told


def test_what_fails_its_smoke_checks_is_stopped_and_nobody_led_to_it(
    server: Server,
) -> None:
    server.turn("deploy.sh", ONE)
    server.asked()
    before = (server.folder / "state/state").read_text()
    (server.folder / "bad").write_text("http://web-beside:8000")
    code, told = server.turn("deploy.sh", TWO)
    assert code == 1 and f"back at {ONE}" in told, told
    asked = server.asked()
    assert not any(line.startswith("reload web-beside") for line in asked), asked
    assert "web-beside" not in server.running() and "web" in server.running()
    assert (server.folder / "state/state").read_text() == before


def test_pgbouncer_is_there_before_web_and_the_replica_in_the_end(
    server: Server,
) -> None:
    names = ("base", "deploy", "pgbouncer", "replica")
    files = " ".join(f"compose.{name}.yml" for name in names)
    code, told = server.turn("deploy.sh", ONE, COMPOSE_FILES=files)
    assert code == 0, told
    asked = server.asked()
    order = places(asked, "certificates pgbouncer", "--force-recreate web$", " replica")
    assert order == sorted(order), asked
    assert {"pgbouncer", "replica"} <= server.running()


def test_webs_on_other_machines_are_led_to_as_well(server: Server) -> None:
    code, told = server.turn(
        "deploy.sh", ONE, WEB_ELSEWHERE="10.0.0.2:8000 [fd00::3]:8000"
    )
    assert code == 0, told
    lines = (server.folder / "state/upstream.inc").read_text().splitlines()
    servers = [line.split()[1] for line in lines if line.startswith("    server ")]
    assert servers == ["web:8000", "10.0.0.2:8000", "[fd00::3]:8000"]


@pytest.mark.parametrize(
    "name",
    [
        *("switchboard:latest", "switchboard", "switchboard@sha256:12", ""),
        *(f"--{ONE}", f"{ONE[:-1]}x", f"$(id){ONE}", f"{ONE[:-64]}{'A' * 64}"),
    ],
)
def test_an_image_without_its_digest_is_refused(server: Server, name: str) -> None:
    code, told = server.turn("deploy.sh", name)
    assert code == 1 and "is no image by digest" in told
    assert server.asked() == []


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (f"/opt/switchboard/docker/deploy/deploy.sh {ONE}", 0),
        ("/opt/switchboard/docker/deploy/rollback.sh", 1),
        (f"deploy.sh {ONE}", 64),
        (f"/a/deploy.sh {ONE} ; id", 64),
        ("/a/deploy.sh $(id)", 1),
        (f"/a/deploy.sh elsewhere.example/{ONE}", 64),
        (f"/a/deploy.sh {ONE.replace('registry.', 'registry2.')}", 64),
        (f"/a/deploy.sh registry.example/switchboard:1@{ONE.partition('@')[2]}", 0),
        ("/bin/sh", 64),
        ("", 64),
    ],
)
def test_the_key_of_deployments_may_do_nothing_else(
    server: Server, monkeypatch: pytest.MonkeyPatch, command: str, code: int
) -> None:
    monkeypatch.setenv("SSH_ORIGINAL_COMMAND", command)
    named = f"SWITCHBOARD_IMAGE='registry.example/switchboard@sha256:{'9' * 64}'\n"
    with (server.folder / ".env").open("a") as variables:
        variables.write(named)
    done, told = server.turn("by_ssh.sh")
    assert done == code, told
    assert bool(server.asked()) == (code == 0)


def test_the_key_takes_no_image_where_the_server_names_none(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_ORIGINAL_COMMAND", f"/a/deploy.sh {ONE}")
    done, told = server.turn("by_ssh.sh")
    assert done == 64 and "SWITCHBOARD_IMAGE" in told
    assert server.asked() == []


def test_the_file_it_adds_is_what_compose_reads_and_has_web_twice() -> None:
    path = DOCKER / "compose.deploy.yml"
    schema = ("--builtin-schema", "vendor.compose-spec")
    checked = run("check-jsonschema", *schema, path)
    assert checked.returncode == 0, checked.stdout
    services = yaml.safe_load(path.read_text())["services"]
    beside = services["web-beside"]
    assert beside["extends"] == {"file": "compose.base.yml", "service": "web"}
    base = yaml.safe_load((DOCKER / "compose.base.yml").read_text())["services"]
    assert set(beside["networks"]) == set(base["web"]["networks"])
    # nginx leads by these names: each is that of one service alone on its network.
    assert beside["networks"]["front"] == {}
    production = yaml.safe_load((DOCKER / "docker-compose.prod.yml").read_text())
    assert beside["mem_limit"] == production["services"]["web"]["mem_limit"]
