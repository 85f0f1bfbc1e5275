"""Bandit and Semgrep on our own code, and each rule of ours on what it is for."""

import json
from pathlib import Path

import pytest
import yaml

from config.env import ROOT
from tests.operations.tools import run

SEMGREP = ROOT / ".venv-semgrep/bin/semgrep"
RULES = ROOT / ".github/semgrep.yml"
# Rule → what it finds, what it leaves alone.
CASES = {
    "asked-for-runs": (
        'def page(request):\n    cursor.execute("SELECT " + request.GET["a"])\n',
        'def page(request):\n    cursor.execute("SELECT %s", [request.GET["a"]])\n',
    ),
    "safe-without-being-written": ("mark_safe(text)\n", 'mark_safe("<br>")\n'),
    "a-shell-reads-it": (
        "import subprocess\n\nsubprocess.run(words, shell=True)\n",
        "import subprocess\n\nsubprocess.run(words)\n",
    ),
    "what-is-read-is-run": (
        "import pickle\n\npickle.loads(body)\n",
        "import json\n\njson.loads(body)\n",
    ),
    "a-certificate-is-not-looked-at": (
        "httpx.get(address, verify=False)\n",
        "httpx.get(address, verify=context)\n",
    ),
    "a-secret-is-compared-by-its-time": (
        "if row.signature == given:\n    pass\n",
        "if hmac.compare_digest(row.signature, given):\n    pass\n",
    ),
    "guessable": (
        "import random\n\nrandom.choice(letters)\n",
        "import random, secrets\n\nsecrets.choice(letters)\nrandom.uniform(1, 2)\n",
    ),
    "a-person-in-the-log": (
        'logger.info("sent", what=text.body)\n',
        'logger.info("sent", text=str(text.ref))\n',
    ),
    "no-timeout": (
        "import urllib.request\n\nurllib.request.urlopen(address)\n",
        "import urllib.request\n\nurllib.request.urlopen(address, timeout=3)\n",
    ),
}


def test_they_find_nothing_in_our_code() -> None:
    looked = run("make", "-s", "scan")
    assert looked.returncode == 0, looked.stdout


def test_each_rule_finds_what_it_is_for_and_leaves_the_rest(tmp_path: Path) -> None:
    rules = yaml.safe_load(RULES.read_text())["rules"]
    assert [rule["id"] for rule in rules] == list(CASES)
    for name, (wrong, right) in CASES.items():
        (tmp_path / f"{name}--wrong.py").write_text(wrong)
        (tmp_path / f"{name}--right.py").write_text(right)
    told = run(
        *(SEMGREP, "scan", "--config", RULES, "--metrics", "off"),
        *("--disable-version-check", "--quiet", "--no-git-ignore", "--json", tmp_path),
    ).stdout
    found = {
        (each["check_id"].rpartition(".")[2], Path(each["path"]).name)
        for each in json.loads(told[told.index("{") :])["results"]
    }
    assert found == {(name, f"{name}--wrong.py") for name in CASES}


@pytest.mark.parametrize(
    ("code", "test"),
    [
        ("import hashlib\n\nhashlib.md5(password)\n", "B324"),
        ("import yaml\n\nyaml.load(text)\n", "B506"),
        ('import tarfile\n\ntarfile.open("a").extractall()\n', "B202"),
    ],
)
def test_bandit_is_still_asked_for_the_rest(
    tmp_path: Path, code: str, test: str
) -> None:
    (tmp_path / "wrong.py").write_text(code)
    looked = run("bandit", "-q", "-c", ROOT / ".github/bandit.yml", "-r", tmp_path)
    assert looked.returncode == 1 and test in looked.stdout, looked.stdout
