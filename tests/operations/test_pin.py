"""`make pin`: with a repository on this disk in the place of GitHub, and Debian's registry
in that of those on the network, which gives nothing without a token it can verify."""

import base64
import hashlib
import json
import re
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
import yaml

import config.pin
from config.env import ROOT
from config.pin import FILES, NotFound, pin
from tests.operations.tools import answers, free_port, run, serving, until

# --- Actions


def git(place: Path, *words: str) -> str:
    mine = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    told = subprocess.run(
        ["git", "-C", str(place), *mine, *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return told.stdout.strip()


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """Where `made/action` has v1 (which only names a commit) and v2 (a tag of its own)."""
    place = tmp_path / "host/made/action"
    place.mkdir(parents=True)
    git(place, "init", "-q")
    for tag, words in (("v1", ["v1"]), ("v2", ["-a", "v2", "-m", "The second"])):
        git(place, "commit", "-q", "--allow-empty", "-m", tag)
        git(place, "tag", *words)
    return tmp_path / "host"


def used(folder: Path, *lines: str) -> Path:
    path = folder / "github/workflows/one.yml"
    path.parent.mkdir(parents=True)
    path.write_text("steps:\n" + "".join(f"  - uses: {line}\n" for line in lines))
    return path


def test_a_tag_becomes_the_commit_it_names(tmp_path: Path, host: Path) -> None:
    path = used(
        *(tmp_path, "made/action@v1", "made/action/part@v2"),
        *("./.github/actions/turn", "./.github/workflows/ci.yml"),
    )
    first, second = (
        git(host / "made/action", "rev-parse", f"{tag}^{{commit}}")
        for tag in ("v1", "v2")
    )
    told = pin([path], f"file://{host}")
    assert told == [f"made/action v1 {first}", f"made/action v2 {second}"]
    pinned = path.read_text()
    assert pinned == (
        f"steps:\n  - uses: made/action@{first} # v1\n"
        f"  - uses: made/action/part@{second} # v2\n"
        "  - uses: ./.github/actions/turn\n  - uses: ./.github/workflows/ci.yml\n"
    )
    pin([path], f"file://{host}")
    assert path.read_text() == pinned


def test_what_is_pinned_follows_its_tag(tmp_path: Path, host: Path) -> None:
    path = used(tmp_path, "made/action@v1")
    pin([path], f"file://{host}")
    git(host / "made/action", "tag", "-f", "v1", "v2^{commit}")
    pin([path], f"file://{host}")
    commit = git(host / "made/action", "rev-parse", "v2^{commit}")
    assert f"made/action@{commit} # v1\n" in path.read_text()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("made/action@v3", "has no tag v3"),
        ("made/nothing@v1", "could not be asked"),
        (f"made/action@{'a' * 40}", "says no tag"),
    ],
)
def test_nothing_is_written_where_one_is_not_found(
    tmp_path: Path, host: Path, line: str, why: str
) -> None:
    path = used(tmp_path, "made/action@v1", line)
    before = path.read_text()
    with pytest.raises(NotFound, match=why):
        pin([path], f"file://{host}")
    assert path.read_text() == before


# --- Images


@dataclass
class Registry:
    """Debian's, and who gives tokens for it."""

    port: int
    tokens: int
    certificate: str  # DER, in Base64
    key: str

    def token(self, scope: str) -> str:
        kind, name, actions = scope.split(":")
        claims = {
            "iss": "switchboard tests",
            "aud": "registry",
            "sub": "",
            "nbf": int(time.time()) - 60,
            "exp": int(time.time()) + 300,
            "access": [{"type": kind, "name": name, "actions": actions.split(",")}],
        }
        headers = {"x5c": [self.certificate]}
        return jwt.encode(claims, self.key, algorithm="RS256", headers=headers)

    def put(self, path: str, body: bytes, name: str, method: str, kind: str) -> str:
        """Where what was put is, or where it is put on."""
        if not path.startswith("http"):
            path = f"http://127.0.0.1:{self.port}/v2/{name}/{path}"
        headers = {
            "Authorization": f"Bearer {self.token(f'repository:{name}:pull,push')}",
            "Content-Type": kind,
        }
        request = urllib.request.Request(
            path, data=body, method=method, headers=headers
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.headers["Location"])

    def push(self, name: str, tag: str, what: str) -> str:
        """An image without layers; answers its digest."""
        config = json.dumps({"architecture": what}).encode()
        begun = self.put("blobs/uploads/", b"", name, "POST", "text/plain")
        digest = urllib.parse.quote(_digest(config))
        self.put(
            f"{begun}&digest={digest}", config, name, "PUT", "application/octet-stream"
        )
        kind = "application/vnd.docker.distribution.manifest.v2+json"
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": kind,
                "config": {
                    "mediaType": "application/vnd.docker.container.image.v1+json",
                    "size": len(config),
                    "digest": _digest(config),
                },
                "layers": [],
            }
        ).encode()
        self.put(f"manifests/{tag}", manifest, name, "PUT", kind)
        return _digest(manifest)


def _digest(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    folder = tmp_path_factory.mktemp("registry")
    made = run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=tokens", "-keyout", folder / "key", "-out", folder / "pem"),
    )
    assert made.returncode == 0, made.stdout
    lines = (folder / "pem").read_text().splitlines()
    found = Registry(
        free_port(), free_port(), "".join(lines[1:-1]), (folder / "key").read_text()
    )
    assert base64.b64decode(found.certificate)

    class Tokens(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
            assert asked["service"] == ["registry"]
            told = json.dumps({"token": found.token(asked["scope"][0])}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, *_: object) -> None:
            """The tests say what went wrong."""

    settings = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": str(folder / "kept")}},
        "http": {"addr": f"127.0.0.1:{found.port}"},
        "auth": {
            "token": {
                "realm": f"http://127.0.0.1:{found.tokens}/token",
                "service": "registry",
                "issuer": "switchboard tests",
                "rootcertbundle": str(folder / "pem"),
            }
        },
    }
    (folder / "settings.yml").write_text(yaml.safe_dump(settings))
    server = ThreadingHTTPServer(("127.0.0.1", found.tokens), Tokens)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    log = folder / "log"
    with serving("docker-registry", "serve", folder / "settings.yml", log=log):
        until(lambda: answers(f"http://127.0.0.1:{found.port}/v2/"), 30, log)
        yield found
    server.shutdown()
    server.server_close()


def test_an_image_becomes_the_digest_behind_its_tag(
    registry: Registry, tmp_path: Path
) -> None:
    name = f"127.0.0.1:{registry.port}/made/server"
    path = tmp_path / "compose.yml"
    lines = (
        "image: ${{SERVER_IMAGE:-{}}}",
        "image: {}",
        "ARG SERVER_IMAGE={}",
        "SERVER_IMAGE: {}",
    )

    def all_are(what: str) -> str:
        return "".join(f"{line.format(what)}\n" for line in lines)

    first = registry.push("made/server", "1.2-slim", "first")
    path.write_text(all_are(f"{name}:1.2-slim"))
    assert pin([path]) == [f"{name} 1.2-slim {first}"]
    assert path.read_text() == all_are(f"{name}:1.2-slim@{first}")
    # The tag is moved: what was pinned follows when asked to, and not before.
    second = registry.push("made/server", "1.2-slim", "second")
    assert second != first
    pin([path])
    assert path.read_text() == all_are(f"{name}:1.2-slim@{second}")


def test_an_image_that_is_not_there_changes_nothing(
    registry: Registry, tmp_path: Path
) -> None:
    registry.push("made/other", "1", "first")
    name = f"127.0.0.1:{registry.port}/made/other"
    for missing in (f"{name}:2", f"127.0.0.1:{free_port()}/made/other:1"):
        path = tmp_path / "compose.yml"
        path.write_text(f"image: {name}:1\nimage: {missing}\n")
        with pytest.raises(NotFound, match=f"{missing} could not be looked up"):
            pin([path])
        assert path.read_text() == f"image: {name}:1\nimage: {missing}\n"


def test_it_sees_every_image_that_is_named() -> None:
    seen, named = set(), set()
    for path in (found for each in FILES for found in ROOT.glob(each)):
        text = path.read_text()
        seen |= {
            f"{use['name']}:{use['tag']}" for use in config.pin._IMAGE.finditer(text)
        }
        if path.suffix == ".yml":
            named |= set(images_of(yaml.safe_load(text)))
    assert len(named) > 14 and named <= seen
    others = {each.partition(":")[0] for each in seen - named}
    assert others == {"docker.io/library/python", "ghcr.io/gitleaks/gitleaks"}


def images_of(found: Any) -> Iterator[str]:
    """Ours, whose name is given, left out."""
    if isinstance(found, list):
        for each in found:
            yield from images_of(each)
    elif isinstance(found, dict):
        for name, value in found.items():
            if name != "image" or not isinstance(value, str):
                yield from images_of(value)
            elif "SWITCHBOARD_IMAGE:?" not in value and "${{" not in value:
                yield re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", value).partition("@")[0]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("postgres", ("registry-1.docker.io", "library/postgres")),
        ("prom/prometheus", ("registry-1.docker.io", "prom/prometheus")),
        ("docker.io/library/redis", ("registry-1.docker.io", "library/redis")),
        ("ghcr.io/made/by/us", ("ghcr.io", "made/by/us")),
        ("127.0.0.1:5000/made", ("127.0.0.1:5000", "made")),
    ],
)
def test_a_name_is_looked_up_where_docker_would(
    name: str, place: tuple[str, str]
) -> None:
    assert config.pin._place(name) == place


def test_a_digest_that_does_not_add_up_is_not_believed(
    tmp_path: Path,
) -> None:
    class Lying(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Docker-Content-Digest", f"sha256:{'0' * 64}")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """The test says what went wrong."""

    path = tmp_path / "compose.yml"
    with ThreadingHTTPServer(("127.0.0.1", 0), Lying) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        path.write_text(f"image: 127.0.0.1:{server.server_port}/made:1\n")
        with pytest.raises(NotFound, match="and its registry says sha256:0000"):
            pin([path])
        server.shutdown()
    assert "sha256" not in path.read_text()
