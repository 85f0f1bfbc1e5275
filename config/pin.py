"""`make pin`: the actions of .github by the commit that their tag names today, and images
by the digest of theirs, there and in docker/.

A tag can be moved to something else, and has been; a commit or a digest cannot. What is
pinned already (`@<commit> # v5`, `name:tag@sha256:…`) is looked up again by its tag.
Nothing is written unless every tag was found: none is ever made up. Standard library and
git only.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable
from http.client import HTTPException
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = (".github/**/*.yml", "docker/*.yml", "docker/Dockerfile")
# "uses: owner/repository/path@what # v5"; what is in this repository has no "@".
_USES = re.compile(
    r"(?P<before>uses: +)(?P<action>[\w.-]+/[\w.-]+(?:/[\w./-]+)?)"
    r"@(?P<now>[\w.-]+)(?: +# *(?P<tag>[\w.-]+))?"
)
# "image: name:tag", "image: ${WHAT_IMAGE:-name:tag}" and "WHAT_IMAGE=name:tag", or "WHAT_IMAGE: ".
_IMAGE = re.compile(
    r"(?P<before>\bimage: (?:\$\{\w+:-)?|_IMAGE(?:=|: ))"
    r"(?P<name>[a-z0-9][a-z0-9.-]*(?::\d+)?(?:/[a-z0-9._-]+)+|[a-z0-9][a-z0-9._-]*)"
    r":(?P<tag>[\w.-]+)(?:@sha256:[0-9a-f]{64})?"
)
_COMMIT = re.compile(r"[0-9a-f]{40}")
SECONDS = 60
# A list of images by architecture where there is one: what it names holds on each.
_KINDS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_MOST = 4 * 1024 * 1024  # bytes, as the protocol has it
_LOOPBACK = re.compile(r"(127\.[\d.]+|localhost)(:\d+)?")


class NotFound(Exception):
    """With a sentence: which tag, and why not."""


def pin(paths: Iterable[Path], host: str = "https://github.com") -> list[str]:
    """Each with its tag and what that is, after it was written. Raises NotFound, and then
    nothing was."""
    texts = {path: path.read_text() for path in paths}
    found: dict[tuple[str, str], str] = {}

    def once(name: str, tag: str, look: Callable[[str, str], str]) -> str:
        if (name, tag) not in found:
            found[name, tag] = look(name, tag)
        return found[name, tag]

    def action(use: re.Match[str]) -> str:
        repository, tag = "/".join(use["action"].split("/")[:2]), _tag(use)
        commit = once(repository, tag, lambda name, tag: _commit(f"{host}/{name}", tag))
        return f"{use['before']}{use['action']}@{commit} # {tag}"

    def image(use: re.Match[str]) -> str:
        digest = once(use["name"], use["tag"], _digest)
        return f"{use['before']}{use['name']}:{use['tag']}@{digest}"

    pinned = {
        path: _IMAGE.sub(image, _USES.sub(action, text)) for path, text in texts.items()
    }
    for path, text in pinned.items():
        path.write_text(text)
    return [f"{name} {tag} {what}" for (name, tag), what in sorted(found.items())]


# --- Actions


def _tag(use: re.Match[str]) -> str:
    if _COMMIT.fullmatch(use["now"]):
        if not use["tag"]:
            raise NotFound(f"{use['action']}@{use['now']} says no tag: add “# v…”.")
        return use["tag"]
    return use["now"]


def _commit(repository: str, tag: str) -> str:
    """Of a tag with a message of its own, the commit and not the tag."""
    asked = ["git", "ls-remote", "--quiet", repository, f"refs/tags/{tag}*"]
    try:
        told = subprocess.run(
            asked,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFound(f"{repository} could not be asked: {error}") from error
    if told.returncode:
        raise NotFound(f"{repository} could not be asked: {told.stderr.strip()}")
    lines = (line.partition("\t") for line in told.stdout.splitlines())
    commits = {name: commit for commit, _, name in lines}
    commit = commits.get(f"refs/tags/{tag}^{{}}") or commits.get(f"refs/tags/{tag}", "")
    if not _COMMIT.fullmatch(commit):
        raise NotFound(f"{repository} has no tag {tag}.")
    return commit


# --- Images


def _digest(name: str, tag: str) -> str:
    """As the registry says, and as what it sends adds up to: by the protocol of registries
    (OCI distribution, version 2). The name is as for `docker pull`."""
    host, path = _place(name)
    try:
        body, said = _manifest(f"{_origin(host)}/v2/{path}/manifests/{tag}")
    except (OSError, HTTPException, ValueError) as error:
        raise NotFound(f"{name}:{tag} could not be looked up: {error}") from error
    found = f"sha256:{hashlib.sha256(body).hexdigest()}"
    if said and said != found:
        raise NotFound(f"{name}:{tag} is {found}, and its registry says {said}.")
    return found


def _place(name: str) -> tuple[str, str]:
    """The registry's host and the path there, whatever may be left out."""
    first, _, rest = name.partition("/")
    if not rest or not re.search(r"[.:]|^localhost$", first):
        first, rest = "docker.io", name
    if first == "docker.io":
        return "registry-1.docker.io", rest if "/" in rest else f"library/{rest}"
    return first, rest


def _origin(host: str) -> str:
    return f"{'http' if _LOOPBACK.fullmatch(host) else 'https'}://{host}"


def _manifest(address: str) -> tuple[bytes, str]:
    """It, and the digest that its registry says it has ("" where it says none)."""
    headers = {"Accept": ", ".join(_KINDS)}
    try:
        return _asked(address, headers)
    except urllib.error.HTTPError as refused:
        if refused.code != 401:
            raise
        asked = refused.headers.get("WWW-Authenticate", "")
    return _asked(address, headers | {"Authorization": f"Bearer {_token(asked)}"})


def _token(asked: str) -> str:
    """What anybody is given who wants to read what is public."""
    scheme, _, rest = asked.partition(" ")
    wanted = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    if scheme.lower() != "bearer" or "realm" not in wanted:
        raise ValueError("it is not for everybody")
    realm = wanted.pop("realm")
    told, _ = _asked(f"{realm}?{urllib.parse.urlencode(wanted)}", {})
    given = json.loads(told)
    for name in ("token", "access_token"):
        if isinstance(given, dict) and isinstance(given.get(name), str):
            return str(given[name])
    raise ValueError(f"{realm} gave no token")


def _asked(address: str, headers: dict[str, str]) -> tuple[bytes, str]:
    where = urllib.parse.urlsplit(address)
    if address.startswith("http:") and not _LOOPBACK.fullmatch(where.netloc):
        raise ValueError(f"{where.netloc} answers without TLS")
    if where.scheme not in ("http", "https"):
        raise ValueError(f"{address} is no address of a registry")
    request = urllib.request.Request(address, headers=headers)
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        body = answer.read(_MOST + 1)
        if len(body) > _MOST:
            raise ValueError("the answer is too large")
        return body, answer.headers.get("Docker-Content-Digest", "")


if __name__ == "__main__":
    try:
        print("\n".join(pin(sorted(p for each in FILES for p in ROOT.glob(each)))))
    except NotFound as error:
        sys.exit(f"Nothing was changed. {error}")
