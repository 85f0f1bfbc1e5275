"""`make pin`: the actions of .github by the commit that their tag names today.

A tag can be moved to another commit, and has been; a commit cannot. What is pinned
already (`@<commit> # v5`) is looked up again by its tag. Nothing is written unless every
tag was found: no commit is ever made up. Standard library and git only.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".github"
# "uses: owner/repository/path@what # v5"; what is in this repository has no "@".
_USES = re.compile(
    r"(?P<before>uses: +)(?P<action>[\w.-]+/[\w.-]+(?:/[\w./-]+)?)"
    r"@(?P<now>[\w.-]+)(?: +# *(?P<tag>[\w.-]+))?"
)
_COMMIT = re.compile(r"[0-9a-f]{40}")
SECONDS = 60


class NotFound(Exception):
    """With a sentence: which tag, and why not."""


def pin(folder: Path, host: str = "https://github.com") -> list[str]:
    """Each action with its tag and its commit, after it was written. Raises NotFound,
    and then nothing was."""
    files = sorted([*folder.rglob("*.yml"), *folder.rglob("*.yaml")])
    texts = {path: path.read_text() for path in files}
    found: dict[tuple[str, str], str] = {}
    for text in texts.values():
        for use in _USES.finditer(text):
            repository, tag = "/".join(use["action"].split("/")[:2]), _tag(use)
            if (repository, tag) not in found:
                found[repository, tag] = _commit(f"{host}/{repository}", tag)

    def pinned(use: re.Match[str]) -> str:
        tag = _tag(use)
        commit = found["/".join(use["action"].split("/")[:2]), tag]
        return f"{use['before']}{use['action']}@{commit} # {tag}"

    for path, text in texts.items():
        path.write_text(_USES.sub(pinned, text))
    return [f"{name} {tag} {commit}" for (name, tag), commit in sorted(found.items())]


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


if __name__ == "__main__":
    try:
        print("\n".join(pin(FOLDER)))
    except NotFound as error:
        sys.exit(f"Nothing was changed. {error}")
