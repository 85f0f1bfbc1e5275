"""`docs/spa.md` does what it says: its snippets, run in Node against the running site by
somebody who types what a person would."""

import os
import re
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.utils import timezone

from apps.accounts.models import LoginSession, PersonalToken, User
from apps.assistant.models import Reminder
from apps.mfa.models import TOTPDevice
from config.env import Env
from tests import node
from tests.clients import guide
from tests.factories import PASSWORD
from tests.portal.conftest import Worker

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "dora@example.com"
_SECONDS = 60


def mailed(worker: Worker) -> str:
    worker.wait_until(lambda: bool(list.__len__(mail.outbox)))
    found = re.search(r"code is\s+(\S+)", str(list.__getitem__(mail.outbox, -1).body))
    assert found
    return found[1]


def shown() -> str:
    """By the app; as if the code before were of half a minute ago."""
    TOTPDevice.objects.update(last_t=-1)
    return TOTPDevice.objects.get().code()


class Person:
    """Dora, who answers what she is asked. The first code she types is a wrong one."""

    def __init__(self, worker: Worker) -> None:
        self.worker, self.asked = worker, list[str]()

    def answer(self, question: str) -> str:
        self.asked.append(question)
        if question == "The code from your mail?":
            code = mailed(self.worker)
            return code if self.asked.count(question) == 2 else code[::-1]
        if question == "A name for the token?":
            # She thinks about it for a long time.
            long_ago = timezone.now() - timedelta(minutes=6)
            LoginSession.objects.update(proved_at=long_ago, proved_twice_at=long_ago)
        if "code" in question:
            return shown()
        return {
            "Your address?": ADDRESS,
            "A password?": PASSWORD,
            "Your password?": PASSWORD,
            "Say something.": "remind me to call Ana every friday at 9am",
            "A name for the token?": "backup",
        }[question]


def played(program: Path, person: Person, site: str, kept: Path) -> list[str]:
    """What the program prints, while somebody answers its questions."""
    command = [node.NODE, "--no-warnings", "--experimental-webstorage"]
    command += [f"--localstorage-file={kept}"]
    command += ["--import", program.parent / "person.mjs", program]
    with subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SITE": site},
    ) as running:
        assert running.stdin and running.stdout and running.stderr
        late = threading.Timer(_SECONDS, running.kill)
        late.start()
        said = []
        for line in running.stdout:
            said.append(line.rstrip("\n"))
            if line.startswith("? "):
                running.stdin.write(person.answer(said[-1][2:]) + "\n")
                running.stdin.flush()
        wrong = running.stderr.read()
        late.cancel()
    assert running.returncode == 0, wrong
    return said


def test_the_guide_leads_from_sign_up_to_the_settings(
    programs: Path, worker: Worker, site: str, tmp_path: Path
) -> None:
    person = Person(worker)
    said = played(programs / "guide.js", person, site, tmp_path / "kept")
    dora = User.objects.get(email=ADDRESS)
    told = "\n".join(said)
    assert "! " in told, "the wrong code was told"
    assert "Add this to your authenticator app: otpauth://totp/Switchboard:dora" in told
    assert re.search(r"Keep these: ([A-Z2-7-]{19}, ){9}[A-Z2-7-]{19}$", told, re.M)
    assert "Reminder set: call Ana" in told
    assert f"Welcome back, {ADDRESS}." in told
    assert re.search(r"^quiet_from: \w+", told, re.M)
    assert re.search(r"^call Ana: every Fri ", told, re.M), told
    assert said[-1] == "It is dark now."
    assert Reminder.objects.get(user=dora).text == "call Ana"
    (token,) = PersonalToken.objects.filter(user=dora)
    assert (token.name, token.scopes) == ("backup", ["reminders:read"])
    # Signed up, out and in, once each.
    assert [row.ending for row in LoginSession.objects.order_by("pk")] == [
        "signed_out",
        "",
    ]
    assert person.asked.count("To be sure: the code of your app?") == 1


def test_its_setting_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert guide.languages() == {"ts", "sh"}
    (setting,) = guide.blocks("sh")
    name, _, value = setting.strip().partition("=")
    monkeypatch.setattr(Env, "mistakes", [])
    monkeypatch.setenv(name, value)
    assert Env().origins("CORS_ALLOWED_ORIGINS") == ["http://localhost:5173"]
    assert not Env.mistakes
