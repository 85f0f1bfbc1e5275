"""Passwords: what is refused at every door, before what work, and what is let through."""

import io
import random
import sys
import time
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import BCryptPasswordHasher, BCryptSHA256PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from apps.accounts import breached, passwords, strength
from apps.accounts.models import User
from tests.factories import PASSWORD, UserFactory

DANA = User(email="dana.dahl1985@mail.fjordhaus.example", name="Dana Åsa Dahl")
GOOD = "four-grey-herons-waiting"


def refusal(password: str, user: User | None = None) -> str:
    """The code of the rule that it breaks, if any."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        assert len(error.error_list) == 1
        assert error.messages[0]
        return str(error.error_list[0].code)
    return ""


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("grey-herons", "password_too_short"),
        ("x" * 257, "password_too_long"),
        ("grey-herons-\x00-waiting", "password_unreadable"),
        ("grey-herons-\ud800-waiting", "password_unreadable"),
        ("switchboard-grey-herons", "password_personal"),
        ("needforspeed", "password_too_common"),
        ("mnbvcxzlkjhgf", "password_guessable"),
        ("aaaaaaaaaaaa", "password_guessable"),
        ("hello-hello-hello", "password_guessable"),
        ("Password2026!", "password_guessable"),
        (GOOD, ""),
        (PASSWORD, ""),
        # Nothing but lower case, and nothing but digits: kinds do not matter.
        ("graureiherwarten", ""),
        ("830174659302", ""),
        ("четыре серые цапли", ""),
        ("abc1" * 60, "password_guessable"),
        ("kQ" * 2 + "four grey herons waiting" + "z" * 228, ""),
    ],
)
def test_a_password_is_judged_by_length_and_by_how_known_it_is(
    password: str, code: str
) -> None:
    assert refusal(password) == code


@pytest.mark.parametrize(
    "about", ["Dana", "DAHL", "fjordhaus", "dahl1985", "DanaDahl", "åsa dahl"]
)
def test_what_everybody_knows_of_the_person_is_refused(about: str) -> None:
    assert refusal(f"{about}-herons-waiting", DANA) == "password_personal"


@pytest.mark.parametrize("about", ["example", "mai1", "herons"])
def test_what_is_nobodys_alone_is_not(about: str) -> None:
    assert refusal(f"{about}-grey-quiet-waiting", DANA) == ""


def test_signs_for_letters_hide_no_name() -> None:
    assert refusal("fj0rdh4us-2026", DANA) == "password_guessable"


def test_the_advice_is_in_plain_words() -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password("mnbvcxzlkjhgf")
    words = refused.value.messages[0]
    assert words.startswith("This is easy to guess. ")
    assert "Add another word or two." in words


def test_the_least_length_is_a_setting(settings: Settings) -> None:
    settings.PASSWORD_MIN_LENGTH = 30
    assert refusal(GOOD) == "password_too_short"
    assert "At least 30 characters" in passwords.hint()


@pytest.mark.parametrize(
    "password",
    [
        "4@8({[<3694!1|705$+7%2" * 4,
        "()" * 36,
        "1|" * 128,
        "a" * 256,
        "".join(random.Random(4).choices("4@8({[<3694!1|705$+7%2abx", k=256)),
    ],
)
def test_no_password_keeps_the_server_busy(password: str) -> None:
    """zxcvbn alone takes six seconds for the first of these."""
    start = time.process_time()
    strength.estimate(password[:256])
    assert time.process_time() - start < 1


def test_what_is_known_of_one_person_is_not_kept_for_the_next() -> None:
    strength.estimate(GOOD, {"herons"})
    assert strength.estimate("herons").guesses > 1_000


# --- every door ------------------------------------------------------------------------

BAD = "dana-is-waiting-here"


@pytest.fixture
def dana(db: None) -> User:
    user = UserFactory.create(email="dana@example.com", name="Dana Dahl")
    EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    return user


def _signs_up(path: str, data: dict[str, str]) -> bool:
    sent = {"email": "dana@example.com", "name": "Dana Dahl", **data}
    more: dict[str, Any] = {}
    if path.startswith("/api/"):
        more["content_type"] = "application/json"
    answer = Client().post(path, sent, **more)
    assert answer.status_code in {200, 302, 400, 401}
    return User.objects.filter(email="dana@example.com").exists()


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/accounts/signup/", "password1"),
        ("/api/auth/app/v1/auth/signup", "password"),
        ("/api/auth/browser/v1/auth/signup", "password"),
    ],
)
def test_sign_up_asks_the_rules_with_the_name(db: None, path: str, field: str) -> None:
    assert not _signs_up(path, {field: BAD})
    assert _signs_up(path, {field: GOOD})
    assert User.objects.get().name == "Dana Dahl"


def test_change_asks_the_rules(dana: User) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": dana.email, "password": PASSWORD})
    for new, is_taken in ((BAD, False), (GOOD, True)):
        form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        client.post("/accounts/password/change/", form)
        dana.refresh_from_db()
        assert dana.check_password(new) is is_taken


def test_reset_asks_the_rules(dana: User) -> None:
    Client().post("/accounts/password/reset/", {"email": dana.email})
    body = str(mail.outbox[-1].body)
    path = body[body.index("/accounts/password/reset/key/") :].split()[0]
    client = Client()
    page = client.get(path)["Location"]
    for new, is_taken in ((BAD, False), (GOOD, True)):
        client.post(page, {"password1": new, "password2": new})
        dana.refresh_from_db()
        assert dana.check_password(new) is is_taken


def test_the_command_for_operators_asks_the_rules(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{BAD}\n"))
    with pytest.raises(CommandError, match="Leave out your name"):
        call_command("create_operator", "dana@example.com", name="Dana Dahl")
    assert not User.objects.exists()


def test_a_megabyte_is_refused_at_sign_in_without_a_hash(dana: User) -> None:
    dana.set_password("x" * 1_000_000)
    dana.save()
    form = {"login": dana.email, "password": "x" * 1_000_000}
    answer = Client().post("/accounts/login/", form)
    assert answer.status_code == 200
    assert "not correct" in answer.content.decode()


def test_a_long_password_is_hashed_whole() -> None:
    """Plain bcrypt stops at 72 bytes: its newer versions by an error for the person."""
    long = "four grey herons waiting, " * 5
    with pytest.raises(ValueError, match="72"):
        BCryptPasswordHasher().encode(long, BCryptPasswordHasher().salt())
    hasher = BCryptSHA256PasswordHasher()
    hasher.rounds = 4
    kept = hasher.encode(long, hasher.salt())
    assert hasher.verify(long, kept)
    assert not hasher.verify(long[:-1] + "!", kept)


# --- breached passwords ----------------------------------------------------------------


def _digest(password: str) -> str:
    return sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A list of 200,000 passwords and what is on it, in its order."""
    words = sorted((f"password {n}" for n in range(200_000)), key=_digest)
    path = tmp_path_factory.mktemp("breached") / "pwned.txt"
    lines = (f"{_digest(word)}:{n % 5000 + 1}" for n, word in enumerate(words))
    path.write_bytes("\n".join(lines).encode())
    return path, words


def test_the_first_the_last_and_any_between_are_found(
    listed: tuple[Path, list[str]],
) -> None:
    path, words = listed
    for word in (words[0], words[1], words[-2], words[-1], *words[::997]):
        assert breached.is_listed(word, str(path))
    for n in range(500):
        assert not breached.is_listed(f"unknown {n}", str(path))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n", "\r\n"])
@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_line_ends_do_not_matter(
    tmp_path: Path, ending: str, last: str, size: int
) -> None:
    words = sorted((f"word {n}" for n in range(size)), key=_digest)
    path = tmp_path / "list"
    path.write_bytes((ending.join(f"{_digest(w)}:1" for w in words) + last).encode())
    assert all(breached.is_listed(word, str(path)) for word in words)
    assert not breached.is_listed("another", str(path))


def test_a_listed_password_is_refused(
    listed: tuple[Path, list[str]], settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "list"
    path.write_text(f"{_digest(GOOD)}:3\n")
    settings.BREACHED_PASSWORDS_FILE = str(path)
    assert refusal(GOOD) == "password_breached"
    assert refusal("four-grey-herons-flying") == ""


BROKEN = {
    "is empty": b"",
    "HASH:COUNT": b"%PDF-1.7\nno such list\n" * 40,
    "line HASH:COUNT": b"0" * 100_000,
    "lower": b"\n".join(b"%040x:1" % (n << 150) for n in range(200)),
    "not sorted": b"\n".join(b"%040X:1" % (n << 150) for n in range(300, 2, -1)),
}


@pytest.mark.parametrize("words", BROKEN)
def test_a_broken_list_is_told_at_start_up_and_locks_nobody_out(
    words: str, tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list"
    path.write_bytes(BROKEN[words])
    settings.BREACHED_PASSWORDS_FILE = str(path)
    found = [each for each in run_checks() if each.id == "config.E007"]
    assert len(found) == 1
    assert str(path) in found[0].msg
    assert ("HASH:COUNT" if words == "lower" else words) in found[0].msg
    assert refusal(GOOD) == ""
    assert "breached_passwords_unusable" in capsys.readouterr().err


def test_a_missing_list_is_told_in_words(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.BREACHED_PASSWORDS_FILE = "/nowhere/list"
    found = [each for each in run_checks() if each.id == "config.E007"]
    assert "No such file" in found[0].msg
    assert refusal(GOOD) == ""
    err = capsys.readouterr().err
    assert "breached_passwords_unusable" in err and GOOD not in err


def test_a_sound_list_is_no_finding(
    listed: tuple[Path, list[str]], settings: Settings
) -> None:
    settings.BREACHED_PASSWORDS_FILE = str(listed[0])
    assert not [each for each in run_checks() if each.id == "config.E007"]


DOORS = {
    "page": ("/accounts/signup/", "password1", 200),
    "app": ("/api/auth/app/v1/auth/signup", "password", 400),
    "browser": ("/api/auth/browser/v1/auth/signup", "password", 400),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_the_list_in_use_refuses_at_every_door_of_sign_up(
    door: str, ending: str, tmp_path: Path, settings: Settings, db: None
) -> None:
    path = tmp_path / "list"
    digests = sorted(_digest(each) for each in (GOOD, "another", "a third"))
    path.write_bytes(ending.join(f"{each}:1" for each in digests).encode())
    settings.BREACHED_PASSWORDS_FILE = str(path)
    address, field, status = DOORS[door]
    given = {"email": "dana@example.com", field: GOOD}
    kind = {} if door == "page" else {"content_type": "application/json"}
    answer = Client().post(address, given, **kind)  # type: ignore[arg-type]  # by kind
    assert answer.status_code == status
    assert "in a breach of some other service" in answer.content.decode()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "becomes", ["gone", "garbage", "cut", "empty", "folder", "sound"]
)
def test_a_list_that_changes_while_it_is_in_use_judges_or_is_logged(
    becomes: str,
    tmp_path: Path,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "list"
    digests = sorted(_digest(f"word {n}") for n in range(50))
    whole = "\n".join(f"{each}:1" for each in digests).encode()
    path.write_bytes(whole)
    settings.BREACHED_PASSWORDS_FILE = str(path)
    assert refusal(GOOD) == ""
    path.unlink()
    if becomes == "folder":
        path.mkdir()
    elif becomes != "gone":
        sound = "\n".join(sorted([*(f"{d}:1" for d in digests), f"{_digest(GOOD)}:9"]))
        new = {"garbage": b"\x00\xff" * 999, "cut": whole[:30], "empty": b""}
        path.write_bytes(new.get(becomes, sound.encode()))
    assert refusal(GOOD) == ("password_breached" if becomes == "sound" else "")
    logged = "breached_passwords_unusable" in capsys.readouterr().err
    assert logged is (becomes != "sound")
