"""Whatever Alice, her devices, an operator and the clock do, in any order: nothing that
is protected opens without a sign-in that lasts and is as strong as the door asks.

Hypothesis makes up the story, the real pages and endpoints play it, and after every
step each cookie and token that ever existed is tried at every kind of door. What should
open is reckoned in identity_model.py.
"""

import itertools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django_redis import get_redis_connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.accounts import suspension
from apps.mfa.models import TOTPDevice, WrongCodes
from apps.rbac import assignments, limits
from apps.rbac.models import Role
from tests.accounts.identity_model import (
    ACCESS,
    DAY,
    GRACE,
    HOUR,
    MINUTE,
    PENDING,
    Person,
    SignIn,
)
from tests.factories import UserFactory
from tests.rbac.factories import person

FACTORS = "/app/settings/security/factors/"
STEP_UP = "/accounts/2fa/reauthenticate/"
HTTP, ME = "/api/auth/app/v1", "/api/v1/me"
PAGE, CONSOLE, SIGN_INS = "/app/settings/appearance/", "/admin/", f"{ME}/sessions"
_numbers = itertools.count(1)
# Any of what there is.
which = st.integers(0, 11)


@dataclass(eq=False)
class Browser:
    sign_in: SignIn
    client: Client


@dataclass(eq=False)
class Token:
    """One of a pair, with what it was made for."""

    sign_in: SignIn
    raw: str
    generation: int
    password: int
    until: int


@dataclass(eq=False)
class Pending:
    """A password was right, and the second factor is awaited."""

    client: Client
    key: str
    since: int
    password: int
    # Which app of hers each kind of code was first compared with.
    asked: dict[str, int] = field(default_factory=dict)
    wrong: int = 0


class Identity(RuleBasedStateMachine):
    @initialize(with_an_app=st.booleans())
    def begin(self, with_an_app: bool) -> None:
        get_redis_connection().flushdb()
        self.start = datetime.now(UTC).replace(microsecond=0)
        self.travel = time_machine.travel(self.start, tick=False)
        self.clock = self.travel.start()
        self.user = UserFactory.create(
            email=f"alice{next(_numbers)}@example.com", password=_password(0)
        )
        EmailAddress.objects.create(
            user=self.user, email=self.user.email, verified=True, primary=True
        )
        self.ada = person("administrator")
        self.alice = Person(most=limits.of(self.user).sessions)
        self.browsers: list[Browser] = []
        self.access: list[Token] = []
        self.refresh: list[Token] = []
        self.pending: list[Pending] = []
        self.apps = itertools.count(1)
        self.papers: list[str] = []
        self.sids: dict[SignIn, UUID] = {}
        # Never good again: cookies that were replaced, keys that were used.
        self.stale: list[tuple[str, str]] = []
        self._has_devices(with_an_app)

    def _has_devices(self, with_an_app: bool) -> None:
        """Something to lose: a story that begins with nothing is mostly beginnings."""
        self.signs_in_on_a_page()
        if with_an_app:
            self.sets_an_app_up(0)
        for signs_in in (self.signs_in_by_app, self.signs_in_on_a_page):
            signs_in()
            while self.pending:
                self.gives_the_right_code(0, "totp")

    def teardown(self) -> None:
        if hasattr(self, "travel"):
            self.travel.stop()

    # --- Signing in ------------------------------------------------------------------

    @rule()
    def signs_in_on_a_page(self) -> None:
        # So that it is known which one is older.
        self.time_passes(1)
        client = Client()
        form = {"login": self.user.email, "password": _password(self.alice.password)}
        self.post(client, "/accounts/login/", form)
        if not self.alice.is_active:
            assert client.get(PAGE).status_code == 302
        elif self.alice.app:
            self._waits(client, "")
        else:
            self._is_in(client, twice=False)

    @rule()
    def signs_in_by_app(self) -> None:
        self.time_passes(1)
        password = _password(self.alice.password)
        body = {"email": self.user.email, "password": password}
        answer = self.ask("/auth/login", body)
        meta = answer.json().get("meta", {})
        if not self.alice.is_active:
            assert "access_token" not in meta
        elif self.alice.app:
            self._waits(Client(), meta["session_token"])
        elif self.alice.is_administrator:
            self.alice.begin("app", twice=False).is_over = True
            assert answer.status_code == 403 and "access_token" not in meta
        else:
            self._has_pair(self.alice.begin("app", twice=False), meta)

    @rule()
    def somebody_tries_another_password(self) -> None:
        client = Client()
        form = {"login": self.user.email, "password": _password(-1)}
        self.post(client, "/accounts/login/", form)
        assert client.get(PAGE).status_code == 302
        body = {"email": self.user.email, "password": _password(-1)}
        assert self.ask("/auth/login", body).status_code == 400

    @precondition(lambda self: self.pending and self.alice.app)
    @rule(which=which, by=st.sampled_from(["totp", "recovery"]))
    def gives_a_wrong_code(self, which: int, by: str) -> None:
        waiting = _any(self.pending, which)
        if waiting.wrong == 4:
            return
        waiting.wrong += 1
        waiting.asked.setdefault(by, self.alice.app)
        assert not self._prove(waiting, by, _wrong(by))
        self._forget_pauses()

    @precondition(lambda self: self.pending)
    @rule(which=which, by=st.sampled_from(["totp", "recovery"]))
    def gives_the_right_code(self, which: int, by: str) -> None:
        waiting = _any(self.pending, which)
        code = self.code(by)
        if not code:
            return
        self.pending.remove(waiting)
        alice = self.alice
        may = (
            alice.is_active
            and waiting.password == alice.password
            and alice.now <= waiting.since + PENDING
        )
        # A challenge of an app that is gone ends the attempt.
        of_another = waiting.asked.get(by, alice.app) != alice.app
        done = self._prove(waiting, by, code)
        assert done == may or (of_another and not done)
        if not done:
            self._dead(waiting.client, waiting.key)

    def _prove(self, waiting: Pending, by: str, code: str) -> bool:
        """Whether it completed the sign-in."""
        if not waiting.key:
            form = {"use": by, "code": code}
            self.post(waiting.client, "/accounts/2fa/authenticate/", form)
            if "sign_in" not in waiting.client.session:
                return False
            self._is_in(waiting.client, twice=True)
            return True
        body = {"factor": by, "code": code}
        answer = self.ask("/auth/2fa/authenticate", body, key=waiting.key)
        if answer.status_code != 200:
            return False
        self.stale.append(("key", waiting.key))
        self._has_pair(self.alice.begin("app", twice=True), answer.json()["meta"])
        return True

    def _waits(self, client: Client, key: str) -> None:
        made = Pending(client, key, self.alice.now, self.alice.password)
        self.pending.append(made)

    def _is_in(self, client: Client, *, twice: bool) -> None:
        one = self.alice.begin("browser", twice=twice)
        self.sids[one] = UUID(client.session["sign_in"])
        self.browsers.append(Browser(one, client))

    def _has_pair(self, one: SignIn, given: dict[str, Any]) -> None:
        until = min(one.rotated + ACCESS, one.began + DAY)
        for kept, name in ((self.access, "access"), (self.refresh, "refresh")):
            raw = given[f"{name}_token"]
            found = Token(one, raw, one.generation, one.password, until)
            if raw not in [each.raw for each in kept]:
                kept.append(found)
        claims = jwt.decode(given["access_token"], options={"verify_signature": False})
        self.sids[one] = UUID(claims["sid"])

    def _dead(self, client: Client, key: str) -> None:
        self.stale.append(("key", key) if key else ("cookie", _cookie(client)))

    # --- Proving it again ------------------------------------------------------------

    @precondition(lambda self: self.browsers)
    @rule(which=which, by=st.sampled_from(["totp", "recovery"]))
    def proves_it_again_on_a_page(self, which: int, by: str) -> None:
        one = _any(self.browsers, which)
        code = self.code(by) if self.alice.app else ""
        if self.alice.lacks_one(one.sign_in) or (self.alice.app and not code):
            return
        if code:
            self.post(one.client, STEP_UP, {"use": by, "code": code})
        else:
            form = {"password": _password(self.alice.password)}
            self.post(one.client, "/accounts/reauthenticate/", form)
        if self._uses(one.sign_in):
            self.alice.proves(one.sign_in, twice=bool(code))

    @precondition(lambda self: self.access)
    @rule(which=which, by=st.sampled_from(["totp", "recovery"]))
    def proves_it_again_by_app(self, which: int, by: str) -> None:
        token = _any(self.access, which)
        code = self.code(by) if self.alice.app else ""
        if self.alice.app and not code:
            return
        if code:
            body = {"factor": by, "code": code}
            answer = self.ask("/auth/2fa/reauthenticate", body, token.raw)
        else:
            body = {"password": _password(self.alice.password)}
            answer = self.ask("/auth/reauthenticate", body, token.raw)
        may = self._opens(token) and not self.alice.lacks_one(token.sign_in)
        assert (answer.status_code == 200) == may
        if may:
            self.alice.saw(token.sign_in)
            self.alice.proves(token.sign_in, twice=bool(code))

    # --- Tokens ----------------------------------------------------------------------

    @precondition(lambda self: self.refresh)
    @rule(which=which)
    def refreshes(self, which: int) -> None:
        self._refreshes(_any(self.refresh, which))

    @precondition(lambda self: self.refresh)
    @rule()
    def refreshes_with_the_newest(self) -> None:
        self._refreshes(self.refresh[-1])

    @precondition(lambda self: self.refresh)
    @rule(seconds=st.sampled_from([1, 10, 11]), more=st.integers(0, 1))
    def refreshes_and_asks_again(self, seconds: int, more: int) -> None:
        """For a lost answer, or with a copy."""
        token = self.refresh[-1]
        self._refreshes(token)
        for _ in range(more):
            self._refreshes(self.refresh[-1])
        self.time_passes(seconds)
        self._refreshes(token)

    def _refreshes(self, token: Token) -> None:
        one, now = token.sign_in, self.alice.now
        answer = self.ask("/tokens/refresh", {"refresh_token": token.raw})
        if token.password != one.password or not self.alice.holds(one):
            assert answer.status_code == 401
            return
        if token.generation == one.generation:
            one.generation, one.rotated, one.seen = one.generation + 1, now, now
        elif token.generation != one.generation - 1 or now > one.rotated + GRACE:
            # A copy in wrong hands.
            assert answer.status_code == 401
            one.is_over = True
            return
        assert answer.status_code == 200, answer.content
        self._has_pair(one, answer.json()["data"])

    # --- Ending sign-ins -------------------------------------------------------------

    @precondition(lambda self: self.browsers)
    @rule(which=which)
    def signs_out_on_a_page(self, which: int) -> None:
        one = _any(self.browsers, which)
        self.post(one.client, "/accounts/logout/", {})
        one.sign_in.is_over = True

    @precondition(lambda self: self.access)
    @rule(which=which)
    def signs_out_by_app(self, which: int) -> None:
        token = _any(self.access, which)
        Client(headers=_bearer(token.raw)).delete(f"{HTTP}/auth/session")
        if self._opens(token) and not self.alice.lacks_one(token.sign_in):
            token.sign_in.is_over = True

    @precondition(lambda self: self.browsers or self.access)
    @rule(which=which, ended=which)
    def ends_one(self, which: int, ended: int) -> None:
        one, client, may = self._some_client(which)
        other = _any(list(self.sids), ended)
        answer = client.delete(f"{SIGN_INS}/{self.sids[other]}")
        assert (answer.status_code in (204, 404)) == may
        if may:
            other.is_over = True

    @precondition(lambda self: self.browsers or self.access)
    @rule(which=which)
    def ends_all_others(self, which: int) -> None:
        one, client, may = self._some_client(which)
        answer = client.post(
            f"{SIGN_INS}/revoke-others", {}, content_type="application/json"
        )
        assert (answer.status_code == 204) == may
        if may:
            self.alice.end_all(but=one)

    def _some_client(self, which: int) -> tuple[SignIn, Client, bool]:
        """And whether it may do what is dangerous, after it has asked."""
        one = _any([*self.browsers, *self.access], which)
        if isinstance(one, Browser):
            may = self._uses(one.sign_in) and not self.alice.lacks_one(one.sign_in)
            client = one.client
        else:
            may = self._may_ask(one)
            client = Client(headers=_bearer(one.raw))
        return one.sign_in, client, may and self.alice.is_fresh(one.sign_in)

    # --- What she changes ------------------------------------------------------------

    @precondition(lambda self: self.browsers)
    @rule(which=which)
    def changes_her_password_on_a_page(self, which: int) -> None:
        one = _any(self.browsers, which)
        old, new = _password(self.alice.password), _password(self.alice.password + 1)
        may = self._uses(one.sign_in) and not self.alice.lacks_one(one.sign_in)
        before = _cookie(one.client)
        form = {"oldpassword": old, "password1": new, "password2": new}
        self.post(one.client, "/accounts/password/change/", form)
        if may and (not self.alice.app or self.alice.is_fresh(one.sign_in)):
            self._has_new_password(one.sign_in)
            self.stale.append(("cookie", before))

    @precondition(lambda self: self.access)
    @rule(which=which)
    def changes_her_password_by_app(self, which: int) -> None:
        token = _any(self.access, which)
        old, new = _password(self.alice.password), _password(self.alice.password + 1)
        body = {"current_password": old, "new_password": new}
        answer = self.ask("/account/password/change", body, token.raw)
        is_fresh = not self.alice.app or self.alice.is_fresh(token.sign_in)
        may = self._opens(token) and is_fresh
        may = may and not self.alice.lacks_one(token.sign_in)
        assert (answer.status_code == 200) == may
        if may:
            one = token.sign_in
            self._has_new_password(one)
            one.generation += 1
            one.rotated = one.seen = self.alice.now
            self._has_pair(one, answer.json()["meta"])

    def _has_new_password(self, one: SignIn) -> None:
        self.alice.password += 1
        one.password = self.alice.password
        self.alice.end_all(but=one)

    @precondition(lambda self: self.browsers and not self.alice.app)
    @rule(which=which)
    def sets_an_app_up(self, which: int) -> None:
        one = _any(self.browsers, which)
        if not self._uses(one.sign_in) or not self.alice.is_fresh(one.sign_in):
            return
        self.post(one.client, f"{FACTORS}totp/begin/", {})
        device = TOTPDevice.objects.get(user=self.user)
        answer = self.post(one.client, f"{FACTORS}totp/", {"code": device.code()})
        page = answer.content.decode()
        self.papers = re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", page)
        assert len(self.papers) == 10
        self.alice.app = next(self.apps)
        self.alice.proves(one.sign_in, twice=True)
        self.alice.end_all(but=one.sign_in)

    @precondition(lambda self: self.browsers and self.alice.app)
    @rule(which=which)
    def takes_her_app_away(self, which: int) -> None:
        one = _any(self.browsers, which)
        may = self._uses(one.sign_in) and self.alice.is_fresh(one.sign_in)
        self.post(one.client, f"{FACTORS}totp/remove/", {})
        # Whoever may enter the console may not be without.
        if may and not self.alice.is_administrator:
            self.alice.app = 0
            self.alice.end_all(but=one.sign_in)

    # --- What happens to her ---------------------------------------------------------

    @precondition(lambda self: self.alice.is_active)
    @rule(for_a_moment=st.sampled_from([True, True, False]))
    def is_suspended(self, for_a_moment: bool) -> None:
        suspension.suspend(by=self.ada, user=self.user, reason="Asked to")
        self.alice.is_active = False
        self.alice.end_all()
        if for_a_moment:
            self.is_restored()

    @precondition(lambda self: not self.alice.is_active)
    @rule()
    def is_restored(self) -> None:
        suspension.restore(by=self.ada, user=self.user, reason="Asked to")
        self.alice.is_active = True

    @precondition(lambda self: self.alice.is_active)
    @rule()
    def is_promoted_or_demoted(self) -> None:
        role = Role.objects.get(slug="administrator")
        change = (
            assignments.revoke if self.alice.is_administrator else assignments.grant
        )
        change(by=self.ada, user=self.user, role=role, reason="Asked to")
        self.alice.is_administrator = not self.alice.is_administrator
        self.alice.end_demoted()
        self.alice.most = limits.of(self.user).sessions

    @rule(
        seconds=st.sampled_from(
            [1, 9, 11, MINUTE, MINUTE, 4 * MINUTE, 6 * MINUTE, HOUR, 13 * HOUR]
        )
    )
    def time_passes(self, seconds: int) -> None:
        self.clock.shift(timedelta(seconds=seconds))
        self.alice.now += seconds

    # --- What holds after every step -------------------------------------------------

    @invariant()
    def every_door_opens_to_whom_it_should_and_to_nobody_else(self) -> None:
        if not hasattr(self, "alice"):
            return
        for one in self.browsers:
            self._cookie_opens(one)
        for token in self.access:
            self._token_opens(token)
        for token in self.refresh[-1:]:
            assert Client(headers=_bearer(token.raw)).get(ME).status_code == 401
        for waiting in self.pending:
            self._opens_nothing(_credential(waiting))
        for stale in self.stale:
            self._opens_nothing(stale)

    def _cookie_opens(self, one: Browser) -> None:
        is_in = self._uses(one.sign_in) and not self.alice.lacks_one(one.sign_in)
        get = one.client.get
        assert (get(PAGE).status_code == 200) == is_in
        assert (get(ME).status_code == 200) == is_in
        if is_in:
            enters = self.alice.enters_console(one.sign_in)
            assert (get(CONSOLE).status_code == 200) == enters
            self._fresh_door(one.client, self.alice.is_fresh(one.sign_in))

    def _token_opens(self, token: Token) -> None:
        client = Client(headers=_bearer(token.raw))
        may = self._may_ask(token)
        assert (client.get(ME).status_code == 200) == may
        if may:
            assert client.get(PAGE).status_code == 302
            assert client.get(CONSOLE).status_code == 302
            self._fresh_door(client, self.alice.is_fresh(token.sign_in))

    def _fresh_door(self, client: Client, is_fresh: bool) -> None:
        answer = client.delete(f"{SIGN_INS}/{uuid4()}")
        assert answer.status_code == (404 if is_fresh else 401)

    def _opens_nothing(self, credential: tuple[str, str]) -> None:
        kind, value = credential
        client = Client()
        if kind == "cookie":
            client.cookies["sessionid"] = value
        else:
            client = Client(headers={"x-session-token": value, **_bearer(value)})
            answer = client.get(f"{HTTP}/account/email")
            assert answer.status_code in (401, 410)
        assert client.get(PAGE).status_code == 302
        assert client.get(ME).status_code == 401
        assert client.get(CONSOLE).status_code == 302

    def _uses(self, one: SignIn) -> bool:
        """A request with its cookie."""
        if not self.alice.holds(one):
            return False
        self.alice.saw(one)
        return True

    def _opens(self, token: Token) -> bool:
        is_good = self.alice.now < token.until
        is_current = token.password == token.sign_in.password
        return is_good and is_current and self.alice.holds(token.sign_in)

    def _may_ask(self, token: Token) -> bool:
        """A request to our own API: operators are not let in by a password alone."""
        one = token.sign_in
        if not self._opens(token):
            return False
        if self.alice.lacks_one(one):
            return False
        self.alice.saw(one)
        return True

    # --- Her hands -------------------------------------------------------------------

    def post(self, client: Client, path: str, form: dict[str, str]) -> Any:
        self._forget_limits()
        return client.post(path, form)

    def ask(
        self, path: str, body: dict[str, str], token: str = "", key: str = ""
    ) -> Any:
        self._forget_limits()
        headers = _bearer(token) if token else {"x-session-token": key} if key else {}
        return Client(headers=headers).post(
            HTTP + path, body, content_type="application/json"
        )

    def code(self, by: str) -> str:
        """A right one that was not used yet, if she has any."""
        if not self.alice.app:
            return ""
        if by == "recovery":
            self.time_passes(1)
            return self.papers.pop() if self.papers else ""
        self.time_passes(31)
        return TOTPDevice.objects.get(user=self.user, confirmed=True).code()

    def _forget_limits(self) -> None:
        redis = get_redis_connection()
        redis.delete("-", *redis.keys("limit:*"))

    def _forget_pauses(self) -> None:
        WrongCodes.objects.filter(user=self.user).delete()


def _password(number: int) -> str:
    return f"walks-by-the-sea-of-{number}-herons"


def _wrong(by: str) -> str:
    return "A" * 16 if by == "recovery" else "000000"


def _bearer(raw: str) -> dict[str, str]:
    return {"authorization": f"Bearer {raw}"}


def _cookie(client: Client) -> str:
    found = client.cookies.get("sessionid")
    return found.value if found else ""


def _credential(waiting: Pending) -> tuple[str, str]:
    return ("key", waiting.key) if waiting.key else ("cookie", _cookie(waiting.client))


def _any(found: list[Any], which: int) -> Any:
    return found[which % len(found)]


@pytest.mark.django_db(transaction=True)
def test_no_door_opens_without_a_sign_in_that_is_strong_enough() -> None:
    """Each story has an Alice of her own; the rows of all go at the end."""
    run_state_machine_as_test(
        Identity,
        settings=settings(
            max_examples=12,
            stateful_step_count=16,
            # A story is told as it came: making it shorter takes minutes.
            phases=[Phase.generate],
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
