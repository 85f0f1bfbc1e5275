"""What the documents have one type is typed, in a folder as it is on a server; Docker
itself is played by a script that looks at what it is asked."""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.env import ROOT
from tests.operations import redis_server
from tests.operations.tools import DOCKER, run, serving, until

DIGEST = "registry.example/switchboard@sha256:" + "1" * 64
# Each file and service that is named is there, and each variable that has to be is set.
DOCKER_ITSELF = """#!{python}
import json, os, re, sys
import yaml
words, files, known = sys.argv[1:], [], dict(os.environ)
wrong = []
assert words.pop(0) == "compose", sys.argv
while words[0].startswith("-"):
    option, value = words.pop(0), words.pop(0)
    if option == "-f":
        files.append(value)
    elif option == "--env-file":
        lines = open(value).read().splitlines()
        there = dict(one.split("=", 1) for one in lines if "=" in one and one[0] != "#")
        known = there | known
if not files:
    wrong.append("no file is named, and none is found")
services = set()
for name in files:
    if not os.path.exists(name):
        wrong.append(f"there is no {{name}}")
        continue
    text = open(name).read()
    services |= set(yaml.safe_load(text)["services"])
    for variable in re.findall(r"\\$\\{{(\\w+):\\?", text):
        if not known.get(variable):
            wrong.append(f"{{variable}} is missing")
verb, rest, named = words[0], words[1:], []
while rest:
    word = rest.pop(0)
    if word in ("--tail", "--scale", "--entrypoint", "-t", "--status"):
        rest.pop(0)
    elif not word.startswith("-"):
        named.append(word)
if verb in ("exec", "run"):
    named = named[:1]
elif verb not in ("up", "ps", "logs", "stop", "start", "restart"):
    wrong.append(f"{{verb}} is no word of Compose that we know")
wrong += [f"{{name}} is no service" for name in named if name not in services]
if verb == "ps" and "-q" in words:
    print("an-id")
told = {{"wrong": wrong, "words": words, "image": known.get("SWITCHBOARD_IMAGE")}}
with open(os.environ["PLAYED"], "a") as played:
    played.write(json.dumps(told) + "\\n")
"""


def typed() -> Iterator[tuple[str, str]]:
    """Document and command, of those for Docker Compose."""
    for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]:
        text = re.sub(r"\\\n\s*", "", path.read_text())
        for line in re.findall(r"^(?: {4,}|\t)(\S.*)$|`([^`\n]+)`", text, re.MULTILINE):
            command = (line[0] or line[1]).strip()
            if re.match(r"(\w+=\S+ )*(docker compose|docker/site\.sh) \S", command):
                yield path.name, command


COMMANDS = list(typed())


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """The folder /opt/switchboard of one."""
    shutil.copytree(DOCKER, tmp_path / "docker")
    conf = (DOCKER / ".env.example").read_text()
    conf = conf.replace("#INSIDE_ADDRESS", "INSIDE_ADDRESS")
    (tmp_path / "docker/.env").write_text(conf)
    (tmp_path / "programs").mkdir()
    docker = tmp_path / "programs/docker"
    docker.write_text(DOCKER_ITSELF.format(python=sys.executable))
    docker.chmod(0o755)
    return tmp_path


def deploy(server: Path) -> None:
    """As deploy.sh leaves it."""
    (server / "state").mkdir()
    kept = f"current={DIGEST}\nprevious=\nbefore=\nslot=web-beside\n"
    (server / "state/state").write_text(kept)


def add_replica(server: Path) -> None:
    """As docs/scale.md says, to the files of deploy.sh."""
    files = ("compose.base", "docker-compose.prod", "compose.deploy", "compose.replica")
    named = " ".join(f"{name}.yml" for name in files)
    conf = server / "docker/.env"
    conf.write_text(f"{conf.read_text()}\nCOMPOSE_FILES={named}\n")


def type_in(server: Path, command: str) -> tuple[int, str, list[dict[str, object]]]:
    """Exit code, what was said, and what Docker was asked."""
    played = server / "played"
    played.unlink(missing_ok=True)
    environment = {
        **os.environ,
        "PATH": f"{server}/programs:{os.environ['PATH']}",
        "PLAYED": str(played),
        "STATE": str(server / "state"),
    }
    done = run("sh", "-c", f"cd {server} && {command}", env=environment)
    lines = played.read_text().splitlines() if played.exists() else []
    return done.returncode, done.stdout, [json.loads(line) for line in lines]


def test_there_are_commands_and_none_of_them_is_cut() -> None:
    assert len(COMMANDS) > 30
    assert not [command for _, command in COMMANDS if "…" in command]


@pytest.mark.parametrize("is_deployed", [False, True], ids=["by-hand", "deployed"])
@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_what_a_document_has_one_type_is_understood(
    server: Path, name: str, command: str, is_deployed: bool
) -> None:
    if is_deployed:
        deploy(server)
    is_of_replica = bool(re.search(r"\breplica\b", command))
    if is_of_replica:
        add_replica(server)
    code, told, asked = type_in(server, command)
    if command == "docker/site.sh up -d" and is_deployed:
        assert code == 64 and "start both slots" in told and not asked
        return
    if ("web-beside" in command or is_of_replica) and not is_deployed:
        return  # it is for where deploy.sh is used, and says so
    assert asked, told
    for each in asked:
        assert each["wrong"] == [], told
        if "site.sh" in command and is_deployed:
            assert each["image"] == DIGEST


def test_what_site_sh_knows_beside_leads_where_it_should(server: Path) -> None:
    _, _, [asked] = type_in(server, "docker/site.sh manage doctor --json")
    assert asked["words"] == [
        *("exec", "web", "env", "DATABASE_URL_FILE=/run/secrets/database_url"),
        *("python", "-m", "config.start", "manage", "doctor", "--json"),
    ]
    # By the password that PostgreSQL wants of everybody; the query is one word.
    _, _, [asked] = type_in(server, "docker/site.sh sql 'SELECT \"a\"; SELECT 2'")
    words = asked["words"]
    assert isinstance(words, list)
    assert words[:4] == ["exec", "postgres", "sh", "-c"]
    assert 'PGPASSWORD="$(cat /run/secrets/postgres_password)" exec psql' in words[4]
    assert words[5:] == ["psql", 'SELECT "a"; SELECT 2']
    deploy(server)
    _, _, [asked] = type_in(server, "docker/site.sh manage doctor")
    words = asked["words"]
    assert isinstance(words, list) and words[:2] == ["exec", "web-beside"]
    conf = server / "docker/.env"
    conf.write_text(f"{conf.read_text()}\nCOMPOSE_FILES=compose.base.yml nobody.yml\n")
    _, _, [asked] = type_in(server, "docker/site.sh ps")
    assert asked["wrong"] == ["there is no nobody.yml"]
    conf.unlink()
    code, told, _ = type_in(server, "docker/site.sh ps")
    assert code == 1 and ".env.example is what to copy" in told


def test_old_data_is_moved_away_at_each_restore(tmp_path: Path) -> None:
    """By the script that the document has for the container, on folders of ours."""
    (script,) = {
        re.findall("'(.*)'", one)[0] for _, one in COMMANDS if " mv /var/" in one
    }
    data, backups = tmp_path / "data", tmp_path / "backups"
    data.mkdir()
    backups.mkdir()
    here = script.replace("/var/lib/postgresql/data", str(data))
    here = here.replace("/backups", str(backups))
    for name in ("first", "second"):
        (data / name).write_text("rows")
        done = run("sh", "-c", here)
        assert done.returncode == 0, done.stdout
        assert not list(data.iterdir())
    kept = sorted(path.name for path in backups.glob("data-*/*"))
    assert kept == ["first", "second"]


def test_what_redis_is_asked_its_rules_let_the_site_ask(
    tmp_path: Path, server: Path
) -> None:
    """With its own configuration: every command that a document has one type."""
    conf, cli = redis_server.lay_out(tmp_path)
    with serving("redis-server", conf, log=tmp_path / "log"):
        until(lambda: "PONG" in run("redis-cli", *cli, "ping").stdout, 20)
        asked = {
            one.split(maxsplit=2)[2] for _, one in COMMANDS if "site.sh redis" in one
        }
        assert {"--bigkeys", "FLUSHDB"} <= asked
        for words in asked:
            told = run("redis-cli", *cli, *words.split()).stdout
            assert "NOPERM" not in told and "NOAUTH" not in told, told
        # What doctor looks for: sessions and limits are no cache.
        told = run("redis-cli", *cli, "config", "get", "maxmemory-policy").stdout
        assert told.split()[-1] == "noeviction"
